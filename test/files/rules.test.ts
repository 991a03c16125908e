// What is kept of earlier looks belongs to the rules that they were made by: a changed rule has to give it another word.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { RULES } from "../../src/files/digests/rules";

const root = join(__dirname, "../..");
const files = join(root, "src/files");

/** What decides: what is wrong with a file, which files lines choose, and what is said of either. */
const sources = [
  ...["content", "scan"].flatMap((folder) =>
    readdirSync(join(files, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name.replaceAll(sep, "/")}`),
  ),
  ...[
    "choose",
    "file-set-options",
    "file-set-words",
    "foreign-formats",
    "known-choice",
    "look",
  ].map((name) => `${name}.ts`),
  ...["media.ts", "names.ts", "path-list.ts", "workers/jobs.ts"],
].sort();

/** Packages that decide with them. */
const packages = ["fast-glob", "file-type", "micromatch", "picomatch", "strtok3"];

/** Without what changes no rule: comments, imports, and how the lines are broken. */
function meaningOf(source: string): string {
  return source
    .replace(/^import [^;]*;$/gm, "")
    .replace(/^\s*(?:\/\/|\/\*\*|\* |\*\/).*$/gm, "")
    .replace(/ \/\/ .*$/gm, "")
    .replace(/\s+/g, "")
    .replace(/,(?=[)\]}])/g, "");
}

function rulesOf(read: (source: string) => string): string {
  const { packages: locked } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  ) as { packages: Record<string, { version: string } | undefined> };
  const parts = [
    ...sources.map((source) => `${source} ${meaningOf(read(source))}`),
    ...packages.map((name) => `${name} ${locked[`node_modules/${name}`]?.version ?? ""}`),
  ];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

const readSource = (source: string): string => readFileSync(join(files, source), "utf8");

test("the rules have the word of their sources; after a change of them write it into digests/rules.ts", () => {
  expect(RULES).toBe(rulesOf(readSource));
});

test("another rule has another word, and another comment has not", () => {
  const changed = (from: string, to: string): string =>
    rulesOf((source) => readSource(source).replace(from, to));
  expect(changed("PRIVATE KEY", "SECRET KEY")).not.toBe(rulesOf(readSource));
  expect(changed("// ", "// Well: ")).toBe(rulesOf(readSource));
});
