// What cites the contract cites a heading of docs/api.md that exists, so that a fact can be looked up with its source.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.join(__dirname, "..");
const CITING = ["*.ts", "*.js", "*.mjs", "*.yml"];

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

function trackedFiles(patterns: readonly string[]): string[] {
  const options = { cwd: ROOT, encoding: "utf8" } as const;
  const listed = execFileSync("git", ["ls-files", "-z", "--", ...patterns], options);
  return listed.split("\0").filter((name) => name !== "" && !name.startsWith("dist/"));
}

/** A comment runs over several lines: without their beginnings, a citation stands in one piece. */
function withoutLineStarts(text: string): string {
  return text.replace(/\n\s*(?:\/\/|\*|#)\s?/g, " ");
}

/**
 * `contract, "Uploading files", 1`, `docs/api.md, "Errors"`, `the contract bounds it so ("Exports")`, `"Scopes" in
 * docs/api.md`: what is quoted beside the page is a heading of it. Any heading may stand in a list of several.
 */
function citationsIn(text: string): string[] {
  const flat = withoutLineStarts(text);
  const lists = flat.matchAll(
    /(?:[Cc]ontract|docs\/api\.md)[^"().;`\n]{0,60}[ (]((?:"[^"\n]+"(?:, (?=")|(?:, \d+)?))+)/g,
  );
  const named = flat.matchAll(/("[^"\n]+") (?:in|of) docs\/api\.md/g);
  return [
    ...[...lists].flatMap(([, list = ""]) => list.match(/"[^"]+"/g) ?? []),
    ...[...named].flatMap(([, heading]) => heading ?? []),
  ];
}

/** What is written for people: comments, without code in backticks, and pages. */
function proseOf(file: string): string {
  const text = read(file);
  const isPage = /\.(?:md|yml)$/.test(file);
  const comments = isPage
    ? [text.replace(/```[^]*?```/g, "")]
    : [...text.matchAll(/(?<![:\\"'`])\/\/.*|\/\*[^]*?\*\//g)].map(([comment]) => comment);
  return comments.join("\n").replace(/`[^`\n]*`/g, "``");
}

/** A capital of its own where a source is named: "K's", "R's form", "S sends", "(S, R)". */
const LETTER = /(?<![\w.&/-])[SRK]\+?(?:'s\b| (?=[a-z`])|(?=, [SRK]\+?\b)|(?=\)))/;

const headings = new Set(
  [...read("docs/api.md").matchAll(/^#{2,3} (.+)$/gm)].map(([, heading]) => `"${heading}"`),
);
const cited = trackedFiles(CITING)
  .filter((file) => file !== "test/contract-citations.test.ts")
  .map((file) => ({ file, citations: citationsIn(read(file)) }));

test("finds the citations, also those that run over a line or name several headings", () => {
  const text =
    'x (contract,\n// "Exports") y (contract, "Rate limits", "Errors") the contract\'s bound ("Exports")';
  expect(citationsIn(text)).toEqual(['"Exports"', '"Rate limits"', '"Errors"', '"Exports"']);
  const others =
    'x (docs/api.md, "Send"). The contract\'s "burst". The contract bounds so ("Items"). (contract: "be") "Scopes" in docs/api.md';
  expect(citationsIn(others)).toEqual(['"Send"', '"burst"', '"Items"', '"be"', '"Scopes"']);
  expect(cited.flatMap(({ citations }) => citations).length).toBeGreaterThan(50);
});

test("every citation of the contract names a heading of docs/api.md", () => {
  const unknown = cited.flatMap(({ file, citations }) =>
    citations.filter((heading) => !headings.has(heading)).map((heading) => `${file}: ${heading}`),
  );
  expect(unknown).toEqual([]);
});

test.each(["as K's uploader has it", "R's form", "S sends it", "(S, R)", "(K+)"])(
  "a letter for a source is seen in %j",
  (text) => {
    expect(text).toMatch(LETTER);
  },
);

test("no source stands as a letter, and no file speaks of an issue by number", () => {
  const speaking = trackedFiles([...CITING, "*.md"])
    .filter((file) => file !== "test/contract-citations.test.ts")
    .filter((file) => LETTER.test(proseOf(file)) || /\bissue (?:#)?\d+\b/.test(read(file)));
  expect(speaking).toEqual([]);
});
