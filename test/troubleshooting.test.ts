// docs/troubleshooting.md explains every code and every outcome, and nothing else: summaries link to its headings.
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { describeFailure } from "../action/report/failure";
import { AvalaError, type ErrorCode } from "../src/errors";
import { anchors } from "./support/markdown";

const ROOT = path.join(__dirname, "..");
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const page = read("docs/troubleshooting.md");

/** The words of a union of literals, as it is declared. */
function wordsOf(file: string, union: string): readonly string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const declared = source.statements.find(
    (statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === union,
  ) as ts.TypeAliasDeclaration;
  return (declared.type as ts.UnionTypeNode).types.map(
    (member) => ((member as ts.LiteralTypeNode).literal as ts.StringLiteral).text,
  );
}

/** The third-level headings, and the first cells of table rows, of a part of the page. */
function explainedIn(text: string): { headings: readonly string[]; rows: readonly string[][] } {
  const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading = ""]) => heading);
  const rows = text
    .split("\n")
    .filter((line) => /^\| \[?`/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return { headings, rows };
}

const codes = wordsOf("src/errors.ts", "ErrorCode") as readonly ErrorCode[];
const outcomes = wordsOf("action/report/results.ts", "Outcome");
const [ofErrors = "", ofOutcomes = ""] = page.split(/^## Outcomes of a step$/m);
const errors = explainedIn(ofErrors);
const ends = explainedIn(ofOutcomes);
const asCode = (word: string): string => `\`${word}\``;

test("reads both closed lists", () => {
  expect(codes).toContain("rate_limited");
  expect(codes.length).toBeGreaterThan(20);
  expect(outcomes).toContain("gate_closed");
});

test("each code has a heading, and each heading of the errors is a code", () => {
  expect([...errors.headings].sort()).toEqual(codes.map(asCode).sort());
});

test.each(codes)(
  "the anchor of %s is the code itself, and is the only one of that name",
  (code) => {
    expect(anchors(page).filter((anchor) => anchor === code)).toHaveLength(1);
  },
);

test.each(codes)("the section of %s says what to do", (code) => {
  const [, after = ""] = ofErrors.split(`### \`${code}\`\n`);
  const [section = ""] = after.split(/^#/m);
  expect(section).toMatch(/^[A-Z]/m);
  expect(section).toMatch(/^- /m);
});

test("the table has each code once, in the order of the sections, with the outcome that the step gets", () => {
  expect(errors.rows.map(([, cell]) => cell)).toEqual(
    errors.headings.map((heading) => `[${heading}](#${heading.replaceAll("`", "")})`),
  );
  for (const code of codes) {
    const row = errors.rows.find(([, cell]) => cell?.includes(asCode(code)));
    expect(row?.[3]).toBe(asCode(describeFailure(new AvalaError(code, "x")).outcome));
  }
});

test("the table of outcomes has each outcome once, and its headings are outcomes that are no codes", () => {
  expect(ends.rows.map(([, cell]) => cell)).toEqual(outcomes.map(asCode));
  const words = ends.headings.map((heading) => heading.replaceAll("`", ""));
  expect(words.filter((word) => !outcomes.includes(word))).toEqual([]);
  expect(words.filter((word) => (codes as readonly string[]).includes(word))).toEqual([]);
});

test("its inputs are inputs of the Action", () => {
  const { inputs } = parse(read("action.yml")) as { inputs: object };
  const named = [...page.matchAll(/`([a-z]+(?:-[a-z]+)+)(?:: [^`]*)?`/g)].map(
    ([, name = ""]) => name,
  );
  expect(named.length).toBeGreaterThan(10);
  expect([...new Set(named)].filter((name) => !(name in inputs))).toEqual([]);
});
