// A visibility that Avala may refuse, and only at the confirm: said in the preview, before files are sent.
import { jpeg } from "../support/temp-tree";
import { checked, createBench, growingSetOf, make, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") }, { dialect: { uploadVisibility: "any" } });
});
afterEach(() => bench.stop());

const call = { urn: "urn:training", isPreview: true };
const fileSet = () => ({ root: bench.tree.root, include: ["*.jpg"], versionOf: "training" });
const warnings = (): readonly string[] =>
  bench.messages
    .filter(({ severity }) => severity === "warning")
    .map(({ text }) => text)
    .filter((text) => /may refuse visibility: public/.test(text));

test("a preview of a dataset of files warns of it", async () => {
  const { outs: files } = await make(bench.handlers().fileSet, fileSet());
  const given = { files, visibility: "public", call };
  await checked(bench.handlers().dataset, given);
  expect(warnings()).toHaveLength(1);
});

test.each([
  ["a private one", { visibility: "private" }],
  ["one that says nothing of it", {}],
])("a preview of %s does not", async (_what, more) => {
  const { outs: files } = await make(bench.handlers().fileSet, fileSet());
  await checked(bench.handlers().dataset, { files, ...more, call });
  expect(warnings()).toEqual([]);
});

test("a preview of a dataset without files does not: it is made at once", async () => {
  const given = { name: "mine", dataType: "image", visibility: "public", call };
  await checked(bench.handlers().dataset, given);
  expect(warnings()).toEqual([]);
});

test("of a growing set the preview and the first up warn, and no later one", async () => {
  const given = growingSetOf(bench, { visibility: "public" });
  await checked(bench.handlers().growingDataset, { ...given, call });
  expect(warnings()).toHaveLength(1);
  const set = await make(bench.handlers().growingDataset, given);
  expect(warnings()).toHaveLength(2);
  bench.tree.write({ "b.jpg": jpeg("b") });
  const { growingDataset } = bench.handlers();
  const inputs = await checked(growingDataset, given, set.inputs as object as never);
  await growingDataset.update(set.id, set.outs, inputs);
  expect(warnings()).toHaveLength(2);
});
