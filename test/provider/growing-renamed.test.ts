// A folder of a growing set is renamed after the stack's state and its state folder were lost: the preview shows what `up` does.
import { renameSync } from "node:fs";
import { WITH_CHANGES } from "../support/dialects";
import { checked, createBench, growingSetOf, make, type Bench } from "../support/provider";
import { jpeg } from "../support/temp-tree";

let bench: Bench;
const given = (more: object = {}) => growingSetOf(bench, { ...more });
beforeEach(async () => {
  const files = { "a.jpg": jpeg("a"), "space/b.jpg": jpeg("bb") };
  bench = await createBench(files, WITH_CHANGES);
});
afterEach(() => bench.stop());

test("nothing is sent, and its items are current", async () => {
  await make(bench.handlers().growingDataset, given());
  renameSync(bench.tree.at("space"), bench.tree.at("astronomy"));
  bench.writes();
  const call = { urn: "urn:training", isPreview: true };
  const look = bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".laptop") }).growingDataset;
  const from = bench.told().length;
  await checked(look, given({ call }));
  const preview = bench.told().slice(from).join("\n");
  expect(preview).toContain("> space/b.jpg → astronomy/b.jpg");
  expect(preview).toContain("nothing to send");
  const elsewhere = bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".other") }).growingDataset;
  const { outs } = await make(elsewhere, given());
  expect(bench.writes()).toEqual([]);
  expect(outs).toMatchObject({ fileCount: 2, unverifiedCount: 0 });
  expect(bench.avala.datasets()).toHaveLength(1);
});
