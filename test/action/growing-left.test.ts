// Files of a growing set that a run only leaves for a later one: what the set holds of them is not judged.
import { readFileSync, renameSync, rmSync, utimesSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const LONG_AGO = new Date("2020-01-01T00:00:00Z");
const rested = ["images/cats/one.jpg", "images/cats/two.jpg", "images/dogs/three.jpg"];

const place = useActionPlace(Object.fromEntries(rested.map((path) => [path, jpeg(path)])), {
  ingestMs: 10,
  exportMs: 10,
});
beforeEach(() => {
  for (const path of rested) utimesSync(place.tree.at(path), LONG_AGO, LONG_AGO);
});

const act = (inputs: Record<string, string> = {}): Promise<Recorded> =>
  place.act({ dataset: "pets-{increment}", files: "images", ...inputs });
const parts = {
  dataset: "pets-{folder}-{increment}",
  root: "images",
  files: "**",
  "partition-depth": "1",
};
const touch = (path: string): void => utimesSync(place.tree.at(path), new Date(), new Date());

interface Lists {
  readonly current: { path: string; itemPath: string }[];
  readonly superseded: object[];
  readonly postponed: { path: string; datasetUid: string }[];
}
const setsOf = ({ outputs }: Recorded): Lists[] =>
  (JSON.parse(readFileSync(outputs["current"] ?? "", "utf8")) as { sets: Lists[] }).sets;
const pathsOf = (items: { path: string }[] = []): string[] => items.map(({ path }) => path);

test.each([
  [
    "is in iCloud only",
    () => {
      const file = place.tree.at("images/cats/two.jpg");
      renameSync(file, place.tree.at("images/cats/.two.jpg.icloud"));
    },
  ],
  ["was written just now", () => touch("images/cats/two.jpg")],
])("a held file that %s is left for a later run, and not gone", async (_why, leave) => {
  await act();
  leave();
  const dry = await act({ "min-age-minutes": "5", "dry-run": "true" });
  expect(dry.text()).toContain("0 superseded, 0 not compared, 1 left for a later run");
  const run = await act({ "min-age-minutes": "5" });
  const [set] = setsOf(run);
  expect(set?.superseded).toEqual([]);
  expect(pathsOf(set?.postponed)).toEqual(["images/cats/two.jpg"]);
  expect(pathsOf(set?.current)).toEqual(["images/cats/one.jpg", "images/dogs/three.jpg"]);
  expect(run.text()).toContain("1 left for a later run");
  expect(run.text()).not.toContain("gone");
  expect(place.emulator.datasets()).toHaveLength(1);
});

test("a set of which all files were left for a later run stays in the exports", async () => {
  await act(parts);
  touch("images/dogs/three.jpg");
  const run = await act({ ...parts, "min-age-minutes": "5", "export-datasets": "uploaded" });
  expect(Object.keys(JSON.parse(run.outputs["dataset-uids"] ?? "{}") as object)).toEqual([
    "cats",
    "dogs",
  ]);
  expect(run.outputs).toMatchObject({ outcome: "exported", complete: "true" });
  expect(place.emulator.exports().map(({ datasets }) => datasets.length)).toEqual([2]);
  expect(setsOf(run).map(({ postponed }) => pathsOf(postponed))).toEqual([[], ["dogs/three.jpg"]]);
});

test("once the file stops changing it is held as before", async () => {
  await act();
  touch("images/cats/two.jpg");
  await act({ "min-age-minutes": "5" });
  utimesSync(place.tree.at("images/cats/two.jpg"), LONG_AGO, LONG_AGO);
  const [set] = setsOf(await act({ "min-age-minutes": "5" }));
  expect(set).toMatchObject({ superseded: [], postponed: [] });
  expect(set?.current).toHaveLength(3);
  rmSync(place.tree.at("images/cats/two.jpg"));
  expect(setsOf(await act({ "min-age-minutes": "5" }))[0]?.superseded).toMatchObject([
    { path: "images/cats/two.jpg", why: "gone" },
  ]);
});

describe("a file that was renamed keeps its item while another one at its old path is being written", () => {
  const [old, now] = ["images/cats/two.jpg", "images/cats/two-1.jpg"];
  const rest = (path: string): void => utimesSync(place.tree.at(path), LONG_AGO, LONG_AGO);
  const rename = (): void => renameSync(place.tree.at(old), place.tree.at(now));
  const write = (content: string): void => place.tree.write({ [old]: jpeg(content) });
  const kept = { path: now, itemPath: old };

  test("where the move was seen before", async () => {
    await act();
    rename();
    write("second");
    rest(old);
    await act({ "min-age-minutes": "5" });
    write("third");
    const run = await act({ "min-age-minutes": "5" });
    expect(run.outputs).toMatchObject({ "files-uploaded": "0", complete: "true" });
    const [set] = setsOf(run);
    expect(set?.current).toContainEqual(expect.objectContaining(kept));
    rest(old);
    const last = await act({ "min-age-minutes": "5" });
    expect(last.outputs).toMatchObject({ "files-uploaded": "1" });
    expect(setsOf(last)[0]?.superseded).toMatchObject([{ path: old, why: "changed" }]);
    expect(setsOf(last)[0]?.current).toContainEqual(expect.objectContaining(kept));
  });

  test("where it was not, it is left for later as well", async () => {
    await act();
    rename();
    write("second");
    const run = await act({ "min-age-minutes": "5" });
    const left = { "files-uploaded": "0", unverified: "1", complete: "false" };
    expect(run.outputs).toMatchObject(left);
    rest(old);
    const last = await act({ "min-age-minutes": "5" });
    expect(last.outputs).toMatchObject({ "files-uploaded": "1", complete: "true" });
    expect(setsOf(last)[0]?.current).toContainEqual(expect.objectContaining(kept));
    expect(setsOf(last)[0]?.superseded).toEqual([]);
  });
});
