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
