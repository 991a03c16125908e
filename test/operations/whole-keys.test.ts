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
  ["of the owner", ["val/1.jpg"], [["1.jpg", `${OWNED}/train/1.jpg?a=1`]], ["train/1.jpg"]],
  [
    "of the owner at two hosts",
    ["a/1.jpg", "b/2.jpg"],
    [
      ["1.jpg", "https://h1/__o__=/o1/set/a/1.jpg"],
      ["2.jpg", "https://h2/x/__o__=/o1/set/c/2.jpg"],
    ],
    ["a/1.jpg", "c/2.jpg"],
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
    ["1.jpg"],
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
    ["a/1.jpg", "b/2.jpg"],
    [
      ["1.jpg", `${OWNED}/c/1.jpg`],
      ["2.jpg", "https://h/objects/77"],
    ],
    ["c/1.jpg", "b/2.jpg"],
  ],
])("a URL shows folders %s", (_what, paths, items, expected) => {
  expect(keysOf(paths, items)).toEqual(expected);
});

test.each<[string, readonly string[], Items]>([
  ["no path", ["a/1.jpg"], [["1.jpg", "https://h/objects/77"]]],
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
      ["1.jpg", `${OWNED}/c/1.jpg`],
      [undefined, "https://h/objects/77"],
    ],
  ],
])("a URL shows none by %s", (_what, paths, items) => {
  expect(keysOf(paths, items)).toBeUndefined();
});

test("a key that has the folders of a declared path counts more than a URL that has others", () => {
  expect(keysOf(["a/1.jpg"], [["a/1.jpg", `${OWNED}/raw/a/1.jpg`]])).toEqual(["a/1.jpg"]);
});
