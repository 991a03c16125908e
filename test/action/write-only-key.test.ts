// What a workflow's log says when its key may not read and the reply to the confirm is lost.
import type { Emulator } from "../../emulator";
import { jpeg } from "../support/temp-tree";
import { createTempTree, runTalkingTo, type TempTree } from "../support/recorded-action";
import { startQuietly } from "../support/quiet-emulator";

const KEY = "avk_writeonly0000000000";

let emulator: Emulator;
let tree: TempTree;

beforeEach(async () => {
  emulator = await startQuietly({ ingestMs: 10 });
  emulator.addKey({ key: KEY, username: "emulator", scopes: ["datasets.write"] });
  tree = createTempTree({ "images/a.jpg": jpeg("a") });
});
afterEach(async () => {
  tree.remove();
  await emulator.stop();
});

async function errorOfRun(): Promise<string> {
  const more = {
    "api-key": KEY,
    dataset: "p-{digest}",
    files: "images",
    "wait-for-dataset": "false",
  };
  const recorded = await runTalkingTo(emulator, { tree, inputs: more });
  expect(recorded.errors).toHaveLength(1);
  return recorded.errors[0] ?? "";
}

test("each run says that the reply was lost, that the key may not read, and what to do", async () => {
  const on = { method: "POST", path: "/datasets/manual-upload/" };
  emulator.setFault({ on, when: "after", drop: true });
  expect(await errorOfRun()).toMatch(
    /reply to its creation was lost[^]*dashboard[^]*datasets\.read/,
  );
  for (let again = 0; again < 2; again += 1) {
    expect(await errorOfRun()).toMatch(/exists already[^]*most probably[^]*datasets\.read/);
  }
  expect(emulator.datasets()).toHaveLength(1);
});
