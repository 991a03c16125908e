import { InputError } from "../../src/errors";
import { readFileSet } from "../../src/files/file-set";
import { partitionFiles, readPartitions } from "../../src/files/scan/partition";
import { createTempTree, jpeg } from "../support/temp-tree";

const content = {
  "top.jpg": jpeg(),
  "a/1.jpg": jpeg("1"),
  "a/deep/2.jpg": jpeg("2"),
  "b/3.jpg": jpeg("3"),
  "c/notes.txt": "x",
  "drafts/4.jpg": jpeg("4"),
  ".hidden/5.jpg": jpeg("5"),
  empty: null,
};

describe("partitions", () => {
  const in_ = createTempTree(content);
  afterAll(() => in_.remove());
  const include = ["**/*.jpg", "!drafts"];

  test("are the top-level folders that hold a file of the set, and one for the files above them", () => {
    expect(readPartitions(in_.root, { include, depth: 1 }).folders).toEqual(["", "a", "b"]);
    expect(readPartitions(in_.root, { include: ["a"], exclude: ["b"], depth: 1 }).folders).toEqual([
      "a",
    ]);
    expect(readPartitions(in_.root, { include, includeHidden: true, depth: 1 }).folders).toEqual([
      "",
      ".hidden",
      "a",
      "b",
    ]);
    expect(readPartitions(in_.root, { include, depth: 0 }).folders).toEqual([""]);
  });

  test("are the same whether listed, read one by one, or cut from the whole", async () => {
    const options = { root: in_.root, include, prefix: "p/q" };
    const whole = await readFileSet(options);
    const cut = partitionFiles(whole.files, 1, "p/q");
    expect(cut.map(({ folder }) => folder)).toEqual(
      readPartitions(in_.root, { include, depth: 1 }).folders,
    );
    for (const { folder, files } of cut) {
      expect((await readFileSet({ ...options, folder })).files).toEqual(files);
    }
  });

  test("keep one whose only file will be refused, so that it is refused by name", () => {
    const broken = createTempTree({
      "a/1.jpg": jpeg(),
      "x/gone.jpg": { link: "nothing" },
      y: { link: "/" },
    });
    expect(readPartitions(broken.root, { include: ["**"], depth: 1 }).folders).toEqual([
      "a",
      "x",
      "y",
    ]);
    broken.remove();
  });

  describe("of which nothing would be indexed", () => {
    const yolo = createTempTree({
      "images/1.jpg": jpeg("1"),
      "images/1.txt": "1",
      "labels/1.txt": "1",
      "labels/2.txt": "2",
      "named/3.txt": "3",
      "z/gone.txt": { link: "nothing" },
      "data.yaml": "y",
    });
    afterAll(() => yolo.remove());
    const at = (more: object): ReturnType<typeof readPartitions> =>
      readPartitions(yolo.root, { include: ["**", "!z"], depth: 1, ...more });

    const everyFile = [{ pattern: "**", matched: 6 }];

    test("are left out and named, with their files", () => {
      expect(at({})).toEqual({
        folders: ["images"],
        patterns: everyFile,
        leftOut: [
          { folder: "", files: [{ path: "data.yaml" }] },
          { folder: "labels", files: [{ path: "labels/1.txt" }, { path: "labels/2.txt" }] },
          { folder: "named", files: [{ path: "named/3.txt" }] },
        ],
      });
      expect(at({ dataType: "video" }).folders).toEqual([]);
    });

    test("are partitions where all is to be sent, or a line names a file in full", () => {
      const all = ["", "images", "labels", "named"];
      expect(at({ unindexed: "send" })).toEqual({ folders: all, leftOut: [], patterns: everyFile });
      expect(at({ unindexed: "error" }).folders).toEqual(all);
      expect(at({ include: ["images", "named/3.txt"] }).folders).toEqual(["images", "named"]);
      expect(at({ include: ["**"] }).folders).toEqual(["images", "z"]);
    });

    test("are refused when they are read all the same, by their name", async () => {
      const read = readFileSet({ root: yolo.root, include: ["**"], folder: "labels" });
      await expect(read).rejects.toThrow(/labels .*2 \.txt/);
    });
  });

  test("of depth 0 are one", () => {
    const files = [{ path: "a/1" }, { path: "b" }];
    expect(partitionFiles(files, 0)).toEqual([{ folder: "", files }]);
  });

  test("are refused with a root or a glob that can't be used", () => {
    expect(() => readPartitions(in_.at("none"), { include, depth: 1 }).folders).toThrow(InputError);
    expect(() => readPartitions(in_.root, { include: ["../x"], depth: 1 }).folders).toThrow(
      InputError,
    );
  });
});
