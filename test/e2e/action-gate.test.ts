// The example of a gate, as it stands, by the real workflow runner on an emulator, both ways.
import { startEmulator, type Emulator } from "../../emulator";
import { createRepository, push, type WorkflowResult } from "../support/act";
import { createTempTree, type TempTree } from "../support/recorded-action";
import { describeWithParts, type Part } from "../support/parts";

let tree: TempTree;
let emulator: Emulator;

beforeEach(async () => {
  tree = createTempTree();
  emulator = await startEmulator({ exportMs: 300 });
});
afterEach(async () => {
  await emulator.stop();
  tree.remove();
});

async function release(
  parts: readonly Part[],
  tasks: number,
  exportable: number,
): Promise<WorkflowResult> {
  const example = "release-gate";
  createRepository({ example, tree });
  const { uid } = emulator.addProject("labels", { tasks, exportable });
  return push({ example, tree, emulator, parts, variables: { AVALA_PROJECT: uid } });
}

describeWithParts(["act", "node24"], ({ act, node24 }) => {
  const parts = [act, node24];

  test("the release runs when the export is complete", async () => {
    const { code, log } = await release(parts, 5, 5);
    expect(log).toContain(`Released with export ${emulator.exports()[0]?.uid}`);
    expect(code).toBe(0);
  });

  test("the release does not run when the export failed", async () => {
    emulator.failExports("not in the reply");
    const { code, log } = await release(parts, 5, 5);
    expect(emulator.exports()).toHaveLength(1);
    expect(log).toContain("ended as failed");
    expect(log.match(/::error::/g)).toHaveLength(1);
    expect(log).not.toContain("Released");
    expect(code).not.toBe(0);
  });

  test("the release does not run when the export holds too little", async () => {
    const { code, log } = await release(parts, 5, 4);
    expect(log).toContain("4 of 5 tasks exported");
    expect(log).not.toContain("Released");
    expect(code).not.toBe(0);
  });
});
