// The calls that a preview announces are those that an `up` makes.
import { createBench, checked, make, type Bench } from "../support/provider";
import { announcedCalls, madeCalls } from "../support/made-calls";
import { jpeg } from "../support/temp-tree";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
});
afterEach(() => bench.stop());

const inPreview = { call: { urn: "urn:one", isPreview: true } };
const inUp = { call: { urn: "urn:one", isPreview: false } };

test.each([
  ["a version", { versionOf: "training" }],
  ["a fixed name", { datasetName: "training" }],
])("of a FileSet with %s and its Dataset", async (_what, named) => {
  const set = { root: bench.tree.root, include: ["*.jpg"], ...named };
  await checked(bench.handlers().fileSet, { ...set, ...inPreview });
  const told = bench.told().join("\n");
  const from = bench.avala.requests().length;
  const { fileSet, dataset } = bench.handlers();
  const { outs: files } = await make(fileSet, { ...set, ...inUp });
  await make(dataset, { files, ...inUp });
  expect(announcedCalls(told)).toBe(madeCalls(bench.avala, 1, from));
});

test("of a GrowingDataset", async () => {
  const set = { root: bench.tree.root, include: ["*.jpg"], name: "training" };
  await checked(bench.handlers().growingDataset, { ...set, ...inPreview });
  const told = bench.told().join("\n");
  const from = bench.avala.requests().length;
  await make(bench.handlers().growingDataset, { ...set, ...inUp });
  expect(announcedCalls(told)).toBe(madeCalls(bench.avala, 1, from));
});

test("of all sets of a stack together, with the last of them", async () => {
  bench.tree.write({ "cats/a.jpg": jpeg("c"), "dogs/a.jpg": jpeg("d"), "birds/a.jpg": jpeg("e") });
  const set = { root: bench.tree.root, include: ["**/*.jpg"] };
  const folders = ["cats", "dogs"].map((folder) => ({ ...set, folder, versionOf: folder }));
  const growing = { ...set, include: ["birds"], name: "birds" };
  const asks = (name: string, isPreview: boolean) => ({ call: { urn: `urn:${name}`, isPreview } });
  const preview = bench.handlers();
  for (const one of folders) await checked(preview.fileSet, { ...one, ...asks(one.folder, true) });
  await checked(preview.growingDataset, { ...growing, ...asks("birds", true) });
  const told = bench.told().at(-1) ?? "";
  const from = bench.avala.requests().length;
  const up = bench.handlers();
  for (const one of folders) {
    const { outs: files } = await make(up.fileSet, { ...one, ...asks(one.folder, false) });
    await make(up.dataset, { files, ...asks(one.folder, false) });
  }
  await make(up.growingDataset, { ...growing, ...asks("birds", false) });
  const [, together = ""] = told.split("3 sets so far");
  expect(announcedCalls(together)).toBe(madeCalls(bench.avala, 3, from));
});
