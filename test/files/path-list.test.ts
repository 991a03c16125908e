import { execFileSync } from "node:child_process";
import { readPathList } from "../../src/files/path-list";
import { createListed } from "../../src/files/scan/listed";
import { createTempTree } from "../support/temp-tree";

const read = (text: string): readonly string[] => readPathList(Buffer.from(text)).paths;
const read16 = (text: string): readonly string[] =>
  readPathList(Buffer.from(text, "utf16le")).paths;

describe("a list of paths", () => {
  test.each([
    ["lines", "a.jpg\nb/c.jpg\n", ["a.jpg", "b/c.jpg"]],
    ["lines of Windows", "a.jpg\r\nb.jpg\r\n", ["a.jpg", "b.jpg"]],
    ["lines with a mark of UTF-8", "\ufeffa.jpg\n", ["a.jpg"]],
    ["paths between NULs", 'a.jpg\0b\nc.jpg\0"d".jpg\0', ["a.jpg", "b\nc.jpg", '"d".jpg']],
    ["a JSON array", '["a b.jpg", "c\\u00e4.jpg"]\n', ["a b.jpg", "cä.jpg"]],
    ["a name that begins as JSON", "[1].jpg\n[2]\n", ["[1].jpg", "[2]"]],
    [
      "names that begin as comments and globs do",
      "#1.jpg\n!2.jpg\n*.jpg",
      ["#1.jpg", "!2.jpg", "*.jpg"],
    ],
    ["blanks at a name's ends", " a.jpg \n", [" a.jpg "]],
    ["lines whose breaks are escaped", "a.jpg\\\nb.jpg", ["a.jpg", "b.jpg"]],
    [
      "a JSON array escaped for a shell",
      '["a \\(1\\).jpg","c\\\u00e4.jpg"]',
      ["a (1).jpg", "c\u00e4.jpg"],
    ],
    ["nothing", "\n", []],
  ])("reads %s", (_name, text, paths) => {
    expect(read(text)).toEqual(paths);
  });

  test("reads what Windows PowerShell wrote", () => {
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from("ä.jpg\r\nb.jpg\r\n", "utf16le"),
    ]);
    expect(readPathList(bytes)).toEqual({ form: "lines", paths: ["ä.jpg", "b.jpg"] });
  });

  const wide = (text: string): Buffer => Buffer.from(text, "utf16le");
  const swapped = (text: string): Buffer => wide(text).swap16();

  // Between its NULs there would be single letters, of which "." is a path: that of the whole workspace.
  test.each([
    ["UTF-16, big end first, with its mark", swapped("\ufeffa/ä.jpg\r\nb.jpg\r\n")],
    ["UTF-16, big end first", swapped("a/ä.jpg\r\nb.jpg")],
    ["UTF-16", wide("a/ä.jpg\r\nb.jpg\r\n")],
  ])("reads %s", (_name, bytes) => {
    expect(readPathList(bytes)).toEqual({ form: "lines", paths: ["a/ä.jpg", "b.jpg"] });
  });

  test("reads one path of UTF-16 without a mark, and names beyond its NULs", () => {
    expect(read16("a/b.jpg")).toEqual(["a/b.jpg"]);
    expect(read16("a.jpg")).toEqual(["a.jpg"]);
    expect(read16("日本/é.jpg\n日.jpg\n")).toEqual(["日本/é.jpg", "日.jpg"]);
    expect(read16('["a.jpg", "b.jpg"]')).toEqual(["a.jpg", "b.jpg"]);
  });

  test("still reads short names between NULs, and a line's end after the last", () => {
    expect(read("a\0b\0c\0")).toEqual(["a", "b", "c"]);
    expect(read(".\0")).toEqual(["."]);
    expect(read("photos/\0other/\0")).toEqual(["photos/", "other/"]);
    expect(read("./a.jpg\0./b.jpg\0\n")).toEqual(["./a.jpg", "./b.jpg"]);
  });

  test("leaves out lines of blanks", () => {
    expect(read("a.jpg\n  \n\t\r\n")).toEqual(["a.jpg"]);
  });

  test.each([
    ['"caf\\303\\251.jpg"', "café.jpg"],
    ['"a\\tb\\"c\\\\d.jpg"', 'a\tb"c\\d.jpg'],
    ['"\\360\\237\\230\\200 x.jpg"', "😀 x.jpg"],
    ['"plain.jpg"', "plain.jpg"],
    ['"open.jpg', '"open.jpg'],
    ['"a" and "b"', '"a" and "b"'],
    ['"a\\q"', '"a\\q"'],
  ])("reads Git's %s as the name in it", (line, name) => {
    expect(read(line)).toEqual([name]);
  });

  test("is read as Git itself writes it, in each of its forms", () => {
    const names = ["ä ö.jpg", 'a"b.jpg', "tab\t.jpg", "#x.jpg", "e\u0301.jpg", "日本/1.jpg"].sort();
    const tree = createTempTree(Object.fromEntries(names.map((name) => [name, "x"])));
    const git = (...args: string[]): Buffer => execFileSync("git", args, { cwd: tree.root });
    try {
      git("init", "-q");
      git("add", "-A");
      const diff = ["diff", "--cached", "--name-only", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"];
      expect([...readPathList(git(...diff)).paths].sort()).toEqual(names);
      expect([...readPathList(git(...diff, "-z")).paths].sort()).toEqual(names);
      expect([...readPathList(git("-c", "core.quotePath=false", ...diff)).paths].sort()).toEqual(
        names,
      );
    } finally {
      tree.remove();
    }
  });
});

describe("what a list names", () => {
  const listed = createListed(["a/b/c.jpg", "folder", "e\u0301.jpg"]);

  test.each([
    ["a/b/c.jpg", true, true],
    ["a/b", false, true],
    ["a", false, true],
    ["", false, true],
    ["a/b/d.jpg", false, false],
    ["folder/x/y.jpg", true, true],
    ["folders", false, false],
    ["\u00e9.jpg", true, true],
  ])("%s", (path, has, reaches) => {
    expect([listed.has(path), listed.reaches(path)]).toEqual([has, reaches]);
  });

  test("is everything where it names the root", () => {
    expect(createListed([""]).has("a/b")).toBe(true);
    expect(createListed([]).reaches("")).toBe(false);
  });
});
