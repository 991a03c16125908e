// A list for each push (`files-from`), after a run that ended early: the files that it was to send are not lost without a word.
import { rmSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import { WITH_CHANGES } from "../support/dialects";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const NAMES = ["a", "b", "c", "d", "e"];
const place = useActionPlace(
  Object.fromEntries(NAMES.map((name) => [`images/${name}.jpg`, jpeg(name)])),
  { ingestMs: 10, exportMs: 10, ...WITH_CHANGES },
);

const act = (names: readonly string[], inputs: Record<string, string> = {}): Promise<Recorded> => {
  place.tree.write({ list: names.map((name) => `images/${name}.jpg\n`).join("") });
  const all = { dataset: "pets-{increment}", concurrency: "1", "files-from": "list", ...inputs };
  return place.act(all);
};
const warned = ({ warnings }: Recorded): readonly string[] =>
  warnings.map(({ text }) => text).filter((text) => text.includes("interrupted"));
const items = (): readonly string[] =>
  place.emulator
    .datasets()
    .flatMap(({ uid }) => place.emulator.items(uid).map(({ key }) => key ?? ""))
    .sort();
const pathsOf = (names: readonly string[]) => names.map((name) => `images/${name}.jpg`);

/** Ends when so many files have landed. */
async function ended(landed: number, names: readonly string[]): Promise<void> {
  const on = { path: "*/file-upload-url/" };
  place.emulator.setFault({ on, reply: { status: 403 }, skip: landed, times: 0 });
  await act(names);
  place.emulator.clearFaults();
}

test.each([0, 2])(
  "are named by each run whose list does not have them, until one has: %i had landed",
  async (landed) => {
    await ended(landed, ["a", "b", "c"]);
    for (const names of [["d"], ["d"]]) {
      const run = await act(names);
      expect(run.outputs).toMatchObject({ complete: "false" });
      expect(warned(run)).toEqual([
        expect.stringMatching(
          /^3 files of pets-\{increment\} .*images\/a\.jpg, images\/b\.jpg, images\/c\.jpg\. .*files-from/,
        ),
      ]);
    }
    const run = await act(["a", "b", "c"]);
    expect(run.outputs).toMatchObject({ complete: "true", "files-uploaded": String(3 - landed) });
    expect(warned(run)).toEqual([]);
    expect(items()).toEqual(pathsOf(["a", "b", "c", "d"]));
    expect((await act(["e"])).outputs).toMatchObject({ complete: "true" });
  },
);

test("are named also where the list has some of them, and in later runs", async () => {
  await ended(2, ["a", "b", "c"]);
  for (const names of [["a", "d"], ["e"]]) {
    const run = await act(names);
    expect(run.outputs).toMatchObject({ complete: "false" });
    expect(warned(run).at(-1)).toMatch(/^2 files .*images\/b\.jpg, images\/c\.jpg\. /);
  }
  const run = await act(["b", "c"]);
  expect(run.outputs).toMatchObject({ complete: "true" });
  expect(items()).toEqual(pathsOf(NAMES));
});

test("are named by a dry run, and open no gate", async () => {
  await ended(2, ["a", "b", "c"]);
  expect(warned(await act(["d"], { "dry-run": "true" }))).toHaveLength(1);
  const run = await act(["d"], { "export-datasets": "uploaded", "export-name": "e" });
  expect(run.outputs).toMatchObject({ outcome: "gate_closed", complete: "false" });
  expect(place.emulator.exports()).toEqual([]);
});

test("are not named once they are deleted, or files does not choose them any more", async () => {
  await ended(2, ["a", "b", "c"]);
  rmSync(place.tree.at("images/a.jpg"));
  const run = await act(["d"], { files: "images/**\n!images/b.jpg" });
  expect(warned(run)).toEqual([expect.stringMatching(/^1 file .*images\/c\.jpg\. /)]);
  rmSync(place.tree.at("images/c.jpg"));
  const later = await act(["e"], { files: "images/**\n!images/b.jpg" });
  expect(warned(later)).toEqual([]);
  expect(later.outputs).toMatchObject({ complete: "true" });
});

test("are not named where they were sent meanwhile, changed or not", async () => {
  await ended(1, ["a", "b"]);
  place.tree.write({ "images/a.jpg": jpeg("another") });
  const changed = await act(["a", "b"]);
  expect(changed.outputs).toMatchObject({ complete: "true" });
  await ended(1, ["c", "d"]);
  const run = await act(["c", "d"]);
  expect(run.outputs).toMatchObject({ complete: "true" });
  const last = await act(["e"]);
  expect(warned(last)).toEqual([]);
  expect(last.outputs).toMatchObject({ complete: "true" });
});

test("are not named once a list has had them as they were before", async () => {
  await act(["a", "b"]);
  place.tree.write({ "images/a.jpg": jpeg("a two"), "images/b.jpg": jpeg("b two") });
  await ended(1, ["a", "b"]);
  place.tree.write({ "images/a.jpg": jpeg("a"), "images/b.jpg": jpeg("b") });
  expect((await act(["a", "b"])).outputs).toMatchObject({ outcome: "unchanged" });
  const run = await act(["d"]);
  expect(warned(run)).toEqual([]);
  expect(run.outputs).toMatchObject({ complete: "true" });
});

test("are not named where they are again what the set holds, though no list has all of them", async () => {
  await act(["a", "b", "c"]);
  const write = (content: (name: string) => string) => {
    for (const [name, path] of [
      ["a", "images/a.jpg"],
      ["b", "images/b.jpg"],
      ["c", "images/c.jpg"],
    ] as const)
      place.tree.write({ [path]: jpeg(content(name)) });
  };
  write((name) => name.toUpperCase());
  await ended(1, ["a", "b", "c"]);
  write((name) => name);
  for (const names of [["a"], ["b"]]) {
    const run = await act(names);
    expect(warned(run)).toEqual([]);
    expect(run.outputs).toMatchObject({ outcome: "unchanged", complete: "true" });
  }
  expect(warned(await act(["d"], { "dry-run": "true" }))).toEqual([]);
  place.tree.write({ "images/c.jpg": jpeg("3") });
  const run = await act(["d"]);
  expect(warned(run)).toEqual([expect.stringMatching(/^1 file .*images\/c\.jpg\. /)]);
  expect(run.outputs).toMatchObject({ complete: "false" });
  expect((await act(["c"])).outputs).toMatchObject({ complete: "true", "files-uploaded": "1" });
});

test("are not named where the set holds them under their names since they were moved", async () => {
  await act(["a", "b"]);
  place.tree.write({ "images/x.jpg": jpeg("a"), "images/y.jpg": jpeg("b") });
  await ended(1, ["a", "b", "x", "y"]);
  for (const name of ["a", "b"]) rmSync(place.tree.at(`images/${name}.jpg`));
  for (const name of ["x", "y"]) await act(["a", "b", name]);
  const run = await act(["d"]);
  expect(warned(run)).toEqual([]);
  expect(run.outputs).toMatchObject({ complete: "true" });
});

test("are none of a dataset that was made without waiting and was deleted since", async () => {
  const unwaited = { "wait-for-dataset": "false" };
  await act(["a"], unwaited);
  await act(["b"], unwaited);
  const [first] = place.emulator.datasets();
  const { baseUrl, apiKey } = place.emulator;
  const url = `${baseUrl}/datasets/${place.emulator.user()?.username ?? ""}/${first?.slug ?? ""}/`;
  await fetch(url, { method: "DELETE", headers: { "X-Avala-Api-Key": apiKey } });
  expect(warned(await act(["d"], unwaited))).toEqual([]);
});
