import { execFileSync } from "node:child_process";
import { chmodSync, truncateSync, writeFileSync } from "node:fs";
import { relative, join } from "node:path";
import { InputError } from "../../src/errors";
import { hashFiles } from "../../src/files/hash";
import { readPartitions } from "../../src/files/scan/partition";
import { countSuffixes } from "../../src/files/scan/indexing";
import { readFileSet, type FileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import { createTempTree, jpeg, png, type TempTree, type TreeContent } from "../support/temp-tree";

const trees: TempTree[] = [];
function tree(content: TreeContent): TempTree {
  const made = createTempTree(content);
  trees.push(made);
  return made;
}
afterEach(() => {
  for (const made of trees.splice(0)) made.remove();
});

type Options = Partial<FileSetOptions>;
const read = (in_: TempTree, include: string[], more: Options = {}): Promise<FileSet> =>
  readFileSet({ root: in_.root, include, ...more });
const paths = async (in_: TempTree, include: string[], more: Options = {}): Promise<string[]> =>
  (await read(in_, include, more)).files.map((file) => file.path);
async function problems(in_: TempTree, include: string[], more: Options = {}): Promise<string[]> {
  const error = await read(in_, include, more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InputError)) throw new Error("No InputError.", { cause: error });
  return error.problems.map(({ input }) => input);
}

describe("a file set", () => {
  const photos = {
    "b.jpg": jpeg("b"),
    "a/2.jpg": jpeg("2"),
    "a/10.jpg": jpeg("10"),
    "a/drafts/x.jpg": jpeg("x"),
    "B.png": png(),
    "ü.jpg": jpeg(),
  };

  test("holds what the globs choose, sorted by code unit, relative to the root", async () => {
    const all = await read(tree(photos), ["**/*.jpg", "*.png"]);
    expect(all.files.map((file) => file.path)).toEqual([
      "B.png",
      "a/10.jpg",
      "a/2.jpg",
      "a/drafts/x.jpg",
      "b.jpg",
      "ü.jpg",
    ]);
    expect(all).toMatchObject({
      dataType: "image",
      indexedCount: 6,
      hiddenLeftOut: 0,
      notices: [],
    });
    expect(all.totalBytes).toBe(all.files.reduce((sum, file) => sum + file.sizeBytes, 0));
    expect(all.files[1]?.absolutePath).toBe(join(all.root, "a", "10.jpg"));
  });

  test("takes away with ! and exclude, in any order, also what a line names in full", async () => {
    const in_ = tree(photos);
    const rest = ["B.png", "a/10.jpg", "a/2.jpg", "b.jpg"];
    expect(await paths(in_, ["!a/drafts", "**", "!ü.jpg"])).toEqual(rest);
    expect(await paths(in_, ["**", "!a/drafts/**", "!ü*"])).toEqual(rest);
    expect(await paths(in_, ["**"], { exclude: ["**/drafts", "ü.jpg"] })).toEqual(rest);
    expect(await paths(in_, ["b.jpg", "a/drafts/x.jpg"], { exclude: ["a/*"] })).toEqual(["b.jpg"]);
    expect(await paths(in_, ["a/drafts/*", "b.jpg"], { exclude: ["a/*"] })).toEqual(["b.jpg"]);
  });

  test("takes all of a folder that a line names, or that ends in a slash", async () => {
    const in_ = tree(photos);
    const inA = ["a/10.jpg", "a/2.jpg", "a/drafts/x.jpg"];
    expect(await paths(in_, ["a"])).toEqual(inA);
    expect(await paths(in_, ["a/"])).toEqual(inA);
    expect(await paths(in_, ["[a]/"])).toEqual(inA);
    expect(await paths(in_, [in_.at("a")])).toEqual(inA);
    expect(await paths(in_, [in_.root])).toHaveLength(6);
  });

  test("knows braces, extended globs and classes, and compares case", async () => {
    const in_ = tree(photos);
    expect(await paths(in_, ["{b,ü}.jpg"])).toEqual(["b.jpg", "ü.jpg"]);
    expect(await paths(in_, ["!(b|B).*"])).toEqual(["ü.jpg"]);
    expect(await paths(in_, ["a/+([0-9]).jpg"])).toEqual(["a/10.jpg", "a/2.jpg"]);
    expect(await paths(in_, ["b.*"])).toEqual(["b.jpg"]);
    expect(await problems(in_, ["B.JPG"])).toEqual(["include"]);
  });

  test("takes a name with glob characters when it is escaped, and one with parentheses as it stands", async () => {
    const in_ = tree({ "photo (1).jpg": jpeg(), "[a].jpg": jpeg("a"), "{b}/c.jpg": jpeg("c") });
    expect(await paths(in_, ["photo (1).jpg"])).toEqual(["photo (1).jpg"]);
    expect(await paths(in_, ["\\[a\\].jpg"])).toEqual(["[a].jpg"]);
    expect(await paths(in_, ["{b}"])).toEqual(["{b}/c.jpg"]);
  });

  test("counts the matches of each line, also of one that matches nothing or what another matched", async () => {
    const set = await read(tree(photos), ["b.jpg", "*.jpg", "none/**", "!ü.jpg", "*.gif"]);
    expect(set.patterns).toEqual([
      { pattern: "b.jpg", matched: 1 },
      { pattern: "*.jpg", matched: 1 },
      { pattern: "none/**", matched: 0, why: "there is no folder none in root" },
      { pattern: "*.gif", matched: 0 },
    ]);
  });

  test("puts the prefix before each path", async () => {
    expect(await paths(tree(photos), ["a/2.jpg"], { prefix: "set/1" })).toEqual(["set/1/a/2.jpg"]);
  });

  test("can be one partition alone", async () => {
    const in_ = tree(photos);
    expect(await paths(in_, ["**"], { folder: "a" })).toEqual([
      "a/10.jpg",
      "a/2.jpg",
      "a/drafts/x.jpg",
    ]);
    expect(await paths(in_, ["**"], { folder: "" })).toEqual(["B.png", "b.jpg", "ü.jpg"]);
    expect(await problems(in_, ["**"], { folder: "none" })).toEqual(["include"]);
  });

  test("may have a root that is relative, a link, or has glob characters", async () => {
    const in_ = tree({ "[x] (1)/a.jpg": jpeg(), to: { link: "[x] (1)" } });
    const at = (root: string): Promise<FileSet> => readFileSet({ root, include: ["*.jpg"] });
    const set = await at(in_.at("to"));
    expect(set.root).toBe(in_.at("[x] (1)"));
    expect(set.files.map((file) => file.path)).toEqual(["a.jpg"]);
    expect((await at(relative(process.cwd(), in_.at("[x] (1)")))).files).toHaveLength(1);
    expect(await paths(tree({ "a.jpg": jpeg() }), ["a.jpg"])).toEqual(["a.jpg"]);
    const viaLink = await readFileSet({
      root: in_.at("to"),
      include: [in_.at("to/*.jpg"), in_.at("[x] (1)/*.png")],
    });
    expect(viaLink.patterns.map(({ matched }) => matched)).toEqual([1, 0]);
  });

  test("is refused when nothing matches at all, unless it may be empty", async () => {
    const in_ = tree(photos);
    expect(await problems(in_, ["*.gif", "*.bmp"])).toEqual(["include"]);
    const empty = await read(in_, ["*.gif"], { allowEmpty: true });
    expect(empty).toMatchObject({ files: [], totalBytes: 0, patterns: [{ matched: 0 }] });
  });

  test("is refused without a root, with a file as root, with a bad glob and prefix, all at once", async () => {
    const in_ = tree(photos);
    expect(await problems(in_, ["../x", "**"], { root: in_.at("none"), prefix: "/x" })).toEqual([
      "root",
      "include ../x",
      "prefix",
    ]);
    expect(await problems(in_, ["**"], { root: in_.at("b.jpg") })).toEqual(["root"]);
  });

  test("stops when its signal is aborted", async () => {
    const controller = new AbortController();
    const options = { root: tree(photos).root, include: ["**"] };
    const running = readFileSet(options, { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    await expect(readFileSet(options, { signal: controller.signal })).rejects.toMatchObject({
      code: "cancelled",
    });
  });
});

describe("hidden files", () => {
  const hidden = {
    "a.jpg": jpeg(),
    ".b.jpg": jpeg("b"),
    ".data/c.jpg": jpeg("c"),
    "x/.d/e.jpg": jpeg("e"),
    "x/.f.jpg": jpeg("f"),
  };
  test("are left out and counted, only those that match", async () => {
    const set = await read(tree({ ...hidden, ".g.txt": "" }), ["**/*.jpg"]);
    expect(set.files.map((file) => file.path)).toEqual(["a.jpg"]);
    expect(set.hiddenLeftOut).toBe(4);
    expect(set.patterns).toEqual([{ pattern: "**/*.jpg", matched: 1 }]);
  });
  test("are taken on request", async () => {
    const set = await read(tree(hidden), ["**/*.jpg"], { includeHidden: true });
    expect(set.files).toHaveLength(5);
    expect(set.hiddenLeftOut).toBe(0);
  });
  test("are taken when a line writes their names out", async () => {
    const set = await read(tree(hidden), ["*.jpg", ".b.jpg", "x/.d/e.jpg"]);
    expect(set.files.map((file) => file.path)).toEqual([".b.jpg", "a.jpg", "x/.d/e.jpg"]);
    expect(set.hiddenLeftOut).toBe(0);
    expect(await paths(tree(hidden), [".data"])).toEqual([".data/c.jpg"]);
  });
  test("are not taken by a dot before a wildcard", async () => {
    expect(await paths(tree(hidden), [".*", ".d*/**", "a.jpg"])).toEqual(["a.jpg"]);
  });
  describe("of git's own folder", () => {
    const checkout = {
      "a.jpg": jpeg(),
      ".git/HEAD": "ref: refs/heads/main",
      ".git/b.jpg": jpeg("b"),
      "sub/.git": "gitdir: ../.git/modules/sub",
      "sub/.GIT/c.jpg": jpeg("c"),
      ".gitignore": "x",
    };
    test("are neither counted nor taken on request", async () => {
      expect((await read(tree(checkout), ["**"])).hiddenLeftOut).toBe(1);
      const taken = await paths(tree(checkout), ["**", "{.git,x}/**", ".g*"], {
        includeHidden: true,
        unindexed: "send",
      });
      expect(taken).toEqual([".gitignore", "a.jpg"]);
    });
    test("are taken when a line writes its name out", async () => {
      expect(await paths(tree(checkout), [".git/*.jpg"])).toEqual([".git/b.jpg"]);
      expect(await paths(tree(checkout), ["**/.GIT/**/*.jpg"])).toEqual(["sub/.GIT/c.jpg"]);
      expect(await paths(tree(checkout), [".git/b.jpg"])).toEqual([".git/b.jpg"]);
    });
    test("are not walked, so that nothing in it can be in the way", async () => {
      const in_ = tree({ "a.jpg": jpeg(), ".git/x": { link: "../../outside" } });
      expect(await paths(in_, ["**"], { includeHidden: true })).toEqual(["a.jpg"]);
    });
  });
  test("are named as the reason when nothing else matches", async () => {
    await expect(read(tree(hidden), [".*.jpg"])).rejects.toThrow(
      /1 hidden file matches: name it in full/,
    );
  });
});

describe("symbolic links", () => {
  const linked = {
    "a.jpg": jpeg(),
    "dir/b.jpg": jpeg("b"),
    "to-a.jpg": { link: "a.jpg" },
    "to-dir": { link: "dir" },
  };
  test("are followed, and have the path of the link", async () => {
    expect(await paths(tree(linked), ["**"])).toEqual([
      "a.jpg",
      "dir/b.jpg",
      "to-a.jpg",
      "to-dir/b.jpg",
    ]);
    expect(await paths(tree(linked), ["to-dir"])).toEqual(["to-dir/b.jpg"]);
    expect(await paths(tree(linked), ["to-dir/*.jpg"])).toEqual(["to-dir/b.jpg"]);
  });
  test("are left out with one notice that counts them", async () => {
    const set = await read(tree(linked), ["**"], { symlinks: "skip" });
    expect(set.files.map((file) => file.path)).toEqual(["a.jpg", "dir/b.jpg"]);
    expect(set.notices).toHaveLength(1);
    expect(set.notices[0]?.text).toMatch(/2 symbolic links \(to-a\.jpg, to-dir\)/);
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`l${n}.jpg`, { link: "a.jpg" }] as const),
    );
    const { notices } = await read(tree({ ...linked, ...many }), ["**"], { symlinks: "skip" });
    expect(notices.map(({ text }) => text)).toEqual([expect.stringContaining("32 symbolic links")]);
    expect(await problems(tree(linked), ["to-dir/*.jpg"], { symlinks: "skip" })).toEqual([
      "include",
    ]);
  });
  test("are problems when they shall be errors, each of them named", async () => {
    expect(await problems(tree(linked), ["**"], { symlinks: "error" })).toEqual([
      "to-a.jpg",
      "to-dir",
    ]);
    expect(await problems(tree(linked), ["to-dir/b.jpg"], { symlinks: "error" })).toEqual([
      "to-dir",
    ]);
  });
  describe("that lead out of the root", () => {
    const outside = createTempTree({ "secret.jpg": jpeg() });
    const in_ = createTempTree({
      "a.jpg": jpeg(),
      "x.jpg": { link: outside.at("secret.jpg") },
      up: { link: outside.root },
    });
    afterAll(() => [outside, in_].forEach((made) => made.remove()));
    test.each(["follow", "error"] as const)("are problems (%s)", async (symlinks) => {
      expect(await problems(in_, ["**"], { symlinks })).toEqual(["up", "x.jpg"]);
      expect(await problems(in_, ["up/secret.jpg"], { symlinks })).toEqual(["up"]);
      expect(await problems(in_, ["up"], { symlinks })).toEqual(["up"]);
      expect(await paths(in_, ["a.jpg"], { symlinks })).toEqual(["a.jpg"]);
    });
    test("are left out (skip)", async () => {
      expect(await paths(in_, ["**"], { symlinks: "skip" })).toEqual(["a.jpg"]);
    });
  });
  describe("that lead to further folders that are allowed", () => {
    const shared = createTempTree({
      "cache/ab/1": jpeg("1"),
      "cache/dir/2.jpg": jpeg("2"),
      "cache/dir/3.jpg": { link: "../ab/1" },
      "cache/dir/out.jpg": { link: "../../secret.jpg" },
      "cache/dir/up": { link: ".." },
      "cache2/x.jpg": jpeg("x"),
      "secret.jpg": jpeg("secret"),
      file: "",
      to: { link: "cache" },
    });
    const in_ = createTempTree({
      "a.jpg": { link: shared.at("cache/ab/1") },
      dir: { link: shared.at("cache/dir") },
      "twin.jpg": { link: shared.at("cache2/x.jpg") },
    });
    const out = ["dir/out.jpg", "dir/up/dir/out.jpg", "twin.jpg"];
    afterAll(() => [shared, in_].forEach((made) => made.remove()));

    test("are followed, and no further than they allow", async () => {
      const allowLinkTargets = [shared.at("cache")];
      expect(await problems(in_, ["**"], { allowLinkTargets })).toEqual(out);
      const options = { allowLinkTargets, exclude: out };
      const set = await read(in_, ["**"], options);
      expect(set.files.map(({ path }) => path)).toEqual([
        "a.jpg",
        "dir/2.jpg",
        "dir/3.jpg",
        "dir/up/dir/2.jpg",
        "dir/up/dir/3.jpg",
      ]);
      expect((await hashFiles(set.files)).entries).toHaveLength(5);
      expect(
        readPartitions(in_.root, { include: ["dir/2.jpg"], allowLinkTargets, depth: 1 }).folders,
      ).toEqual(["dir"]);
    });

    test("may be relative to the base, several, and links themselves", async () => {
      const options = { base: shared.root, exclude: ["dir"] };
      const allowLinkTargets = ["to", "cache2"];
      expect(await paths(in_, ["**"], { ...options, allowLinkTargets })).toEqual([
        "a.jpg",
        "twin.jpg",
      ]);
    });

    test("are refused by name when they can't be used, or are the whole file system", async () => {
      const allowLinkTargets = [shared.at("none"), shared.at("file"), "/"];
      const refused = read(in_, ["**"], { allowLinkTargets });
      await expect(refused).rejects.toMatchObject({
        problems: [
          {
            input: "allowLinkTargets",
            text: expect.stringContaining("none does not exist") as string,
          },
          { input: "allowLinkTargets", text: expect.stringContaining("is not a folder") as string },
          {
            input: "allowLinkTargets",
            text: expect.stringContaining("whole file system") as string,
          },
        ],
      });
    });

    test("are named with their target and both ways out where they are not", async () => {
      const both = tree({ "root/a.jpg": { link: "../cache/1.jpg" }, "cache/1.jpg": jpeg() });
      const options = { root: both.at("root"), include: ["**"] };
      const error = await readFileSet(options, { linkTargetsInput: "allow-link-targets" }).catch(
        (thrown: unknown) => thrown,
      );
      const text = String(error);
      for (const part of ["a.jpg: ", both.at("cache/1.jpg"), "to allow-link-targets", both.root])
        expect(text).toContain(part);
      expect(text).toContain(`or set root to ${both.root}.`);
    });
  });
  test("to a sibling whose name starts as the root's lead out of it, too", async () => {
    const both = tree({
      "root/a.jpg": jpeg(),
      "root2/b.jpg": jpeg(),
      "root/to": { link: "../root2" },
    });
    expect(await problems(both, ["**"], { root: both.at("root") })).toEqual(["to"]);
  });
  test("that are broken are named, unless no line wants them", async () => {
    const in_ = tree({
      "a.jpg": jpeg(),
      "gone.jpg": { link: "nothing" },
      "self.jpg": { link: "self.jpg" },
    });
    expect(await problems(in_, ["**"])).toEqual(["gone.jpg", "self.jpg"]);
    expect(await paths(in_, ["a*"])).toEqual(["a.jpg"]);
    expect(await paths(in_, ["**", "!{gone,self}.jpg"])).toEqual(["a.jpg"]);
    expect(await paths(in_, ["**"], { symlinks: "skip" })).toEqual(["a.jpg"]);
  });
  test("in circles end, with a notice", async () => {
    const in_ = tree({
      "a/b.jpg": jpeg(),
      "a/up": { link: ".." },
      "a/self": { link: "." },
      "c/to-a": { link: "../a" },
    });
    const set = await read(in_, ["**"]);
    expect(set.files.map((file) => file.path)).toEqual(["a/b.jpg", "c/to-a/b.jpg"]);
    expect(set.notices.map(({ path }) => path)).toContain("a/up");
  });
  test("between all of many folders end, too", async () => {
    const names = Array.from({ length: 9 }, (_, n) => `f${n}`);
    const links = names.flatMap((a) =>
      names.filter((b) => a !== b).map((b) => [`${a}/${b}`, { link: `../${b}` }] as const),
    );
    const in_ = tree({ ...Object.fromEntries(links), "f0/x.jpg": jpeg() });
    expect((await problems(in_, ["**"])).length).toBeGreaterThan(0);
    expect(await paths(in_, ["**"], { symlinks: "skip" })).toEqual(["f0/x.jpg"]);
  }, 30_000);
});

describe("what can't be sent is refused, all of it at once", () => {
  test("names that are not allowed, also in folders' names", async () => {
    const in_ = tree({
      "a\nb.jpg": jpeg(),
      "c\nd/e.jpg": jpeg("e"),
      "f\\g.jpg": jpeg("f"),
      "h\u0007.jpg": jpeg("h"),
      "i.jpg": jpeg("i"),
    });
    expect(await problems(in_, ["**/*.jpg"])).toHaveLength(4);
    expect(await paths(in_, ["i.jpg"])).toEqual(["i.jpg"]);
  });
  test("names that are not UTF-8", async () => {
    const in_ = tree({ "a.jpg": jpeg() });
    writeFileSync(
      Buffer.concat([Buffer.from(`${in_.root}/b`), Buffer.from([0xff]), Buffer.from(".jpg")]),
      jpeg("b"),
    );
    expect(await problems(in_, ["**"])).toEqual(["b\uFFFD.jpg"]);
  });
  test("paths that are too long for a key", async () => {
    const part = "x".repeat(200);
    const in_ = tree({ [`${part}/${part}/${part}/${part}.jpg`]: jpeg() });
    expect(await problems(in_, ["**"])).toHaveLength(1);
  });
  test("paths that differ in case alone, or in Unicode form alone", async () => {
    const in_ = tree({
      "a.jpg": jpeg(),
      "A.jpg": jpeg("A"),
      "\u00fc.jpg": jpeg("1"),
      "u\u0308.jpg": jpeg("2"),
    });
    expect(await problems(in_, ["**"])).toEqual(["a.jpg", "\u00fc.jpg"]);
  });
  test("files over what 10,000 parts of 128 MiB carry", async () => {
    const in_ = tree({ "a.mp4": "", "b.mp4": "" });
    truncateSync(in_.at("a.mp4"), 1250 * 1024 ** 3 + 1);
    truncateSync(in_.at("b.mp4"), 1250 * 1024 ** 3);
    expect(await problems(in_, ["**"])).toEqual(["a.mp4"]);
  });
  test("credentials, unless a line names them in full", async () => {
    const in_ = tree({
      "a.jpg": jpeg(),
      ".env": "KEY=1",
      "gha-creds-12.json": "{}",
      "ssh/id_rsa": "x",
      "notes.txt": "-----BEGIN RSA PRIVATE KEY-----\n",
    });
    const refused = [".env", "gha-creds-12.json", "ssh/id_rsa", "notes.txt"];
    const all = { unindexed: "send", includeHidden: true } as const;
    expect(await problems(in_, ["**"], all)).toEqual(refused);
    expect(await problems(in_, ["**"], { unindexed: "send" })).toEqual(refused.slice(1));
    expect(await paths(in_, ["a.jpg", ...refused])).toHaveLength(5);
    expect(await problems(in_, ["a.jpg", ".en[v]", "s*/id_rsa", ".env*"], all)).toEqual([
      ".env",
      "ssh/id_rsa",
    ]);
    expect(await problems(in_, ["ssh", "a.jpg"], { unindexed: "send" })).toEqual(["ssh/id_rsa"]);
  });
  test("an image that holds a private key, or is named as a credential, whatever is done with others", async () => {
    const in_ = tree({
      "a.jpg": jpeg(),
      "key.jpg": "-----BEGIN RSA PRIVATE KEY-----\n",
      ".ssh/b.jpg": jpeg("b"),
    });
    for (const unindexed of ["leave-out", "send", "error"] as const) {
      const found = await problems(in_, ["**"], { unindexed, includeHidden: true });
      expect(found).toEqual([".ssh/b.jpg", "key.jpg"]);
    }
  });
  test("sets of which nothing would be indexed", async () => {
    const in_ = tree({ "a.txt": "a", "b.json": "{}", "c.jpg": jpeg() });
    expect(await problems(in_, ["*.txt", "*.json"])).toEqual(["include"]);
    expect(await problems(in_, ["**"], { dataType: "video" })).toEqual(["include"]);
    const set = await read(in_, ["**"], { unindexed: "send" });
    expect(set).toMatchObject({ indexedCount: 1, dataType: "image" });
    expect(set.notices).toEqual([
      { text: "2 of 3 files will be stored but not indexed as image: 1 .json, 1 .txt." },
    ]);
    expect(await problems(in_, ["*.txt"], { dataType: "image_3d" })).toEqual(["include"]);
    const volumes = tree({ "a.vol": "a", IM0001: "b", "readme.txt": "c" });
    expect((await read(volumes, ["**"], { dataType: "image_3d" })).indexedCount).toBe(2);
  });
  test("of mixed types no data type is inferred, and what any type indexes counts", async () => {
    const set = await read(tree({ "a.jpg": jpeg(), "b.mcap": "", "c.txt": "" }), ["**"]);
    expect(set).not.toHaveProperty("dataType");
    expect(set.indexedCount).toBe(2);
  });
  test("different reasons together", async () => {
    const in_ = tree({
      "a.jpg": jpeg(),
      "A.jpg": jpeg("A"),
      "x.pem": "k",
      "gone.jpg": { link: "nothing" },
      "b\\c.jpg": jpeg(),
    });
    expect((await problems(in_, ["**"], { unindexed: "send" })).sort()).toEqual([
      "a.jpg",
      "b\\c.jpg",
      "gone.jpg",
      "x.pem",
    ]);
  });
  test("names that Windows can't hold only get a notice", async () => {
    const set = await read(tree({ "10:00.jpg": jpeg(), "con.jpg": jpeg("c") }), ["**"]);
    expect(set.notices).toHaveLength(1);
    expect(set.notices[0]?.text).toContain("10:00.jpg and 1 more");
  });
});

describe("files that the server would store and never show", () => {
  const content = {
    "a.jpg": jpeg(),
    "b/B.JPG": jpeg("b"),
    "b/b.txt": "1",
    "b/c.txt": "2",
    "notes.md": "n",
    LICENSE: "l",
  };

  test("are left out, and counted by suffix", async () => {
    const set = await read(tree(content), ["**"], { prefix: "p" });
    expect(set.files.map(({ path }) => path)).toEqual(["p/a.jpg", "p/b/B.JPG"]);
    expect(set).toMatchObject({ indexedCount: 2, notices: [] });
    expect([...countSuffixes(set.leftOut.unindexed)]).toEqual([
      [".txt", 2],
      [".md", 1],
      ["without a suffix", 1],
    ]);
    expect(set.leftOut.unindexed).toContain("p/b/b.txt");
  });

  test("change nothing of a set: neither its files nor its digest", async () => {
    const in_ = tree(content);
    const digest = async (): Promise<string> =>
      (await hashFiles((await read(in_, ["**"])).files)).digest;
    const before = await digest();
    in_.write({ "notes.md": "others", "labels/x.json": "{}" });
    expect(await digest()).toBe(before);
  });

  test("are not looked at: names and twins among them are in nobody's way", async () => {
    const in_ = tree({ "a.jpg": jpeg(), "a\\b.txt": "", "README.md": "1", "readme.md": "2" });
    expect(await paths(in_, ["**"])).toEqual(["a.jpg"]);
    expect(await problems(in_, ["**"], { unindexed: "send" })).toHaveLength(2);
  });

  test("are those that another data type indexes, where one is given", async () => {
    const in_ = tree({ "a.jpg": jpeg(), "b.mp4": "" });
    const set = await read(in_, ["**"], { dataType: "image" });
    expect(set.files.map(({ path }) => path)).toEqual(["a.jpg"]);
    expect(set.leftOut.unindexed).toEqual(["b.mp4"]);
    expect((await read(in_, ["**"])).files).toHaveLength(2);
  });

  test("are sent where a line names them in full", async () => {
    for (const unindexed of ["leave-out", "error"] as const) {
      const set = await read(tree(content), ["*.jpg", "b/b.txt"], { unindexed });
      expect(set.files.map(({ path }) => path)).toEqual(["a.jpg", "b/b.txt"]);
      expect(set).toMatchObject({ indexedCount: 1, leftOut: { unindexed: [] } });
      expect(set.notices).toHaveLength(1);
    }
    expect(await paths(tree(content), ["a.jpg", "b"])).toEqual(["a.jpg", "b/B.JPG"]);
  });

  test("are a problem where they shall be an error, and one with nothing else in the set", async () => {
    expect(await problems(tree(content), ["**"], { unindexed: "error" })).toEqual(["include"]);
    expect(await paths(tree(content), ["**/*.{jpg,JPG}"], { unindexed: "error" })).toHaveLength(2);
    for (const unindexed of ["leave-out", "send", "error"] as const) {
      const only = read(tree(content), ["**/*.txt", "notes.md"], { unindexed, allowEmpty: true });
      await expect(only).rejects.toThrow(/2 \.txt, 1 \.md/);
    }
  });

  test("count as matched by their line, which is no slip", async () => {
    const set = await read(tree(content), ["*.jpg", "**/*.txt"]);
    expect(set.patterns.map(({ matched }) => matched)).toEqual([1, 2]);
  });
});

describe("what is no file", () => {
  test("is left out with a notice, and a pipe is not waited on", async () => {
    const in_ = tree({ "a.jpg": jpeg(), "to-pipe.jpg": { link: "pipe.jpg" } });
    execFileSync("mkfifo", [in_.at("pipe.jpg")]);
    const set = await read(in_, ["**"]);
    expect(set.files.map((file) => file.path)).toEqual(["a.jpg"]);
    expect(set.notices.map(({ path }) => path)).toEqual(["pipe.jpg", "to-pipe.jpg"]);
  });
});

describe("what can't be read", () => {
  test("is named: files and folders, but not what no line wants", async () => {
    const in_ = tree({
      "a.jpg": jpeg(),
      "no.jpg": jpeg("no"),
      "dir/b.jpg": jpeg("b"),
      ".git/c.jpg": jpeg("c"),
    });
    chmodSync(in_.root, 0o755);
    for (const path of ["no.jpg", "dir", ".git"]) chmodSync(in_.at(path), 0o000);
    const found = await asNobody(() => problems(in_, ["**"]));
    const taken = await asNobody(() => paths(in_, ["**", "!no.jpg", "!dir"]));
    const named = await asNobody(() => problems(in_, ["dir/b.jpg"]));
    const file = { path: "no.jpg", absolutePath: in_.at("no.jpg"), sizeBytes: 8 };
    const refused = await asNobody(() => hashFiles([file]).catch((error: unknown) => error));
    for (const path of ["dir", ".git"]) chmodSync(in_.at(path), 0o755);
    expect(found).toEqual(["dir", "no.jpg"]);
    expect(taken).toEqual(["a.jpg"]);
    expect(named).toEqual(["dir"]);
    expect(refused).toMatchObject({ code: "file" });
  });
});

/** Root reads everything: what may not be read has to be tried by someone else. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
