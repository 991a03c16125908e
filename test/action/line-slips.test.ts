// A line of `files` that has no effect is refused with the likely slip, from what is on disk.
import { readInputs } from "../support/read-inputs";
import { select } from "../../action/selection/selection";
import type { InputError } from "../../src/errors";
import { readFileSet } from "../../src/files/file-set";
import { jpeg } from "../support/temp-tree";
import { createTempTree, record, type TempTree } from "../support/recorded-action";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({
    "images/a.jpg": jpeg("a"),
    "images/b c.jpg": jpeg("b"),
    "take [01-02]/d.jpg": jpeg("d"),
    "caf\u00e9/e.jpg": jpeg("e"),
    "videos.dvc": "outs:",
    "store/f.jpg": jpeg("f"),
    linked: { link: "store" },
    "hidden/.g.jpg": jpeg("g"),
    "ignored/h.jpg": jpeg("h"),
    ".avalaignore": "ignored/",
  });
});
afterEach(() => tree.remove());

function refused(inputs: Record<string, string>): Promise<readonly string[]> {
  const { environment } = record({ tree, inputs: { dataset: "photos-{digest}", ...inputs } });
  const { upload } = readInputs(environment);
  if (upload === undefined) throw new Error("There is no upload.");
  const { workspace, signal } = environment;
  return select(upload, {
    workspace,
    signal,
    onProgress: () => undefined,
    onListing: () => undefined,
  }).then(
    () => [],
    (error: InputError) => error.problems.map(({ text }) => text),
  );
}

test.each([
  ["quotes", '"images/*.jpg"', "in quotes"],
  ["octal names", '"caf\\303\\251/e.jpg"', "as Git quotes it"],
  ["a deleted file", "images/gone.jpg", "no such file"],
  ["commas", "images/a.jpg,take*/d.jpg", "commas"],
  ["a list marker", "- images/*.jpg", "YAML list"],
  ["a comment", "images/*.jpg # all of them", "comment"],
  ["backslashes", "images\\*.jpg", "backslash"],
  ["another's home", "~me/images/*.jpg", "~me is not expanded"],
  ["a variable", "$HOME/images/*.jpg", "$HOME is not expanded"],
  ["brackets", "take [01-02]/*.jpg", "take \\[01-02\\]/*.jpg"],
  ["a Unicode form", "cafe\u0301/*.jpg", "(NFC)"],
  ["a pointer of DVC's", "videos/*.mp4", "dvc pull"],
  ["another case", "Images/*.jpg", "case matters"],
  ["another case of the suffix", "images/*.JPG", "on disk there is images/a.jpg"],
])("%s", async (_name, line, reason) => {
  const [text] = await refused({ files: `store\n${line}` });
  expect(text).toContain("matches nothing");
  expect(text).toContain(reason);
});

test("what to do is said once: by the likely slip, or in general where none is found", async () => {
  const [slip] = await refused({ files: 'store\n"images/*.jpg"' });
  expect(slip).toMatch(
    /; write images\/\*\.jpg\. To make this a warning, set if-no-files-found: warn$/,
  );
  const [hidden] = await refused({ files: "store\nhidden/*.jpg" });
  expect(hidden).toMatch(
    /include-hidden-files: true includes them\)\. To make this a warning, set if-no-files-found: warn$/,
  );
  const [none] = await refused({ files: "store\n!images/a.jpg" });
  expect(none).toMatch(/; fix or remove the line, or set if-no-files-found: warn$/);
});

test("a line with ! that takes everything is named", async () => {
  expect(await refused({ files: "images/*.jpg\n!**/*.jpg" })).toEqual([
    expect.stringContaining("the line !**/*.jpg excludes all 2 files that it matches") as string,
  ]);
  const [both] = await refused({ files: "images/*\n!**/a.jpg\n!**/b*.jpg\nstore" });
  expect(both).toContain("lines with ! exclude all 2 files");
});

test("links that were skipped are named", async () => {
  const files = "store\nlinked/*.jpg";
  expect(await refused({ files })).toEqual([]);
  const [text] = await refused({ files, symlinks: "skip" });
  expect(text).toContain("linked is a symbolic link, which symlinks: skip leaves out");
});

test("a line with ! that takes nothing says why, too", async () => {
  const [text] = await refused({ files: 'images\n!"images/a.jpg"' });
  expect(text).toContain("excludes nothing");
  expect(text).toContain("in quotes");
});

test("of files that were left out no other reason is made up", async () => {
  const [hidden, ignored] = await refused({ files: "store\nhidden/*\nignored/*" });
  expect(hidden).toContain("1 hidden file left out");
  expect(`${hidden} ${ignored}`).not.toMatch(/case matters|is empty|is not there|has no/);
});

test("the lines of a file set have the same reasons", async () => {
  const include = ["videos/*.mp4", "Images/*"];
  const error = await readFileSet({ root: tree.root, include }).catch((thrown: unknown) => thrown);
  expect((error as InputError).problems.map(({ text }) => text)).toEqual([
    expect.stringMatching(/videos\/\*\.mp4 \(.*dvc pull.*\), Images\/\* \(case matters/) as string,
  ]);
});

test("a suffix that no file has is told with those that are there, unless another line takes them", async () => {
  expect(await refused({ files: "images/*.jpeg" })).toEqual([
    expect.stringContaining("other suffixes: .jpg (2)"),
  ]);
  expect(await refused({ files: "images/*.jpeg\nimages/*.jpg" })).toEqual([
    expect.not.stringContaining("other suffixes"),
  ]);
});

test("a root that is not there is refused with the folder that was most likely meant", async () => {
  const near = await refused({ files: "**", root: "image" });
  expect(near).toEqual([expect.stringContaining(`${tree.at("images")} is there`)]);
  expect(await refused({ files: "**", root: "else" })).toEqual([
    expect.not.stringContaining("is there"),
  ]);
});
