// What the URLs of items show of folders that their keys may lack, and where they show nothing for sure.
import { withWholeKeys } from "../../src/operations/items/whole-keys";

const NAME = "set";
const OWNED = "https://h/__u__=/u1/set";
type Items = readonly (readonly [key: string | undefined, url: string])[];

function keysOf(
  paths: readonly string[],
  items: Items,
): readonly (string | undefined)[] | undefined {
  const listed = items.map(([key, url]) => ({ key, url }));
  return withWholeKeys(listed, new Set(paths), NAME)?.map(({ key }) => key);
}

test.each<[string, readonly string[], Items, readonly string[]]>([
  [
    "of the owner, where the path of another is declared",
    ["train/2.jpg", "val/1.jpg"],
    [
      ["1.jpg", `${OWNED}/old/1.jpg?a=1`],
      ["2.jpg", `${OWNED}/train/2.jpg?a=1`],
    ],
    ["old/1.jpg", "train/2.jpg"],
  ],
  [
    "of the owner, where the old folder and the new are declared",
    ["train/2.jpg", "val/1.jpg"],
    [
      ["1.jpg", `${OWNED}/train/1.jpg`],
      ["2.jpg", `${OWNED}/val/2.jpg`],
    ],
    ["train/1.jpg", "val/2.jpg"],
  ],
  [
    "of the owner at the host of which one is confirmed",
    ["a/1.jpg", "b/2.jpg", "b/3.jpg"],
    [
      ["1.jpg", "https://h1/__o__=/o1/set/a/1.jpg"],
      ["2.jpg", "https://h1/__o__=/o1/set/c/2.jpg"],
      ["3.jpg", "https://h2/x/__o__=/o1/set/c/3.jpg"],
    ],
    ["a/1.jpg", "c/2.jpg", "b/3.jpg"],
  ],
  [
    "of no owner, where the path of another is declared",
    ["a/1.jpg", "b/2.jpg"],
    [
      ["1.jpg", "https://h/x/set/a/1.jpg"],
      ["2.jpg", "https://h/x/set/c/2.jpg"],
    ],
    ["a/1.jpg", "c/2.jpg"],
  ],
  [
    "of no owner, where keys have them",
    ["v3/1.jpg"],
    [["v2/1.jpg", "https://h/x/set/v2/1.jpg"]],
    ["v2/1.jpg"],
  ],
  [
    "that the dataset's name stands before in the key",
    ["set/1.jpg", "1.jpg"],
    [
      ["set/set/1.jpg", `${OWNED}/set/1.jpg`],
      ["set/1.jpg", `${OWNED}/1.jpg`],
    ],
    ["set/1.jpg", "1.jpg"],
  ],
  [
    "beside a URL that shows none",
    ["a/1.jpg", "b/2.jpg", "a/3.jpg"],
    [
      ["1.jpg", `${OWNED}/c/1.jpg`],
      ["2.jpg", "https://h/objects/77"],
      ["3.jpg", `${OWNED}/a/3.jpg`],
    ],
    ["c/1.jpg", "b/2.jpg", "a/3.jpg"],
  ],
  [
    "beside an item that is none of the files",
    ["a/1.jpg", "b/3.jpg"],
    [
      ["1.jpg", `${OWNED}/a/1.jpg`],
      ["3.jpg", `${OWNED}/a/3.jpg`],
      ["9.tif", `${OWNED}/a/9.webp`],
    ],
    ["a/1.jpg", "a/3.jpg", "9.tif"],
  ],
  [
    "that all keys lack, as one of a declared path shows",
    ["a/1.jpg", "v1/b/2.jpg"],
    [
      ["a/1.jpg", `${OWNED}/v1/a/1.jpg`],
      ["b/2.jpg", `${OWNED}/v1/b/2.jpg`],
    ],
    ["v1/a/1.jpg", "v1/b/2.jpg"],
  ],
  [
    "that has a copy of its files above it",
    ["v1/1.jpg", "v1/2.jpg", "1.jpg", "2.jpg"],
    [
      ["1.jpg", `${OWNED}/v1/1.jpg`],
      ["2.jpg", `${OWNED}/v1/2.jpg`],
    ],
    ["v1/1.jpg", "v1/2.jpg"],
  ],
  [
    "in another spelling, beside a declared one: then the name counts",
    ["Train Set/1.jpg", "Träin/4.jpg", "val/2.jpg", "val/3.jpg"],
    [
      ["1.jpg", `${OWNED}/train-set/1.jpg`],
      ["4.jpg", `${OWNED}/tr_in/4.jpg`],
      ["2.jpg", `${OWNED}/val/2.jpg`],
      ["3.jpg", `${OWNED}/no-folder-of-these/3.jpg`],
    ],
    ["Train Set/1.jpg", "Träin/4.jpg", "val/2.jpg", "val/3.jpg"],
  ],
  [
    "that are not in ASCII",
    ["検証/3.jpg", "検証/2.jpg"],
    [
      ["3.jpg", `${OWNED}/${encodeURIComponent("訓練")}/3.jpg`],
      ["2.jpg", `${OWNED}/${encodeURIComponent("検証")}/2.jpg`],
    ],
    ["訓練/3.jpg", "検証/2.jpg"],
  ],
])("a URL shows folders %s", (_what, paths, items, expected) => {
  expect(keysOf(paths, items)).toEqual(expected);
});

const TRAIN_AND_VAL = ["Train Set/1.jpg", "Train Set/3.jpg", "val/2.jpg"];
const at = (folder: (index: number) => string, paths = TRAIN_AND_VAL): Items =>
  paths.map((path, index) => [
    path.slice(path.lastIndexOf("/") + 1),
    `${OWNED}/${folder(index)}${encodeURI(path)}`,
  ]);

describe.each([
  ["one folder", () => "raw/"],
  ["a number", () => "48213/"],
  ["numbers that differ", (index: number) => `${index}/`],
  ["dates", (index: number) => `2026/11/${28 + index}/`],
])("%s that the server puts before all paths", (_what, folder) => {
  test.each([
    ["in folders", TRAIN_AND_VAL],
    ["in no folder", ["1.jpg", "2.jpg", "3.jpg"]],
  ])("shows nothing of files %s, also where one was deleted", (_where, paths) => {
    expect(keysOf(paths, at(folder, paths))).toBeUndefined();
    expect(keysOf(paths.slice(1), at(folder, paths))).toBeUndefined();
  });
});

test("a folder before all paths shows nothing where keys have it too, or a file is there by chance", () => {
  const keyed: Items = ["raw/1.jpg", "raw/2.jpg"].map((key) => [key, `${OWNED}/${key}`]);
  expect(keysOf(["1.jpg"], keyed)).toBeUndefined();
  const paths = ["1.jpg", "raw/1.jpg", "raw/2.jpg"];
  expect(
    keysOf(
      paths,
      at(() => "raw/", paths),
    ),
  ).toBeUndefined();
});

test.each<[string, readonly string[], Items]>([
  ["no path", ["a/1.jpg"], [["1.jpg", "https://h/objects/77"]]],
  ["a folder that nothing confirms", ["val/1.jpg"], [["1.jpg", `${OWNED}/train/1.jpg`]]],
  ["no folder, where nothing confirms that", ["v2/1.jpg"], [["1.jpg", `${OWNED}/1.jpg`]]],
  [
    "a folder that has the dataset's name by chance",
    ["a/1.jpg", "2.jpg"],
    [
      ["1.jpg", "https://cdn/set/3f/1.jpg"],
      ["2.jpg", "https://cdn/set/4a/2.jpg"],
    ],
  ],
  [
    "two such folders",
    ["a/1.jpg", "b/2.jpg"],
    [
      ["1.jpg", "https://h/x/set/a/1.jpg"],
      ["2.jpg", "https://h/y/set/c/2.jpg"],
    ],
  ],
  ["another name than the key", ["a/1.jpg"], [["1.jpg", `${OWNED}/b/1.webp`]]],
  [
    "a UUID for a folder, which may be the server's",
    ["a/1.jpg"],
    [["1.jpg", `${OWNED}/0b1c6d1e-8f3a-4c57-9d0e-3f2a1b4c5d6e/a/1.jpg`]],
  ],
  ["a plus, which may be a space", ["a b/1.jpg"], [["1.jpg", `${OWNED}/a+b/1.jpg`]]],
  ["a path that is encoded twice", ["a b/1.jpg"], [["1.jpg", `${OWNED}/a%2520b/1.jpg`]]],
  [
    "a folder beside an item that may be any",
    ["a/1.jpg", "b/2.jpg"],
    [
      ["1.jpg", `${OWNED}/b/1.jpg`],
      [undefined, "https://h/objects/77"],
    ],
  ],
])("a URL shows none by %s", (_what, paths, items) => {
  expect(keysOf(paths, items)).toBeUndefined();
});

test("a key that has the folders of a declared path counts more than a URL that has others", () => {
  expect(keysOf(["a/1.jpg"], [["a/1.jpg", `${OWNED}/raw/a/1.jpg`]])).toBeUndefined();
});
