// What systems and programs leave beside the files that people keep.
import { readFileSet, type FileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import { readPartitions } from "../../src/files/scan/partition";
import { createTempTree, jpeg, type TempTree, type TreeContent } from "../support/temp-tree";

const trees: TempTree[] = [];
function tree(content: TreeContent): TempTree {
  const made = createTempTree(content);
  trees.push(made);
  return made;
}
afterEach(() => {
  for (const made of trees.splice(0)) made.remove();
});

const everything = { includeHidden: true, unindexed: "send" } as const;
const read = (in_: TempTree, more: Partial<FileSetOptions> = {}): Promise<FileSet> =>
  readFileSet({ root: in_.root, include: ["**"], ...more });
const pathsOf = ({ files }: FileSet): string[] => files.map(({ path }) => path);

describe("junk", () => {
  const content = {
    "a.jpg": jpeg(),
    "Thumbs.db": "x",
    "in/desktop.ini": "x",
    ".DS_Store": "x",
    "in/._b.jpg": jpeg("resource fork"),
    "in/b.jpg": jpeg("b"),
    "in/c.jpg.part": "x",
    "d.jpg.CRDOWNLOAD": "x",
    "in/@eaDir/b.jpg/SYNOPHOTO_THUMB_M.jpg": jpeg("small"),
    "__MACOSX/._a.jpg": jpeg("resource fork"),
    part: "x",
    "in/e.partly.jpg": jpeg("e"),
  };

  test("is never matched by a glob, whatever else is taken, and counted, folders as one", async () => {
    const set = await read(tree(content), everything);
    expect(pathsOf(set)).toEqual(["a.jpg", "in/b.jpg", "in/e.partly.jpg", "part"]);
    expect(set.leftOut.junk).toBe(8);
    expect(set.hiddenLeftOut).toBe(0);
    const photos = await read(tree(content), { include: ["**/*.jpg"], includeHidden: true });
    expect(pathsOf(photos)).toEqual(["a.jpg", "in/b.jpg", "in/e.partly.jpg"]);
  });

  test("changes no digest and needs no line, also where nothing but junk is added", async () => {
    const in_ = tree({ "a.jpg": jpeg() });
    const before = (await read(in_)).files;
    in_.write({
      "@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg": jpeg(),
      "Thumbs.db": "x",
      "._a.jpg": jpeg(),
    });
    expect((await read(in_, { includeHidden: true })).files).toEqual(before);
  });

  test("is taken when a line writes its name out", async () => {
    const in_ = tree(content);
    const include = ["Thumbs.db", "in/@eaDir/**", "in/c.jpg.part", "in/._b.jpg"];
    expect(await read(in_, { include, unindexed: "send" }).then(pathsOf)).toEqual([
      "Thumbs.db",
      "in/._b.jpg",
      "in/@eaDir/b.jpg/SYNOPHOTO_THUMB_M.jpg",
      "in/c.jpg.part",
    ]);
    expect(await read(in_, { include: ["**/@eaDir/**"] }).then(pathsOf)).toHaveLength(1);
  });

  test("of which there is nothing else is the reason why nothing matches", async () => {
    const in_ = tree({ "@eaDir/a.jpg": jpeg(), "Thumbs.db": "x" });
    await expect(read(in_, everything)).rejects.toThrow(/Left out: 2 left by systems/);
  });

  test("is not walked, so that nothing in it can be in the way", async () => {
    const in_ = tree({ "a.jpg": jpeg(), "@eaDir/x.jpg": { link: "/etc/hostname" } });
    expect(await read(in_).then(pathsOf)).toEqual(["a.jpg"]);
  });
});

describe("a file that macOS keeps in iCloud only", () => {
  const content = {
    "a.jpg": jpeg(),
    ".b.jpg.icloud": "placeholder",
    "in/.c.png.icloud": "placeholder",
    "in/.notes.txt.icloud": "placeholder",
    ".a.jpg.icloud": "an old one, beside its file",
  };

  test("is missing from the set, with a warning that counts and names it", async () => {
    const set = await read(tree(content));
    expect(pathsOf(set)).toEqual(["a.jpg"]);
    expect(set.leftOut.evicted).toEqual(["b.jpg", "in/c.png"]);
    // The note's placeholder, and the old one beside its file.
    expect(set.leftOut.junk).toBe(2);
    expect(set.notices).toHaveLength(1);
    expect(set.notices[0]?.text).toMatch(/2 files .*b\.jpg, in\/c\.png/);
  });

  test("counts only where a line wants the file itself", async () => {
    const in_ = tree(content);
    const evictedOf = async (more: Partial<FileSetOptions>): Promise<readonly string[]> =>
      (await read(in_, more)).leftOut.evicted;
    expect(await evictedOf({ include: ["*.jpg"] })).toEqual(["b.jpg"]);
    expect(await evictedOf({ exclude: ["in", "b.*"] })).toEqual([]);
    in_.write({ ".avalaignore": "b.jpg" });
    expect(await evictedOf({})).toEqual(["in/c.png"]);
  });

  test("is the reason why nothing matches, and keeps its partition, which is refused by name", async () => {
    const in_ = tree({ "x/a.jpg": jpeg(), "y/.b.jpg.icloud": "placeholder" });
    await expect(read(in_, { include: ["y"] })).rejects.toThrow(/in iCloud only: 1 file/);
    expect(readPartitions(in_.root, { include: ["**"], depth: 1 }).folders).toEqual(["x", "y"]);
  });
});
