// Which files items are by their URLs, and where URLs give no answer.
import { pathsByUrl } from "../../src/operations/items/url-paths";

const NAME = "set";
const files = new Set(["l/1.jpg", "r/1.jpg"]);
const at = (...urls: string[]) => urls.map((url) => ({ key: undefined, url }));

test.each([
  ["one folder", at("https://h/x/set/r/1.jpg?a=1", "https://h/x/set/l/1.jpg?a=2")],
  [
    "the folder of its owner",
    at("https://h/__u__=/u1/set/r/1.jpg", "https://h/__u__=/u1/set/l/1.jpg"),
  ],
  [
    "keys that are names of the files",
    [
      { key: "1.jpg", url: "https://h/x/set/r/1.jpg" },
      { key: "0b1c6d1e-8f3a-4c57-9d0e-3f2a1b4c5d6e", url: "https://h/x/set/l/1.jpg" },
    ],
  ],
])("are known by %s", (_what, items) => {
  expect(pathsByUrl(files, items, NAME)).toEqual(["r/1.jpg", "l/1.jpg"]);
});

test.each([
  ["two hosts", at("https://h1/x/set/l/1.jpg", "https://h2/x/set/r/1.jpg")],
  ["two protocols", at("http://h/x/set/l/1.jpg", "https://h/x/set/r/1.jpg")],
  ["two folders", at("https://h/x/set/l/1.jpg", "https://h/y/set/r/1.jpg")],
  ["the name twice", at("https://h/set/old/set/l/1.jpg", "https://h/set/old/set/r/1.jpg")],
  ["the name twice in a row", at("https://h/set/set/l/1.jpg", "https://h/set/set/r/1.jpg")],
  [
    "another folder of the owner",
    at("https://h/__u__=/u1/old/set/l/1.jpg", "https://h/__u__=/u1/old/set/r/1.jpg"),
  ],
  ["the same file twice", at("https://h/x/set/l/1.jpg", "https://h/x/set/l/1.jpg")],
  ["an item less", at("https://h/x/set/l/1.jpg")],
  [
    "a key that is another file's",
    [
      { key: "r/1.jpg", url: "https://h/x/set/l/1.jpg" },
      { key: undefined, url: "https://h/x/set/r/1.jpg" },
    ],
  ],
])("are not known by %s", (_what, items) => {
  expect(pathsByUrl(files, items, NAME)).toBeUndefined();
});
