// `files-from`: a list of paths, as Git and other Actions write one.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  {
    "photos/cats/one.jpg": jpeg("one"),
    "photos/cats/two.jpg": jpeg("two"),
    "photos/dogs/three [1].jpg": jpeg("three"),
    "photos/notes.txt": "n",
    "other/four.jpg": jpeg("four"),
    "README.md": "r",
  },
  { ingestMs: 10, exportMs: 10 },
);

const act = (list: string, inputs: Record<string, string> = {}): Promise<Recorded> => {
  place.tree.write({ "changed.txt": list });
  return place.act({ "files-from": "changed.txt", dataset: "pets-{digest}", ...inputs });
};
const sent = (): string[] =>
  place.emulator
    .datasets()
    .flatMap(({ uid }) => place.emulator.items(uid).map(({ key }) => key ?? ""))
    .sort();

test("only what it names is taken, and its lines are no globs", async () => {
  const { errors, warnings, outputs, lines } = await act(
    "photos/cats/one.jpg\nphotos/dogs/three [1].jpg\nREADME.md\n",
  );
  expect(errors).toEqual([]);
  expect(warnings).toEqual([]);
  expect(outputs).toMatchObject({ outcome: "uploaded", "files-total": "2" });
  expect(sent()).toEqual(["photos/cats/one.jpg", "photos/dogs/three [1].jpg"]);
  expect(lines.join("\n")).toContain("files-from changed.txt: 3 paths, 2 files selected");
});

test("4,000 names between NULs are a list like any other", async () => {
  const many = Array.from({ length: 4_000 }, (_, i) => `photos/gone/${i}-${"n".repeat(60)}.jpg`);
  const list = [...many, "photos/cats/one.jpg"].join("\0");
  const { errors, warnings, outputs } = await act(list);
  expect(errors).toEqual([]);
  expect(outputs["files-total"]).toBe("1");
  expect(warnings.map(({ text }) => text)).toEqual([
    expect.stringMatching(
      /^4,000 paths of changed\.txt .*deleted files.*photos\/gone\/0-/,
    ) as string,
  ]);
});

test("it is narrowed by files, by lines with !, and by an ignore file", async () => {
  const list =
    "photos/cats/one.jpg\nphotos/cats/two.jpg\nphotos/dogs/three [1].jpg\nother/four.jpg\n";
  const files = "photos/**/*.jpg\n!photos/cats/one.jpg";
  await act(list, { files });
  expect(sent()).toEqual(["photos/cats/two.jpg", "photos/dogs/three [1].jpg"]);
  place.tree.write({ ".avalaignore": "dogs/\n" });
  const { outputs } = await act(list, { files: "!other" });
  expect(outputs["files-total"]).toBe("2");
  expect((await act(list, { files: "photos/**" })).lines.join("\n")).toContain(
    "left out: not in the list: 1 file (photos/notes.txt)",
  );
});

test("its paths are relative to the workspace whatever root is, and others are ignored", async () => {
  const list = "photos/cats/one.jpg\nother/four.jpg\n./photos/dogs\n";
  const { errors, lines, outputs } = await act(list, { root: "photos" });
  expect(errors).toEqual([]);
  expect(outputs["files-total"]).toBe("2");
  expect(sent()).toEqual(["cats/one.jpg", "dogs/three [1].jpg"]);
  expect(lines.join("\n")).toContain("1 path outside root");
});

test("what it names is hidden or of no item as if a glob had matched it", async () => {
  place.tree.write({ "photos/.hidden.jpg": jpeg("h"), "photos/.env": "KEY=1" });
  const list = "photos/.hidden.jpg\nphotos/notes.txt\nphotos/cats/one.jpg\nphotos/.env\n";
  const { errors, outputs, lines } = await act(list);
  expect(errors).toEqual([]);
  expect(outputs["files-total"]).toBe("1");
  expect(lines.join("\n")).toContain("hidden, left out: 2");
  const shown = await act(list, { "include-hidden-files": "true" });
  expect(shown.outputs["files-total"]).toBe("2");
});

describe("a list of tj-actions/changed-files", () => {
  const names = [
    "photos/dogs/three [1].jpg",
    "photos/cats/caf\u00e9 (2).jpg",
    "photos/cats/one.jpg",
  ];
  // As its safe_output does, which is on by default.
  const safe = (text: string): string => text.replace(/[^\x20-\x7E]|[:*?<>|;`$()&!]/g, "\\$&");
  beforeEach(() => place.tree.write({ "photos/cats/caf\u00e9 (2).jpg": jpeg("five") }));

  test.each([
    ["with a line for each", safe(names.join("\n")), 3],
    ["as JSON", safe(JSON.stringify(names)), 3],
    ["not escaped", names.join("\n"), 3],
    ["on one line, with blanks between", safe("photos/cats/one.jpg photos/cats/two.jpg"), 2],
  ])("is taken as it is meant: %s", async (_form, list, count) => {
    const { errors, warnings, outputs } = await act(list);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([]);
    expect(outputs["files-total"]).toBe(String(count));
  });

  test("on one line is refused where a name has a blank, for it could be two", async () => {
    const { errors } = await act(safe(names.join(" ")));
    expect(errors[0]).toContain("one per line");
    expect(place.emulator.datasets()).toEqual([]);
  });
});

test("only links that it names are looked at", async () => {
  place.tree.write({
    "photos/broken.jpg": { link: "nowhere" },
    "photos/link.jpg": { link: "cats/one.jpg" },
  });
  const { errors, outputs } = await act("photos/link.jpg\n");
  expect(errors).toEqual([]);
  expect(outputs["files-total"]).toBe("1");
  const bad = await act("photos/broken.jpg\nphotos/link.jpg\n");
  expect(bad.errors[0]).toContain("photos/broken.jpg");
});

test("Git's list of a pull request is taken as it is, names in octal and deleted files included", async () => {
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      cwd: place.tree.root,
      encoding: "utf8",
    });
  git("init", "-q");
  git("add", "photos", "other");
  git("commit", "-qm", "one");
  rmSync(place.tree.at("other/four.jpg"));
  place.tree.write({ "photos/dogs/fünf.jpg": jpeg("five"), "photos/cats/two.jpg": jpeg("2") });
  git("add", "-A");
  git("commit", "-qm", "two");
  const list = git("diff", "--name-only", "HEAD~1", "HEAD");
  expect(list).toContain("\\303\\274");
  const { errors, warnings } = await act(list);
  expect(errors).toEqual([]);
  expect(warnings.map(({ text }) => text)).toEqual([
    expect.stringContaining("other/four.jpg") as string,
  ]);
  expect(sent()).toEqual(["photos/cats/two.jpg", "photos/dogs/fünf.jpg"]);
});

describe("of a growing set", () => {
  const grow = { dataset: "pets-{increment}", files: "photos" };
  interface Lists {
    readonly superseded: { path: string; why: string }[];
    readonly postponed: { path: string }[];
    readonly current: { path: string }[];
  }
  const setOf = ({ outputs }: Recorded): Lists | undefined =>
    (JSON.parse(readFileSync(outputs["current"] ?? "", "utf8")) as { sets: Lists[] }).sets[0];

  test("a list of changes leaves the rest of the set as it is", async () => {
    await place.act(grow);
    rmSync(place.tree.at("photos/cats/one.jpg"));
    place.tree.write({ "photos/cats/new.jpg": jpeg("new") });
    const run = await act("photos/cats/new.jpg\nphotos/cats/one.jpg\n", grow);
    expect(run.errors).toEqual([]);
    expect(run.outputs).toMatchObject({ "files-uploaded": "1" });
    const set = setOf(run);
    expect(set?.current.map(({ path }) => path)).toEqual(["photos/cats/new.jpg"]);
    expect(set?.postponed.map(({ path }) => path)).toEqual([
      "photos/cats/two.jpg",
      "photos/dogs/three [1].jpg",
    ]);
    expect(set?.superseded).toMatchObject([{ path: "photos/cats/one.jpg", why: "gone" }]);
  });

  test("a list without files ends as empty where that is allowed, and makes nothing", async () => {
    await place.act(grow);
    const { errors, outputs } = await act("", { ...grow, "if-no-files-found": "ignore" });
    expect(errors).toEqual([]);
    expect(outputs["outcome"]).toBe("empty");
    expect(place.emulator.datasets()).toHaveLength(1);
  });
});

describe("a list that leads to no file is refused with the reason", () => {
  test.each([
    ["no path", "\n", {}, "lists no path"],
    ["paths in root", "cats/one.jpg\n", { root: "photos" }, "relative to the workspace"],
    ["paths elsewhere", "other/four.jpg\n", { root: "photos" }, "is not in root"],
    ["deleted files", "photos/cats/gone.jpg\n", {}, "--diff-filter=d"],
    ["commas between paths", "photos/cats/one.jpg,photos/cats/two.jpg", {}, "one per line"],
    ["a status before each", "M\tphotos/cats/one.jpg\n", {}, "--name-only"],
    ["backslashes", "photos\\cats\\one.jpg\n", {}, "write photos/cats/one.jpg"],
    ["globs", "photos/**/*.jpg\n", {}, "globs go into files"],
    ["a line of no path", `${"x".repeat(100_000)}\n`, {}, "lists no existing file"],
    ["a text of no path", '["a\\u0000.jpg"]', {}, "lists no existing file"],
    ["objects in JSON", '[{"path": "photos/cats/one.jpg"}]', {}, "array of texts"],
    ["JSON with escaped quotes", '[\\"photos/cats/one.jpg\\"]', {}, "array of texts"],
    ["what Avala would not index", "README.md\n", {}, "left out"],
    [
      "what files does not choose",
      "other/four.jpg\n",
      { files: "photos" },
      "files selects none of",
    ],
  ])("%s", async (_name, list, inputs, reason) => {
    const { errors, outputs } = await act(list, inputs);
    expect(outputs["outcome"]).toBe("invalid");
    expect(errors[0]).toContain("files-from");
    expect(errors[0]).toContain(reason);
    const warned = await act(list, { ...inputs, "if-no-files-found": "warn" });
    expect(warned.errors).toEqual([]);
    expect(warned.outputs["outcome"]).toBe("empty");
    expect(warned.warnings.map(({ text }) => text).join("\n")).toContain(reason);
    const ignored = await act(list, { ...inputs, "if-no-files-found": "ignore" });
    expect(ignored.warnings).toEqual([]);
    expect(ignored.outputs["outcome"]).toBe("empty");
  });

  test.each([
    ["that is not there", "none.txt", "none.txt does not exist. It is relative to the workspace."],
    ["that is a folder", "photos", "is not a file"],
  ])("one %s", async (_name, file, reason) => {
    const { errors, outputs } = await place.act({ "files-from": file, dataset: "a-{digest}" });
    expect(outputs["outcome"]).toBe("invalid");
    expect(errors[0]).toContain(reason);
  });
});
