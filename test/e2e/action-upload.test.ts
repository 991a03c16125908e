// The example of an upload, as it stands, by the real workflow runner on an emulator.
import { startEmulator, type Emulator } from "../../emulator";
import { addFile, createRepository, push } from "../support/act";
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

  test("sends what a commit changed, by Git's list, and nothing of one that changed nothing", async () => {
    const example = "changed-files";
    createRepository({ example, tree }, { photos: "examples/photos" });
    const workflow = { example, tree, emulator, parts: [act, node24] };
    addFile(workflow, "photos/space/caf\u00e9 [1].jpg", "examples/photo-to-add/coffee.jpg");
    const first = await push(workflow);
    expect(first.log).toContain("uploaded: 1 files sent");
    const [dataset] = emulator.datasets();
    expect(emulator.items(dataset?.uid ?? "").map(({ key }) => key)).toEqual([
      "photos/space/caf\u00e9 [1].jpg",
    ]);

    addFile(workflow, "notes.md", "CHANGELOG.md");
    const second = await push(workflow);
    expect(second.log).toContain("empty: 0 files sent");
    expect(second.code).toBe(0);
    expect(emulator.datasets()).toHaveLength(1);
  });

  test("grows: a photograph that comes is sent alone, and the export covers both datasets", async () => {
    const example = "growing-set";
    createRepository({ example, tree }, { photos: "examples/photos" });
    const workflow = { example, tree, emulator, parts: [act, node24] };

    const first = await push(workflow);
    expect(first.log).toContain("Job succeeded");
    expect(first.log).toContain("exported: 12 files are new");
    const [made] = emulator.datasets();
    emulator.addAnnotations(made?.uid ?? "", 7);

    addFile(workflow, "photos/coffee.jpg", "examples/photo-to-add/coffee.jpg");
    const second = await push(workflow);
    expect(second.code).toBe(0);
    expect(second.log).toContain("exported: 1 files are new");
    expect(emulator.datasets().map(({ name }) => name)).toEqual([
      expect.stringMatching(/^training-0001-[0-9a-f]{12}$/),
      expect.stringMatching(/^training-0002-[0-9a-f]{12}$/),
    ]);
    const [newest] = emulator.exports().slice(-1);
    expect(newest?.datasets).toEqual(emulator.datasets().map(({ uid }) => uid));
    expect(emulator.requests().filter(({ path }) => path.includes("file-upload-url"))).toHaveLength(
      13,
    );
  });
});
