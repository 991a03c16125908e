// What a gate asks for, held against what there is: each condition says both.
import { exportConditions, refuseUnmet, readMinExported } from "../../src/operations/gate";
import { qualityConditions } from "../../src/operations/gate-quality";
import type { Export } from "../../src/api/endpoints/exports";
import type { QualityEvaluation } from "../../src/api/endpoints/quality-targets";

const finished = (total?: number, exported?: number): Export =>
  ({ totalTaskCount: total, exportedTaskCount: exported }) as Export;

const target = (more: Partial<QualityEvaluation> = {}): QualityEvaluation => ({
  uid: "q1",
  name: "Issues",
  metric: "issue_rate",
  currentValue: 0.2,
  operator: "gt",
  threshold: 0.1,
  severity: "critical",
  isBreached: true,
  ...more,
});

const names = {
  minTasks: "min-tasks",
  minExported: "min-exported",
  pendingTasks: "pending-tasks",
  qualityTargets: "quality-targets",
};

describe("a finished export", () => {
  test.each([
    [12, 12, { minTasks: 10 }, [true, true]],
    [9, 9, { minTasks: 10 }, [false, true]],
    [undefined, undefined, { minTasks: 1 }, [false, false]],
    [undefined, undefined, { minTasks: 0 }, [true, false]],
    [undefined, undefined, {}, [false]],
    [undefined, 8, {}, [false]],
    [10, undefined, {}, [false]],
    [undefined, undefined, { mayBeUncounted: true }, []],
    [10, 8, { mayBeUncounted: true }, [false]],
    [undefined, undefined, { minExported: { count: 0 } }, [true]],
    [undefined, undefined, { minExported: { count: 1 } }, [false]],
    [undefined, undefined, { minExported: { percent: 0 } }, [false]],
    [10, 8, {}, [false]],
    [100, 7, { minExported: { percent: 7 } }, [true]],
    [0, 0, { minExported: { percent: 0 } }, [false]],
    [0, 0, { minExported: { count: 0 } }, [true]],
    [0, 0, {}, [false]],
    [0, undefined, {}, [false]],
    [0, 0, { quality: "critical" as const }, [false]],
    [0, 0, { minTasks: 0 }, [true, true]],
    [0, undefined, { minTasks: 0 }, [true, true]],
    [0, 0, { mayBeEmpty: true }, []],
    [undefined, 8, { minExported: { percent: 10 } }, [false]],
    [undefined, 8, { minExported: { count: 8 } }, [true]],
  ])("of %p tasks, %p exported, against %j: %j", (total, exported, gate, met) => {
    const found = exportConditions(finished(total, exported), gate, names);
    expect(found.map(({ isMet }) => isMet)).toEqual(met);
  });

  test("says what was asked and what was there", () => {
    const [first] = exportConditions(finished(12, 12), { minTasks: 10 }, names);
    expect(first?.asked).toContain("10");
    expect(first?.found).toContain("12 tasks");
  });

  test.each([
    [undefined, undefined, "how many tasks the export contains or how many tasks are exported"],
    [undefined, 8, "how many tasks the export contains"],
    [10, undefined, "how many tasks are exported"],
  ])("of %p tasks, %p exported, says which number is missing, and the way out", (...given) => {
    const [total, exported, missing] = given;
    const [only] = exportConditions(finished(total, exported), {}, names);
    expect(only?.found).toBe(`Avala does not say ${missing}`);
    expect(only?.todo).toContain("Set min-exported to 0");
  });
});

test.each([
  ["250", { count: 250 }],
  ["95%", { percent: 95 }],
  ["95.5%", { percent: 95.5 }],
  ["101%", undefined],
  ["1.5", undefined],
  ["-1", undefined],
  ["", undefined],
])("a least of %j exported is %j", (text, least) => {
  expect(readMinExported(text)).toEqual(least);
});

describe("quality targets of a project", () => {
  test("name the target, its value and its threshold", () => {
    const { conditions } = qualityConditions("p1", [target()], { mode: "critical", names });
    expect(conditions).toHaveLength(1);
    expect(conditions[0]).toMatchObject({ isMet: false });
    for (const part of ["Issues", "issue_rate", "0.2", "0.1", "critical", "p1"])
      expect(conditions[0]?.found).toContain(part);
  });

  test("a breached warning only warns where critical ones are asked for, and closes where all are", () => {
    const targets = [target({ severity: "warning" }), target({ isBreached: false })];
    const critical = qualityConditions("p1", targets, { mode: "critical", names });
    expect(critical.conditions.map(({ isMet }) => isMet)).toEqual([true]);
    expect(critical.warnings).toEqual([expect.stringContaining("Issues")]);
    const all = qualityConditions("p1", targets, { mode: "all", names });
    expect(all.conditions.map(({ isMet }) => isMet)).toEqual([false, true]);
    expect(all.warnings).toEqual([]);
  });

  test.each([undefined, "fatal"])("of severity %p count as critical", (severity) => {
    const { conditions } = qualityConditions("p1", [target({ severity })], {
      mode: "critical",
      names,
    });
    expect(conditions.map(({ isMet }) => isMet)).toEqual([false]);
  });

  test("that have no value yet keep the gate closed: nothing was measured", () => {
    const unmeasured = target({ currentValue: undefined, isBreached: false });
    const { conditions } = qualityConditions("p1", [unmeasured], { mode: "all", names });
    expect(conditions.map(({ isMet }) => isMet)).toEqual([false]);
    expect(conditions[0]?.found).toContain("not measured");
  });

  test("that are not there keep the gate closed: nothing was held", () => {
    const { conditions } = qualityConditions("p1", [], { mode: "all", names });
    expect(conditions.map(({ isMet }) => isMet)).toEqual([false]);
    const hint = `Declare a quality target for project p1, or leave out ${names.qualityTargets}.`;
    expect(() => refuseUnmet(conditions, "Finish the tasks.")).toThrow(
      expect.objectContaining({ code: "export_failed", hint }) as Error,
    );
  });
});
