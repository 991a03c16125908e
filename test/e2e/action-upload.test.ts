// The example of an upload, as it stands, by the real workflow runner on an emulator.
import { startEmulator, type Emulator } from "../../emulator";
import { createRepository, push } from "../support/act";
import { createTempTree, type TempTree } from "../support/recorded-action";
import { describeWithParts } from "../support/parts";

let tree: TempTree;
let emulator: Emulator;

beforeEach(async () => {
  tree = createTempTree();
  emulator = await startEmulator({ ingestMs: 300, exportMs: 300 });
});
afterEach(async () => {
  await emulator.stop();
  tree.remove();
});

describeWithParts(["act", "node24"], ({ act, node24 }) => {
  test("uploads, exports and unpacks; a second run sends nothing", async () => {
    const example = "upload-workflow";
    createRepository(
      { example, tree },
      { photos: "examples/photos", "photos/drafts/a.jpg": "examples/photo-to-add/coffee.jpg" },
    );
    const workflow = { example, tree, emulator, parts: [act, node24] };

    const first = await push(workflow);
    expect(first.log).toContain("Job succeeded");
    expect(first.code).toBe(0);
    expect(first.log).toMatch(/exported: 12 files sent to dataset [0-9a-f-]{36}/);
    expect(first.log).toMatch(/photos-[0-9a-f]{12}\.json/);
    expect(first.log).toContain("Summary - ## Avala: Export complete");
    expect(first.log).not.toContain(emulator.apiKey);
    const [dataset] = emulator.datasets();
    expect(emulator.items(dataset?.uid ?? "")).toHaveLength(12);

    const second = await push(workflow);
    expect(second.code).toBe(0);
    expect(second.log).toMatch(/exported: 0 files sent to dataset [0-9a-f-]{36}/);
    expect(emulator.datasets()).toHaveLength(1);
    expect(emulator.requests().filter(({ path }) => path.includes("file-upload-url"))).toHaveLength(
      12,
    );
  });
});
