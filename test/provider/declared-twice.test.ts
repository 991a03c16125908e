// Two resources of a stack under one name at Avala: each would take the other's for an earlier run's.
import { checked, createBench, failuresOf, make, type Bench } from "../support/provider";
import type { Handlers } from "../../provider/handlers/handlers";
import { jpeg } from "../support/temp-tree";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "cats/a.jpg": jpeg("a"), "dogs/b.jpg": jpeg("b") });
});
afterEach(() => bench.stop());

const KINDS = { fileSet: "FileSet", growingDataset: "GrowingDataset", dataset: "Dataset" } as const;

const asked = (
  kind: keyof typeof KINDS,
  name: string,
  more: { isPreview?: boolean; stack?: string } = {},
) => {
  const { isPreview = true, stack = "dev" } = more;
  const urn = `urn:pulumi:${stack}::app::pulumi-nodejs:dynamic/avala:${KINDS[kind]}::${name}`;
  return { call: { urn, isPreview } };
};
/** That nothing is wrong with it. */
async function expectTaken(
  kind: keyof typeof KINDS,
  handlers: Handlers,
  given: object,
): Promise<void> {
  const handler = handlers[kind] as unknown as Handlers["webhook"];
  expect(await failuresOf(handler, { ...given })).toEqual([]);
}

const set = (include: string) => ({ root: bench.tree.root, include: [include] });

test.each([true, false])(
  "two file sets of one name and other files are refused, in a preview (%s) as in an up",
  async (isPreview) => {
    const { fileSet } = bench.handlers();
    const of = (name: string) => ({
      datasetName: "y",
      versionOf: name,
      ...asked("fileSet", name, { isPreview }),
    });
    await checked(fileSet, { ...set("cats"), ...of("one") });
    const failures = await failuresOf(fileSet, { ...set("dogs"), ...of("two") });
    expect(failures).toEqual([
      {
        property: "datasetName",
        reason: expect.stringMatching(
          /^y is what the FileSet one .*the FileSet two has.*another datasetName$/,
        ) as string,
      },
    ]);
  },
);

test("so are two growing sets", async () => {
  const { growingDataset } = bench.handlers();
  await checked(growingDataset, { ...set("**"), name: "g", ...asked("growingDataset", "one") });
  const failures = await failuresOf(growingDataset, {
    ...set("cats"),
    name: "g",
    ...asked("growingDataset", "two"),
  });
  expect(failures).toEqual([
    { property: "name", reason: expect.stringContaining("the GrowingDataset one") as string },
  ]);
});

test("so are two empty datasets, unless one is to be adopted", async () => {
  const { dataset } = bench.handlers();
  const plain = { name: "d", dataType: "image" };
  await checked(dataset, { ...plain, ...asked("dataset", "one") });
  const failures = await failuresOf(dataset, { ...plain, ...asked("dataset", "two") });
  expect(failures).toEqual([
    { property: "name", reason: expect.stringContaining("the Dataset one") as string },
  ]);
  await checked(dataset, { ...plain, adopt: true, ...asked("dataset", "three") });
});

test("the same name is none too many for the same files, another owner, another type or another stack", async () => {
  bench.tree.write({ "c.mp4": Buffer.from("00000018667479706d703432", "hex") });
  const handlers = bench.handlers();
  const fixed = { datasetName: "y", versionOf: "y", ...set("cats") };
  await expectTaken("fileSet", handlers, { ...fixed, ...asked("fileSet", "one") });
  await expectTaken("fileSet", handlers, { ...fixed, ...asked("fileSet", "two") });
  const others = { ...fixed, ...set("dogs") };
  await expectTaken("fileSet", handlers, {
    ...others,
    organizationUid: "0b8f7a5e-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
    ...asked("fileSet", "three"),
  });
  await expectTaken("fileSet", handlers, {
    ...others,
    ...asked("fileSet", "four", { stack: "prod" }),
  });
  const growing = { ...set("**"), name: "g", checkContent: "off" };
  await expectTaken("growingDataset", handlers, {
    ...growing,
    dataType: "image",
    ...asked("growingDataset", "one"),
  });
  await expectTaken("growingDataset", handlers, {
    ...growing,
    dataType: "video",
    ...asked("growingDataset", "two"),
  });
});

test("a file set and its Dataset share a name by design", async () => {
  const { fileSet, dataset } = bench.handlers();
  const up = { isPreview: false };
  const one = { ...set("cats"), datasetName: "y", versionOf: "y", ...asked("fileSet", "one", up) };
  const { outs: files } = await make(fileSet, one);
  expect((await make(dataset, { files, ...asked("dataset", "one", up) })).inputs.name).toBe("y");
});

test("a resource that is asked for again, with other files or another name, is in nobody's way", async () => {
  const handlers = bench.handlers();
  const of = (datasetName: string, name: string) => ({
    datasetName,
    versionOf: name,
    ...asked("fileSet", name),
  });
  await expectTaken("fileSet", handlers, { ...set("cats"), ...of("y", "one") });
  await expectTaken("fileSet", handlers, { ...set("dogs"), ...of("y", "one") });
  await expectTaken("fileSet", handlers, { ...set("dogs"), ...of("z", "one") });
  await expectTaken("fileSet", handlers, { ...set("cats"), ...of("y", "two") });
});
