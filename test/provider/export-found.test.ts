// An export that was started by an `up` that left nothing in the state: its process or its engine was killed.
import { createBench, make, type Bench } from "../support/provider";

let bench: Bench;
let source: string;

beforeEach(async () => {
  bench = await createBench({}, { exportMs: 400 });
  source = bench.avala.addProject("roads", { tasks: 4, exportable: 4 }).uid;
});
afterEach(() => bench.stop());

/** An `up` that is killed while it waits: nobody hears what it says. */
async function killedUp(given: Readonly<Record<string, unknown>>): Promise<void> {
  await make(bench.handlers().export, { ...given, waitForExport: false });
}

describe("an export that still runs, and that no state knows", () => {
  test("is found again, and none is started twice", async () => {
    const given = { projects: [source], baseName: "release" };
    await killedUp(given);
    const { id } = await make(bench.handlers().export, given);
    expect(bench.avala.exports().map(({ uid }) => uid)).toEqual([id]);
  });

  test("is another one when it exports something else, or otherwise", async () => {
    await killedUp({ projects: [source], baseName: "release" });
    await make(bench.handlers().export, {
      projects: [source],
      baseName: "release",
      format: "YOLO",
    });
    expect(bench.avala.exports()).toHaveLength(2);
  });

  test("is not taken by a name that the program gave: it says nothing of what is exported", async () => {
    const given = { projects: [source], name: "release" };
    await killedUp(given);
    await make(bench.handlers().export, { ...given, triggers: ["now"] });
    expect(bench.avala.exports()).toHaveLength(2);
  });

  test("is not taken when it has ended: what it holds may be old", async () => {
    const given = { projects: [source], baseName: "release" };
    await make(bench.handlers().export, given);
    await make(bench.handlers().export, given);
    expect(bench.avala.exports()).toHaveLength(2);
  });
});
