// What stores called the files of a set, kept in little memory: each tag comes back as it was, whatever form it has.
import { createHash } from "node:crypto";
import { createTagList, type TagList } from "../../src/upload/check/tag-list";

const md5Of = (text: string): string => createHash("md5").update(text).digest("hex");

function listOf(tags: Readonly<Record<string, string>>): TagList {
  const list = createTagList();
  for (const [path, tag] of Object.entries(tags)) list.add(path, tag);
  return list;
}

test.each([
  ["the MD5 of the content", md5Of("a")],
  ["an MD5 of zeros", "0".repeat(32)],
  ["an ETag that only looks like one", `"${md5Of("a")}"`],
  ["the ETag of an object in parts", `"${md5Of("a")}-3"`],
  ["that it went in parts", "parts"],
  ["that nothing was said", ""],
  ["an ETag of other letters", '"\u00e9t\u00e9"'],
])("a tag comes back as it was: %s", (_, tag) => {
  const tags = listOf({ "b.jpg": md5Of("b"), "a.jpg": tag, "c.jpg": "parts" });
  expect(tags.get("a.jpg")).toBe(tag);
  expect(tags.has("a.jpg")).toBe(true);
  expect(tags.size).toBe(3);
});

test("each of many files has its own, in whatever order they came", () => {
  const paths = Array.from({ length: 1000 }, (_, index) => `${(index * 7919) % 1000}.jpg`);
  const tags = listOf(Object.fromEntries(paths.map((path) => [path, md5Of(path)])));
  expect(paths.filter((path) => tags.get(path) !== md5Of(path))).toEqual([]);
});

test("a path without a tag has none, and one may be added after another was asked for", () => {
  const tags = listOf({ "a.jpg": md5Of("a") });
  expect([tags.has("b.jpg"), tags.get("b.jpg")]).toEqual([false, undefined]);
  tags.add("b.jpg", md5Of("b"));
  expect(tags.get("b.jpg")).toBe(md5Of("b"));
});

test("of a set that begins again nothing is left", () => {
  const tags = listOf({ "a.jpg": md5Of("a"), "b.jpg": "parts" });
  tags.clear();
  tags.add("b.jpg", md5Of("other"));
  expect([tags.size, tags.has("a.jpg"), tags.get("b.jpg")]).toEqual([1, false, md5Of("other")]);
});
