// What a release is made of, as far as it can be seen without GitHub.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cut, notesOf } from "../../scripts/release/changelog";
import { gather } from "../../scripts/release/files";
import { createTempTree, type TempTree } from "../support/temp-tree";

const changelog = [
  "# Changelog",
  "",
  "Versions follow semantic versioning.",
  "",
  "## Unreleased",
  "",
  "- A line with [a link](docs/files.md#links),",
  "  which is long.",
  "",
  "## 1.1.0",
  "",
  "- Older, with [a page](https://example.com/x) and [another](SECURITY.md).",
  "",
  "## 1.0.0",
  "",
  "The first version.",
  "",
].join("\n");
const released = changelog.replace(/- A line[^]*?long\.\n\n/, "");

describe("the notes of a release", () => {
  test("are its section, with links that work outside of the repository", () => {
    const notes = notesOf(released, "1.1.0");
    expect(notes).toContain("[a page](https://example.com/x)");
    expect(notes).toContain("](https://github.com/avala/upload-action/blob/v1.1.0/SECURITY.md)");
    expect(notes).not.toContain("The first version.");
    expect(notesOf(released, "1.0.0")).toMatch(/^The first version\.\n/);
  });

  test("say how to get the version", () => {
    expect(notesOf(released, "1.1.0")).toContain("avala/upload-action@v1.1.0");
    expect(notesOf(released, "1.1.0")).toContain("@avala/pulumi@1.1.0");
  });

  test.each(["1.2.0", "1.1", "Unreleased"])(
    "are refused for %s, which has no section",
    (version) => {
      expect(() => notesOf(released, version)).toThrow(`## ${version}`);
    },
  );

  test("are refused while lines stand under Unreleased", () => {
    expect(() => notesOf(changelog, "1.1.0")).toThrow("Unreleased");
  });

  test("are refused where they are longer than a release's text", () => {
    const long = `# C\n\n## 1.0.0\n\n${"x".repeat(125_000)}\n`;
    expect(() => notesOf(long, "1.0.0")).toThrow("125000");
  });
});

describe("cutting a version", () => {
  test("moves what is unreleased under it, and leaves the rest", () => {
    const next = cut(changelog, "1.2.0");
    expect(notesOf(next, "1.2.0")).toMatch(/^- A line with \[a link\]\(.*\n {2}which is long\.\n/);
    expect(next.match(/^## .*$/gm)).toEqual(["## Unreleased", "## 1.2.0", "## 1.1.0", "## 1.0.0"]);
    expect(next).toContain(
      "Versions follow semantic versioning.\n\n## Unreleased\n\n## 1.2.0\n\n- A line",
    );
    expect(notesOf(next, "1.0.0")).toBe(notesOf(released, "1.0.0"));
  });

  test("adds to a section that the version has already", () => {
    const next = cut(changelog, "1.1.0");
    expect(next).toContain("[another](SECURITY.md).\n- A line with");
    expect(next.match(/^## .*$/gm)).toEqual(["## Unreleased", "## 1.1.0", "## 1.0.0"]);
  });

  test("changes nothing the second time", () => {
    const once = cut(changelog, "1.2.0");
    expect(cut(once, "1.2.0")).toBe(once);
  });

  test("leaves this repository's changelog releasable", () => {
    const own = readFileSync(join(__dirname, "../../CHANGELOG.md"), "utf8");
    const manifest = readFileSync(join(__dirname, "../../package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    const notes = notesOf(cut(own, version), version);
    expect(notes).not.toMatch(/\]\((?!https:|mailto:)/);
  });
});

// Where releases are made.
const onUnix = process.platform === "win32" ? describe.skip : describe;

onUnix("the files of a release", () => {
  let tree: TempTree;
  const git = (...args: string[]): void => {
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    execFileSync("git", [...who, ...args], { cwd: tree.root, stdio: "pipe" });
  };
  const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

  /** Each line's name and sum, as `sha256sum --check` reads them. */
  const sumsIn = (file: string): [string, string][] =>
    readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => /^([0-9a-f]{64}) {2}(\S+)$/.exec(line))
      .map((match) => [match?.[2] ?? "", match?.[1] ?? ""]);

  beforeEach(() => {
    const manifest = { name: "@avala/pulumi", version: "1.1.0", files: ["lib"] };
    tree = createTempTree({
      "package.json": JSON.stringify(manifest),
      "CHANGELOG.md": released,
      "lib/index.js": "// the package",
      "action.yml": "name: a",
      "dist/index.js": "// the bundle",
      LICENSE: "l",
      "README.md": "r",
    });
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "All");
  });
  afterEach(() => tree.remove());

  test("are the package, the Action, their sums and the notes, and CONTENTS holds all of them", () => {
    const folder = tree.at("release");
    gather(tree.root, folder);
    const assets = ["avala-pulumi-1.1.0.tgz", "upload-action-1.1.0.tar.gz"];
    const others = ["SHA256SUMS", "subjects.txt", "notes.md"];
    expect(readdirSync(folder).sort()).toEqual([...assets, ...others, "CONTENTS"].sort());
    expect(sumsIn(join(folder, "SHA256SUMS")).map(([name]) => name)).toEqual(assets);
    expect(sumsIn(join(folder, "CONTENTS")).map(([name]) => name)).toEqual([...assets, ...others]);
    for (const [name, sum] of sumsIn(join(folder, "CONTENTS")))
      expect(sha256(readFileSync(join(folder, name)))).toBe(sum);
  });

  test("attest each file that a workflow runs, as it lies in the repository", () => {
    const folder = tree.at("release");
    gather(tree.root, folder);
    const subjects = new Map(sumsIn(join(folder, "subjects.txt")));
    expect([...subjects.keys()].slice(2)).toEqual(["action.yml", "dist/index.js"]);
    expect(subjects.get("dist/index.js")).toBe(sha256(readFileSync(tree.at("dist/index.js"))));
  });

  test("have the Action in an archive with a folder of its own, the same each time", () => {
    const [one, two] = [tree.at("one"), tree.at("two")];
    gather(tree.root, one);
    gather(tree.root, two);
    const archive = "upload-action-1.1.0.tar.gz";
    const listed = execFileSync("tar", ["-tzf", join(one, archive)], { encoding: "utf8" });
    expect(
      listed
        .trim()
        .split("\n")
        .filter((name) => !name.endsWith("/"))
        .sort(),
    ).toEqual(
      ["LICENSE", "README.md", "action.yml", "dist/index.js"].map(
        (name) => `upload-action-1.1.0/${name}`,
      ),
    );
    expect(sha256(readFileSync(join(two, archive)))).toBe(sha256(readFileSync(join(one, archive))));
  });

  test("are not made of a version without notes", () => {
    tree.write({ "CHANGELOG.md": changelog });
    expect(() => gather(tree.root, tree.at("release"))).toThrow("Unreleased");
  });
});
