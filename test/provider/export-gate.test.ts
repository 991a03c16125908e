// An Export that is held to a gate: what depends on it waits.
import type { ExportOutputs } from "../../provider/handlers/export/inputs";
import {
  checked,
  createBench,
  failuresOf,
  make,
  unfinished,
  type Bench,
} from "../support/provider";
import { hurriedClock } from "../support/session";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({}, { exportMs: 0 });
});
afterEach(() => bench.stop());

const project = (tasks: number, exportable: number, pendingTasks = 0): string =>
  bench.avala.addProject("roads", { tasks, exportable, pendingTasks }).uid;
const handler = () => bench.handlers().export;

test.each([
  [{}, 4],
  [{ minTasks: 4 }, 4],
  [{ minExported: 3 }, 3],
  [{ minExported: "75%" }, 3],
  [{ pendingTasks: 0 }, 4],
])("%j opens at %i of 4 tasks exported", async (gate, exported) => {
  const { outs } = await make(handler(), { projects: [project(4, exported)], gate });
  expect(outs).toMatchObject({ state: "completed", gate });
});

test.each([
  [{}, 3, "3 of 4 tasks"],
  [{ minTasks: 5 }, 4, "gate.minTasks is 5"],
  [{ minExported: "90%" }, 3, "gate.minExported is 90%"],
])(
  "%j stays closed at %i of 4 tasks exported, and the next up makes another",
  async (gate, exported, told) => {
    const uid = project(4, exported);
    const given = { projects: [uid], gate };
    const inputs = await checked(handler(), given);
    await expect(handler().create(inputs)).rejects.toThrow(told);
    const error: unknown = await handler()
      .create(inputs)
      .catch((thrown: unknown) => thrown);
    // Nothing is kept: with an id the engine would take it for made.
    expect(error).not.toHaveProperty("id");
    expect(bench.avala.exports()).toHaveLength(2);
  },
);

test("no tasks are not enough, unless the gate says so", async () => {
  const empty = { projects: [project(0, 0)] };
  await expect(make(handler(), { ...empty, gate: {} })).rejects.toThrow(
    "the export contains no tasks, and at least one is required unless gate.minTasks is 0",
  );
  const { outs } = await make(handler(), { ...empty, gate: { minTasks: 0 } });
  expect(outs).toMatchObject({ state: "completed" });
});

describe.each(["absent", "null"] as const)("counts that are %s", (exportCounts) => {
  const uncounted = async (given: object): Promise<ExportOutputs> => {
    await bench.stop();
    bench = await createBench({}, { exportMs: 0, dialect: { exportCounts } });
    return (await make(handler(), { projects: [project(4, 0)], ...given })).outs;
  };

  test.each([{}, { minTasks: 0 }, { minExported: 1 }, { minExported: "95%" }, { pendingTasks: 0 }])(
    "keep a gate of %j closed, and say the way out",
    async (gate) => {
      await expect(uncounted({ gate })).rejects.toMatchObject({
        message: expect.stringMatching(
          /Avala does not say how many tasks.*Set gate\.minExported to 0/s,
        ) as string,
      });
    },
  );

  test("do not close one that is told to do without them", async () => {
    expect(await uncounted({ gate: { minExported: 0 } })).toMatchObject({ state: "completed" });
  });

  test("are nothing to warn of where there is no gate", async () => {
    expect(await uncounted({})).toMatchObject({ state: "completed" });
    expect(bench.messages.filter(({ severity }) => severity === "warning")).toEqual([]);
  });
});

test("waits out an outage when it looks at tasks", async () => {
  const on = { target: "api", path: "/tasks/" } as const;
  // More than one call tries by itself.
  bench.avala.setFault({ on, times: 12, reply: { status: 503 } });
  const { export: hurried } = bench.handlers({}, { clock: hurriedClock });
  const { outs } = await make(hurried, { projects: [project(4, 4)], gate: { pendingTasks: 0 } });
  expect(outs).toMatchObject({ state: "completed" });
});

test("stays closed while a task is pending, and makes no export", async () => {
  const inputs = await checked(handler(), {
    projects: [project(4, 4, 1)],
    gate: { pendingTasks: 0 },
  });
  await expect(handler().create(inputs)).rejects.toThrow("pending");
  expect(bench.avala.exports()).toEqual([]);
});

test("that closes on one which an earlier up left running is replaced by the next", async () => {
  const given = { projects: [project(4, 3)], gate: { minTasks: 4 } };
  const inputs = await checked(handler(), { ...given, __provider: "loader" });
  const started = await make(handler(), { projects: given.projects, waitForExport: false });
  const olds = { ...started.outs, gate: inputs.gate } as ExportOutputs;
  const { properties } = await unfinished<ExportOutputs>(
    handler().update(started.id, olds, inputs),
  );
  expect(await handler().diff(started.id, properties, inputs)).toEqual({
    changes: true,
    replaces: ["gate"],
  });
});

test("another gate is another export, and an equal one is none", async () => {
  const given = { projects: [project(4, 4)], gate: { minTasks: 2 } };
  const { id, outs } = await make(handler(), given);
  expect(await handler().diff(id, outs, await checked(handler(), given))).toMatchObject({
    changes: false,
  });
  const news = await checked(handler(), { ...given, gate: { minTasks: 3 } });
  expect(await handler().diff(id, outs, news)).toMatchObject({ replaces: ["gate"] });
});

test.each([
  [{ pendingTasks: 0 }, "pendingTasks is about projects, so projects must be set"],
  [{ qualityTargets: "all" }, "qualityTargets is about projects, so projects must be set"],
  [
    { pendingTasks: 0, qualityTargets: "all" },
    "pendingTasks and qualityTargets are about projects, so projects must be set",
  ],
])("%j without projects is refused by its name", async (gate, reason) => {
  const failures = await failuresOf(handler(), { datasets: ["d"], gate });
  expect(failures).toEqual([{ property: "gate", reason }]);
});

test.each([
  [{ projects: ["p"], gate: { minTasks: -1 } }],
  [{ projects: ["p"], gate: { minExported: "120%" } }],
  [{ projects: ["p"], gate: { pendingTasks: 3 } }],
  [{ projects: ["p"], gate: { qualityTargets: "some" } }],
  [{ projects: ["p"], gate: { minTask: 1 } }],
  [{ projects: ["p"], gate: {}, waitForExport: false }],
  [{ datasets: ["d"], gate: { pendingTasks: 0 } }],
])("%j is refused", async (given) => {
  expect(await failuresOf(handler(), given)).toMatchObject([{ property: "gate" }]);
});
