// A stack's file was renamed, and the `up` that saw it did not end well: the item stays that file's, whatever copies come.
import { renameSync, rmSync } from "node:fs";
import type { GrowingInputs, GrowingOutputs } from "../../provider/handlers/growing-dataset/inputs";
import { currentInState } from "../../provider/handlers/growing-dataset/current";
import { WITH_CHANGES } from "../support/dialects";
import {
  checked,
  createBench,
  growingSetOf,
  make,
  type Bench,
  type Made,
} from "../support/provider";
import { jpeg } from "../support/temp-tree";

type Set = Made<GrowingInputs, GrowingOutputs>;

let bench: Bench;
const given = () => growingSetOf(bench, {});
afterEach(() => bench.stop());

const update = async ({ id, outs }: Pick<Set, "id" | "outs">): Promise<GrowingOutputs> => {
  const { growingDataset } = bench.handlers();
  const inputs = await checked(growingDataset, given(), outs as never);
  const updated = await growingDataset.update(id, outs, inputs);
  if (updated.outs === undefined) throw new Error("update returned no outputs");
  return updated.outs;
};

/** The error of an `up` that is refused its first byte. */
async function refused(up: () => Promise<unknown>): Promise<unknown> {
  bench.avala.setFault({
    on: { method: "POST", path: "/datasets/manual-upload/file-upload-url/" },
    times: 0,
    reply: { status: 403, body: { detail: "no" } },
  });
  const error: unknown = await up().catch((thrown: unknown) => thrown);
  bench.avala.clearFaults();
  return error;
}

/** `b.jpg` has become `m.jpg`; the `up` that sees it is refused its first byte. */
async function renamed(): Promise<{ readonly set: Set; readonly broken: GrowingOutputs }> {
  bench = await createBench({ "b.jpg": jpeg("b"), "z.jpg": jpeg("z") }, WITH_CHANGES);
  const set: Set = await make(bench.handlers().growingDataset, given());
  renameSync(bench.tree.at("b.jpg"), bench.tree.at("m.jpg"));
  bench.tree.write({ "new.jpg": jpeg("new") });
  const error = await refused(() => update(set));
  bench.tree.write({ "a.jpg": jpeg("b") });
  return { set, broken: (error as { readonly properties: GrowingOutputs }).properties };
}

const itemOf = (outs: GrowingOutputs, path: string): unknown =>
  currentInState(outs.increments).find((one) => one.path === path);

test("by the state, where the up failed", async () => {
  const { set, broken } = await renamed();
  const outs = await update({ id: set.id, outs: broken });
  const [datasetUid] = set.outs.datasetUids;
  expect(itemOf(outs, "m.jpg")).toEqual({ path: "m.jpg", datasetUid, itemPath: "b.jpg" });
  expect(itemOf(outs, "a.jpg")).toMatchObject({ itemPath: "a.jpg" });
});

test("by the state folder, where the up was killed and the state is as it was", async () => {
  const { set } = await renamed();
  const outs = await update(set);
  const [datasetUid] = set.outs.datasetUids;
  expect(itemOf(outs, "m.jpg")).toEqual({ path: "m.jpg", datasetUid, itemPath: "b.jpg" });
  expect(itemOf(outs, "a.jpg")).toMatchObject({ itemPath: "a.jpg" });
});

test("by the state, and not by an older folder, where the file has its own name again", async () => {
  const { set, broken } = await renamed();
  // Another machine has seen since that the file has its old name.
  renameSync(bench.tree.at("m.jpg"), bench.tree.at("b.jpg"));
  const other = bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".other") }).growingDataset;
  const inputs = await checked(other, given(), broken as never);
  const { outs = broken } = await other.update(set.id, broken, inputs);
  bench.tree.write({ "m.jpg": jpeg("b") });
  const again = await update({ id: set.id, outs });
  const [datasetUid] = set.outs.datasetUids;
  expect(itemOf(again, "b.jpg")).toEqual({ path: "b.jpg", datasetUid, itemPath: "b.jpg" });
  expect(itemOf(again, "m.jpg")).toMatchObject({ itemPath: "m.jpg" });
});

test("by the state folder, where the file was renamed before, which the state has", async () => {
  bench = await createBench({ "b.jpg": jpeg("b"), "z.jpg": jpeg("z") }, WITH_CHANGES);
  const set: Set = await make(bench.handlers().growingDataset, given());
  renameSync(bench.tree.at("b.jpg"), bench.tree.at("f.jpg"));
  const outs = await update(set);
  expect(itemOf(outs, "f.jpg")).toMatchObject({ itemPath: "b.jpg" });
  renameSync(bench.tree.at("f.jpg"), bench.tree.at("m.jpg"));
  bench.tree.write({ "new.jpg": jpeg("new") });
  await refused(() => update({ id: set.id, outs }));
  bench.tree.write({ "a.jpg": jpeg("b") });
  const again = await update({ id: set.id, outs });
  const [datasetUid] = set.outs.datasetUids;
  expect(itemOf(again, "m.jpg")).toEqual({ path: "m.jpg", datasetUid, itemPath: "b.jpg" });
  expect(itemOf(again, "a.jpg")).toMatchObject({ itemPath: "a.jpg" });
});

test("by the state, and not by an older folder, where another machine has seen it under a third name", async () => {
  const { set, broken } = await renamed();
  rmSync(bench.tree.at("a.jpg"));
  renameSync(bench.tree.at("m.jpg"), bench.tree.at("q.jpg"));
  const other = bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".other") }).growingDataset;
  const inputs = await checked(other, given(), broken as never);
  const { outs = broken } = await other.update(set.id, broken, inputs);
  bench.tree.write({ "m.jpg": jpeg("b") });
  const again = await update({ id: set.id, outs });
  const [datasetUid] = set.outs.datasetUids;
  expect(itemOf(again, "q.jpg")).toEqual({ path: "q.jpg", datasetUid, itemPath: "b.jpg" });
  expect(itemOf(again, "m.jpg")).toMatchObject({ itemPath: "m.jpg" });
});
