// The example of an upload, as it stands, by the real workflow runner on an emulator.
import { readFileSync } from "node:fs";
import { startEmulator, type Emulator } from "../../emulator";
import { addFile, createRepository, push, trigger } from "../support/act";
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
    const workflow = { example, tree, emulator, parts: [act, node24], namesState: true };

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

  test("keeps the record of a growing set in a cache: a night without change costs one call", async () => {
    const example = "growing-set";
    createRepository({ example, tree }, { photos: "examples/photos" });
    const workflow = { example, tree, emulator, parts: [act, node24], namesState: true };
    const night = { name: "schedule", payload: {} };

    const first = await trigger(workflow, night);
    expect(first.code).toBe(0);
    expect(first.log).toMatch(/saved avala-/);
    const before = emulator.requests().length;
    const second = await trigger(workflow, night);
    expect(second.code).toBe(0);
    expect(second.log).toMatch(/restored avala-/);
    const calls = emulator.requests().slice(before);
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toHaveLength(1);
  });

  test("goes on over runs: what a budget left is sent by the run that the first one starts", async () => {
    const example = "long-upload";
    createRepository({ example, tree }, { photos: "examples/photos" });
    const programs = { gh: `#!/bin/sh\necho "$@" >> "${tree.at("gh.txt")}"\n` };
    // The runner itself asks gh for a token.
    const startedRuns = (): readonly string[] =>
      readFileSync(tree.at("gh.txt"), "utf8")
        .split("\n")
        .filter((line) => /^workflow/.test(line));
    const variables = { AVALA_MINUTES: "1" };
    const own = { programs, variables, namesState: true };
    const workflow = { example, tree, emulator, parts: [act, node24], ...own };
    // A wait that would reach beyond the budget ends the run.
    const presign = "/datasets/manual-upload/file-upload-url/";
    emulator.setFault({
      on: { path: presign },
      skip: 5,
      times: 0,
      reply: { status: 429, headers: { "Retry-After": "120" } },
    });

    const first = await push(workflow);
    expect(first.log).toContain("Job succeeded");
    expect(first.code).toBe(0);
    expect(first.log).toContain("nothing to restore");
    expect(first.log).toContain("saved avala-");
    expect(emulator.datasets()).toEqual([]);
    expect(await emulator.objects()).toHaveLength(5);
    const next = /^workflow run Upload a large set --repo \S+ --ref main$/;
    expect(startedRuns()).toEqual([expect.stringMatching(next)]);

    emulator.clearFaults();
    // The runner is another one: of the first, nothing but its cache is left.
    const second = await push(workflow);
    expect(second.code).toBe(0);
    expect(second.log).toContain("restored avala-");
    const [dataset] = emulator.datasets();
    expect(emulator.items(dataset?.uid ?? "")).toHaveLength(12);
    const sent = emulator.requests().filter(({ path, status }) => {
      return path.includes("file-upload-url") && status === 200;
    });
    expect(sent).toHaveLength(12);
    expect(startedRuns()).toHaveLength(1);
  });
});
