// Which folders of a VersionedDataset are datasets, and what is said of those that are not.
import { cutNotes, partitionsOf, unmatchedLines } from "../../provider/resources/partitions";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";

let tree: TempTree;
beforeAll(() => {
  tree = createTempTree({
    "data.yaml": "names: [cat]",
    "images/1.jpg": jpeg("1"),
    "labels/1.txt": "0 0.5 0.5 1 1",
    "clips/1.mp4": "clip",
    "drafts/2.jpg": jpeg("2"),
    ".avalaignore": "drafts/",
  });
});
afterAll(() => tree.remove());

const given = (more: object): Parameters<typeof partitionsOf>[0] => ({
  root: tree.root,
  partitionDepth: 1,
  ...more,
});
const labels = (more: object = {}): string[] => partitionsOf(given(more)).map(({ label }) => label);

test("a folder of which Avala would index nothing is left out, and named with what is in it", () => {
  expect(labels()).toEqual(["clips", "images"]);
  expect(cutNotes(given({})).leftOut).toEqual([
    expect.stringMatching(/^the files outside any folder: .* index none of them \(.*1 \.yaml/),
    expect.stringMatching(/^the folder labels: .* index nothing of it \(.*1 \.txt/),
  ]);
});

test("a data type that is given decides what is indexed, and one that is not known yet does not", () => {
  expect(labels({ dataType: "image" })).toEqual(["images"]);
  expect(labels({ dataType: Promise.resolve("image") })).toEqual(["clips", "images"]);
});

test("all folders are datasets where all is to be sent, and none is left out in silence", () => {
  expect(labels({ unindexed: "send" })).toHaveLength(4);
  expect(cutNotes(given({ unindexed: "send" })).leftOut).toEqual([]);
  expect(cutNotes(given({ partitionDepth: 0 })).leftOut).toEqual([]);
});

test("a line that matches only what is left out is no slip", () => {
  const lines = unmatchedLines(given({ include: ["images", "labels", "none"] }));
  expect(lines).toEqual([
    { pattern: "none", matched: 0, why: "there is no file or folder none in root" },
  ]);
});

test("folders that all lie in one are one dataset, with what makes one of each", () => {
  const deep = createTempTree({
    "photos/a/1.jpg": jpeg("1"),
    "photos/b/2.jpg": jpeg("2"),
    "photos/3.jpg": jpeg("3"),
    "notes/n.txt": "n",
  });
  const at = (more: object = {}): string | undefined =>
    cutNotes(given({ root: ".", ...more })).uncut;
  const before = process.cwd();
  process.chdir(deep.root);
  try {
    expect(at()).toBe(
      'All files are in the folder photos, so partitionDepth: 1 makes one dataset of them. To make one of each of the 2 folders in it, set root to "photos", with include relative to that, and add "photos" to prefix, so that paths in the dataset stay as they are.',
    );
    expect(at({ include: ["photos/a"] })).toBeUndefined();
    expect(at({ partitionDepth: 0 })).toBeUndefined();
    expect(at({ root: "photos" })).toBeUndefined();
    expect(at({ root: deep.root })).toContain(
      `set root to ${JSON.stringify(`${deep.root}/photos`)},`,
    );
  } finally {
    process.chdir(before);
    deep.remove();
  }
});
