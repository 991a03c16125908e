// Gates on what projects say of themselves: their tasks and quality targets, on the emulator.
import { readFileSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import { addTarget } from "../support/emulator";

const place = useActionPlace({}, { exportMs: 20 });

const { act } = place;

describe("gate-pending-tasks", () => {
  test("keeps the gate closed while a task is pending, and starts no export", async () => {
    const { uid } = place.emulator.addProject("lanes", {
      tasks: 4,
      exportable: 4,
      pendingTasks: 1,
    });
    const { outputs, errors } = await act({ "export-projects": uid, "gate-pending-tasks": "0" });
    expect(outputs).toMatchObject({ outcome: "gate_closed", complete: "false" });
    expect(errors[0]).toContain(uid);
    expect(place.emulator.exports()).toEqual([]);
  });

  test("lists with it the conditions that the closed gate left unchecked", async () => {
    const pending = { tasks: 4, exportable: 4, pendingTasks: 1 };
    const { uid } = place.emulator.addProject("lanes", pending);
    const { outputs, errors, lines, summaries } = await act({
      ...{ "export-projects": uid, "gate-pending-tasks": "0" },
      ...{ "gate-min-tasks": "1000", "gate-min-exported": "95%" },
    });
    const unchecked = (asked: string): string => `not checked: no export was made, and ${asked}`;
    for (const text of [lines.join("\n"), summaries.join("\n")]) {
      expect(text).toContain(unchecked("gate-min-tasks is 1000"));
      expect(text).toContain(unchecked("gate-min-exported is 95%"));
    }
    expect(errors.join("\n")).not.toContain("gate-min-tasks");
    const report = JSON.parse(readFileSync(outputs["report"] ?? "", "utf8")) as { gate: object[] };
    expect(report.gate).toContainEqual({
      ...{ asked: "gate-min-tasks is 1000", found: "no export was made" },
      ...{ isMet: false, isChecked: false },
    });
  });

  test("opens when none is, and says so in log, summary and report", async () => {
    const { uid } = place.emulator.addProject("lanes", {
      tasks: 4,
      exportable: 4,
      completedTasks: 4,
    });
    const { outputs, lines, summaries } = await act({
      "export-projects": uid,
      "gate-pending-tasks": "0",
      "gate-min-tasks": "3",
    });
    expect(outputs["outcome"]).toBe("exported");
    const report = JSON.parse(readFileSync(outputs["report"] ?? "", "utf8")) as { gate: object[] };
    expect(report.gate).toHaveLength(3);
    expect(report.gate.every((one) => (one as { isMet: boolean }).isMet)).toBe(true);
    for (const text of [lines.join("\n"), summaries.join("\n")]) {
      expect(text).toContain("gate-pending-tasks is 0");
      expect(text).toContain("the export contains 4 tasks");
    }
  });

  test("closes it when a task came while the export was made", async () => {
    const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
    place.emulator.setFault({
      on: { method: "GET", path: "/exports/*" },
      times: 3,
      delayMs: 100,
    });
    const running = act({ "export-projects": uid, "gate-pending-tasks": "0" });
    while (place.emulator.exports().length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    place.emulator.addTasks(uid, { status: "pending", count: 1 });
    expect((await running).outputs["outcome"]).toBe("gate_closed");
  });

  test("of a project that is not there is an error", async () => {
    const { outputs } = await act({
      "export-projects": "11111111-1111-4111-8111-111111111111",
      "gate-pending-tasks": "0",
    });
    expect(outputs["outcome"]).toBe("failed");
    expect(place.emulator.exports()).toEqual([]);
  });
});

describe("gate-quality-targets", () => {
  test.each([
    ["critical", "critical", "gate_closed"],
    ["warning", "critical", "exported"],
    ["warning", "all", "gate_closed"],
  ])("a breached %s target where %s are asked for: %s", async (severity, asked, outcome) => {
    const { uid } = place.emulator.addProject("lanes", {
      ...{ tasks: 4, exportable: 4, metrics: { issue_rate: 0.2 } },
    });
    await addTarget(place.emulator, uid, severity);
    const { outputs, errors, warnings, lines } = await act({
      "export-projects": uid,
      "gate-quality-targets": asked,
    });
    expect(outputs["outcome"]).toBe(outcome);
    const told = [...errors, ...lines, ...warnings.map(({ text }) => text)].join("\n");
    for (const part of ["Issues", "issue_rate", "0.2", "0.1"]) expect(told).toContain(part);
  });

  test("that are not measured yet keep it closed", async () => {
    const { uid } = place.emulator.addProject("lanes", {
      ...{ tasks: 4, exportable: 4, metrics: { issue_rate: null } },
    });
    await addTarget(place.emulator, uid);
    const { outputs, errors } = await act({
      ...{ "export-projects": uid, "gate-quality-targets": "critical" },
    });
    expect(outputs["outcome"]).toBe("gate_closed");
    expect(errors.join("\n")).toContain("not measured yet");
  });

  test("of a project without targets keep it closed", async () => {
    const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
    const { outputs, summaries } = await act({
      ...{ "export-projects": uid, "gate-quality-targets": "all", "gate-min-tasks": "9" },
    });
    expect(outputs["outcome"]).toBe("gate_closed");
    expect(summaries[0]).toContain(
      `Declare a quality target for project ${uid}, or leave out gate-quality-targets.`,
    );
  });
});

describe("gate-retry-minutes", () => {
  const soon = { "gate-retry-minutes": "0.01" };

  test("looks again until people are done, and makes one export then", async () => {
    const { uid } = place.emulator.addProject("lanes", {
      tasks: 4,
      exportable: 4,
      pendingTasks: 1,
    });
    const running = act({ "export-projects": uid, "gate-pending-tasks": "0", ...soon });
    const looks = (): number =>
      place.emulator.requests().filter(({ route }) => route === "/tasks/").length;
    while (looks() < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    place.emulator.setTasks(uid, "completed");
    const { outputs, lines } = await running;
    expect(outputs["outcome"]).toBe("exported");
    expect(place.emulator.exports()).toHaveLength(1);
    expect(lines.filter((line) => line.includes("Checking again")).length).toBeGreaterThan(0);
  });

  test("makes another export when the last one held too little", async () => {
    const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 3 });
    const { outputs } = await act({
      ...{ "export-projects": uid, ...soon, "timeout-minutes": "0.03" },
    });
    expect(outputs["outcome"]).toBe("gate_closed");
    expect(place.emulator.exports().length).toBeGreaterThan(1);
  });

  test("says at the end how often it looked, in what time, and that the time is over", async () => {
    const tasks = { tasks: 4, exportable: 4, pendingTasks: 1 };
    const { uid } = place.emulator.addProject("lanes", tasks);
    const inputs = { "export-projects": uid, "gate-pending-tasks": "0", "timeout-minutes": "0.03" };
    const { errors, outputs } = await act({ ...inputs, ...soon });
    expect(outputs["outcome"]).toBe("gate_closed");
    expect(errors[0]).toMatch(
      /^The gate stays closed: tasks of project .* are pending, and gate-pending-tasks is 0\. Checked \d+ times in \d+ s, until timeout-minutes \(0\.03, for all waits together\) left no time for another check\.\nFinish what is missing .* To wait longer, increase timeout-minutes\.$/,
    );
    place.emulator.setFault({ on: { path: "/tasks/" }, times: 0, delayMs: 400 });
    const once = await act({ ...inputs, ...soon, "timeout-minutes": "0.01" });
    expect(once.errors[0]).toMatch(
      /gate-pending-tasks is 0\. Checked once: timeout-minutes \(0\.01, for all waits together\) leaves no time for another check\.\n/,
    );
  });

  test.each([
    ["60", "60"],
    ["90", "60"],
  ])(
    "of %s with a timeout of %s looks once more at the end, and a warning says so",
    async (retry, timeout) => {
      const tasks = { tasks: 4, exportable: 4, pendingTasks: 1 };
      const { uid } = place.emulator.addProject("lanes", tasks);
      const inputs = {
        ...{ "export-projects": uid, "gate-pending-tasks": "0" },
        ...{ "gate-retry-minutes": retry, "timeout-minutes": timeout },
      };
      const closed = await act(inputs);
      expect(closed.outputs["outcome"]).toBe("gate_closed");
      expect(closed.errors[0]).toContain("Checked 2 times");
      expect(closed.warnings.map(({ text }) => text)).toEqual([
        `gate-retry-minutes (${retry}) is not shorter than timeout-minutes (${timeout}), so a closed gate is checked only once more, at the end. Lower gate-retry-minutes, or increase timeout-minutes.`,
      ]);
      const onInfo = (line: string): void => {
        if (line.includes("Checking once more in 59 min; 60 min left."))
          place.emulator.setTasks(uid, "completed");
      };
      const { outputs } = await act(inputs, { onInfo });
      expect(outputs["outcome"]).toBe("exported");
    },
  );

  test("does not make a failed export again", async () => {
    place.emulator.failExports("broken", 5);
    const { uid } = place.emulator.addProject("lanes", { tasks: 4, exportable: 4 });
    const { outputs } = await act({ "export-projects": uid, ...soon });
    expect(outputs["outcome"]).toBe("export_failed");
    expect(place.emulator.exports()).toHaveLength(1);
  });

  test("has no effect on an export that exists, so it is refused", async () => {
    const { outputs } = await act({ "export-uid": "e1", ...soon });
    expect(outputs["outcome"]).toBe("invalid");
  });
});

test.each([
  [{ "gate-pending-tasks": "1", "export-projects": "p" }, "gate-pending-tasks"],
  [{ "gate-quality-targets": "some", "export-projects": "p" }, "gate-quality-targets"],
  [{ "gate-pending-tasks": "0", "export-datasets": "d" }, "gate-pending-tasks"],
  [
    { "gate-pending-tasks": "0", "export-projects": "p", "wait-for-export": "false" },
    "gate-pending-tasks",
  ],
])("%j is refused before anything is sent", async (inputs, named) => {
  const { outputs, errors } = await act(inputs);
  expect(outputs["outcome"]).toBe("invalid");
  expect(errors[0]).toContain(named);
  expect(place.emulator.requests()).toEqual([]);
});
