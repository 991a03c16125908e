// `.avalaignore`: what it takes away is what git would take away by it.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { InputError } from "../../src/errors";
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

const read = (in_: TempTree, more: Partial<FileSetOptions> = {}): Promise<FileSet> =>
  readFileSet({ root: in_.root, include: ["**"], ...more });
const pathsOf = ({ files }: FileSet): string[] => files.map(({ path }) => path);

function git(in_: TempTree, ...args: string[]): string {
  return execFileSync("git", ["-c", "core.ignorecase=false", "-C", in_.root, ...args], {
    encoding: "utf8",
    env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  });
}

/** What git would still see. */
function keptByGit(in_: TempTree): string[] {
  const kept = git(in_, "ls-files", "-z", "--others", "--exclude-per-directory=.avalaignore");
  return kept
    .split("\0")
    .filter((path) => path.endsWith(".jpg"))
    .sort();
}

const files = Object.fromEntries(
  [
    ...[
      "a.jpg",
      "b.jpg",
      "A.JPG.jpg",
      "#c.jpg",
      "!d.jpg",
      "e f.jpg",
      "g .jpg",
      "[h].jpg",
      "i?.jpg",
    ],
    ...["keep/a.jpg", "keep/deep/b.jpg", "drafts/a.jpg", "drafts/b.jpg", "x/drafts/c.jpg"],
    ...["x/y/z/a.jpg", "x/y/b.jpg", "x/y/keep/c.jpg", "w?/drafts/d.jpg", "wa/drafts/e.jpg"],
    ...["w?/sub/f.jpg", "wa/sub/g.jpg", "build/out/h.jpg", "x/build/i.jpg", "n1.jpg", "n10.jpg"],
  ].map((path) => [path, jpeg(path)]),
);

/** The files in git's eyes, for rules that come and go. */
let repository: TempTree;
beforeAll(() => {
  repository = createTempTree(files);
  git(repository, "init", "-q");
});
afterAll(() => repository.remove());

async function expectAsGit(rules: Readonly<Record<string, string>>): Promise<void> {
  repository.write(rules);
  const kept = await read(repository, { allowEmpty: true }).then(pathsOf);
  const keptThere = keptByGit(repository);
  for (const file of Object.keys(rules)) rmSync(repository.at(file));
  expect(kept).toEqual(keptThere);
}

describe("rules of the root", () => {
  test.each([
    ["drafts"],
    ["drafts/"],
    ["/drafts"],
    ["x/drafts"],
    ["*.jpg\n!keep/"],
    ["*.jpg\n!a.jpg"],
    ["/*\n!/keep"],
    ["/*\n!/x\n/x/*\n!/x/y"],
    ["keep\n!keep/a.jpg"],
    ["keep/*\n!keep/a.jpg"],
    ["x/**"],
    ["**/drafts"],
    ["x/**/a.jpg"],
    ["**/y/**"],
    ["[a-b].jpg"],
    ["[!a].jpg"],
    ["[^a].jpg"],
    ["[]a].jpg"],
    ["\\[!d.jpg"],
    ["[[!]h].jpg"],
    ["[[:digit:]b].jpg\nn[[:digit:]][![:alpha:]].jpg"],
    ["[z-a].jpg\n[b-].jpg"],
    ["[a.jpg"],
    ["a.jpg\\"],
    ["g\\ .jpg\ne f.jpg\\ "],
    ["\\a.jpg"],
    ["x/*/b.jpg"],
    ["x/y**/b.jpg"],
    ["**"],
    ["*\n!*/\n!*.jpg"],
    ["!a.jpg\n"],
    ["/"],
    ["x//y"],
    ["./a.jpg"],
    ["(a).jpg|.jpg+$^.jpg"],
    ["n?.jpg"],
    ["\\#c.jpg\n\\!d.jpg"],
    ["#c.jpg\n!d.jpg"],
    ["e f.jpg  "],
    ["\\[h\\].jpg"],
    ["a.JPG"],
    ["  a.jpg"],
    ["a.jpg/"],
    ["\uFEFFa.jpg\r\nb.jpg\r\n\r\n"],
    ["out"],
    ["build/out/"],
    ["{a,b}.jpg"],
  ])("take what git takes: %j", (rules) => expectAsGit({ ".avalaignore": rules }));
});

describe("rules of folders below it", () => {
  test.each([
    [{ "x/.avalaignore": "drafts" }],
    [{ "x/.avalaignore": "/drafts\n/y/z/" }],
    [{ "x/.avalaignore": "y/z" }],
    [{ ".avalaignore": "drafts", "x/.avalaignore": "!drafts" }],
    [{ ".avalaignore": "*.jpg", "x/.avalaignore": "!a.jpg", "x/y/.avalaignore": "!*.jpg" }],
    [{ "x/.avalaignore": "!b.jpg", ".avalaignore": "b.jpg" }],
    [{ ".avalaignore": "keep/", "keep/.avalaignore": "!a.jpg" }],
    [{ "w?/.avalaignore": "drafts/\nf.jpg" }],
    [{ "x/.avalaignore": "*\n!*/\n!c.jpg" }],
    [{ "x/.avalaignore": "\\!d.jpg\n**/z/**", "x/y/.avalaignore": "/keep" }],
    [{ ".avalaignore": "build", "x/.avalaignore": "!build", "x/y/.avalaignore": "" }],
  ] as Record<string, string>[][])("add up as git's do: %j", (rules = {}) => expectAsGit(rules));
});

test("each line that took something is counted, files and folders as one", async () => {
  const in_ = tree({ ...files, ".avalaignore": "drafts/\nn*.jpg\nnone\n", "x/.avalaignore": "y" });
  const { leftOut } = await read(in_);
  expect(leftOut.ignored).toEqual([
    { file: ".avalaignore", pattern: "drafts/", matched: 4 },
    { file: ".avalaignore", pattern: "n*.jpg", matched: 2 },
    { file: "x/.avalaignore", pattern: "y", matched: 1 },
  ]);
});

test("the file itself is never sent, hidden files wanted or not, named or not", async () => {
  const in_ = tree({ "a.jpg": jpeg(), ".avalaignore": "x", "b/.avalaignore": "y" });
  const all = { includeHidden: true, unindexed: "send" } as const;
  expect(await read(in_, all).then(pathsOf)).toEqual(["a.jpg"]);
  const named = { include: ["a.jpg", ".avalaignore"], ...all };
  const set = await read(in_, named);
  expect(pathsOf(set)).toEqual(["a.jpg"]);
  expect(set.patterns[1]).toEqual({ pattern: ".avalaignore", matched: 0 });
});

test("what a line names in full is taken away all the same, and the refusal says by what", async () => {
  const in_ = tree({ "drafts/a.jpg": jpeg(), ".avalaignore": "drafts/" });
  for (const include of ["drafts/a.jpg", "drafts", "drafts/*.jpg"])
    await expect(read(in_, { include: [include] })).rejects.toThrow(/drafts\/ of \.avalaignore/);
});

test("what is wrong in a folder that is taken away is in nobody's way", async () => {
  const in_ = tree({
    "a.jpg": jpeg(),
    "drafts/out": { link: "/" },
    "drafts/gone.jpg": { link: "nothing" },
    up: { link: "/" },
    ".avalaignore": "drafts\n/up",
  });
  expect(await read(in_).then(pathsOf)).toEqual(["a.jpg"]);
});

test("the root's rules hold in each partition, and one of which nothing is left is none", async () => {
  const in_ = tree({ ...files, ".avalaignore": "x/y\n/drafts\n[a-d]*.jpg" });
  const include = ["**"];
  const folders = readPartitions(in_.root, { include, depth: 1 }).folders;
  expect(folders).not.toContain("drafts");
  const whole = pathsOf(await read(in_));
  const parts = await Promise.all(folders.map((folder) => read(in_, { folder }).then(pathsOf)));
  expect(parts.flat().sort()).toEqual(whole);
});

test.each([
  ["a class that does not end", `[${"\\a".repeat(2000)}`],
  ["classes in a class", `[${"[:alpha:".repeat(400)}`],
  ["backslashes", "\\".repeat(4001)],
  ["blanks", `a${" ".repeat(4000)}b`],
  ["classes one after the other", "[a-z]".repeat(800)],
])(
  "a line of nothing but %s costs no time",
  async (_name, line) => {
    const in_ = tree({ ...files, ".avalaignore": `${line}\n`.repeat(10) });
    expect((await read(in_)).files.length).toBeGreaterThan(0);
  },
  5000,
);

describe("is refused, so that nothing is sent that it would keep out", () => {
  const long = "a".repeat(5000);
  test.each([
    ["a line too long to be a path", { ".avalaignore": long }],
    ["a line that could take hours to match", { ".avalaignore": "*a*a*a*a*a*.jpg" }],
    ["more lines than can be matched in time", { ".avalaignore": "x\n".repeat(1001) }],
    ["a file too large to be one", { ".avalaignore": `#${"x".repeat(300_000)}` }],
    ["a link that is broken", { ".avalaignore": { link: "nothing" } }],
    ["a link out of the root", { "b/.avalaignore": { link: "/etc/hostname" }, "b/b.jpg": jpeg() }],
  ] as [string, TreeContent][])("%s", async (_name, content) => {
    const in_ = tree({ "a.jpg": jpeg(), ...content });
    const refused = read(in_);
    await expect(refused).rejects.toBeInstanceOf(InputError);
    await expect(refused).rejects.toThrow(/\.avalaignore: /);
  });

  test("a link, where links are left out", async () => {
    const in_ = tree({ "a.jpg": jpeg(), rules: "x", ".avalaignore": { link: "rules" } });
    expect(await read(in_).then(pathsOf)).toEqual(["a.jpg"]);
    await expect(read(in_, { symlinks: "skip" })).rejects.toThrow(/\.avalaignore: /);
  });

  test("a pipe, which is not waited on", async () => {
    const in_ = tree({ "a.jpg": jpeg() });
    execFileSync("mkfifo", [in_.at(".avalaignore")]);
    await expect(read(in_)).rejects.toThrow(/\.avalaignore: /);
  });
});
