import { join } from "node:path";
import { partsNamedIn } from "../support/parts-named";
import { count, kindOf, summaryLines, type Assertion, type FileResult } from "../support/summary";

const ROOT = join("/", "repo", "test");

function result(file: string, ...tests: Assertion[]): FileResult {
  return { testFilePath: join(ROOT, ...file.split("/")), testResults: tests };
}

function assertion(status: string, ...titles: string[]): Assertion {
  return { status, ancestorTitles: titles.slice(0, -1), title: titles.at(-1) ?? "" };
}

describe("the summary of a test run", () => {
  test.each([
    ["e2e/gate.test.ts", "e2e"],
    ["contract/datasets.test.ts", "contract"],
    ["emulator/state.test.ts", "emulator"],
    ["upload/journal.test.ts", "unit"],
    ["borders.test.ts", "unit"],
  ])("counts %s as %s", (file, kind) => {
    expect(kindOf(ROOT, join(ROOT, ...file.split("/")))).toBe(kind);
  });

  test("counts a file that could not run as a failure", () => {
    const broken = { ...result("a.test.ts"), failureMessage: "Cannot find module" };
    expect(count([broken])).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("does not count a failed test twice for its file", () => {
    const failed = { ...result("a.test.ts", assertion("failed", "x")), failureMessage: "● x" };
    expect(count([failed])).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("names each skipped test, under its reason", () => {
    const files = [
      result("flow/retry.test.ts", assertion("passed", "waits")),
      result("e2e/gate.test.ts", assertion("pending", "with act", "opens")),
      result("flow/pool.test.ts", assertion("pending", "stops")),
    ];
    const outcomes = { act: { reason: "act can't be had here." } };
    expect(summaryLines({ testRoot: ROOT, files, outcomes, wallMs: 1234 })).toEqual([
      "",
      "Tests by kind",
      "  unit      1 passed, 0 failed, 1 skipped",
      "  e2e       0 passed, 0 failed, 1 skipped",
      "Skipped: act can't be had here.",
      "    e2e/gate.test.ts: with act › opens",
      "Skipped: skipped in the test file itself",
      "    flow/pool.test.ts: stops",
      "Wall time 1.2 s",
    ]);
  });
});

describe("the parts that a test file needs", () => {
  test("are those that it names to describeWithPart", () => {
    const source = `
      describeWithPart("act", (act) => {});
      describeWithParts(["pulumi", "node24"], () => {});
      test("minio", () => {});`;
    expect(partsNamedIn(source)).toEqual(["pulumi", "act", "node24"]);
  });

  test("are none in a file without it", () => {
    expect(partsNamedIn('import { act } from "./parts";')).toEqual([]);
  });
});
