// What the summary at the end of a test run says, from jest's results. Pure.
// @ts-check
"use strict";

const path = require("node:path");

/**
 * @typedef {{ status: string, ancestorTitles: string[], title: string }} Assertion
 * @typedef {{ testFilePath: string, testResults: Assertion[], failureMessage?: string | null }} FileResult
 * @typedef {Record<string, { reason?: string }>} Outcomes
 */

/** The kinds that have a folder of their own under test/; everything else is a unit test. */
const KINDS = ["unit", "emulator", "contract", "e2e"];

/** @param {string} testRoot @param {string} file @returns {string} */
function kindOf(testRoot, file) {
  const folder = path.relative(testRoot, file).split(path.sep)[0] ?? "";
  return KINDS.includes(folder) ? folder : "unit";
}

/**
 * A file that could not run at all counts as one failure, or it would not show in the numbers.
 * @param {FileResult[]} files @returns {{ passed: number, failed: number, skipped: number }}
 */
function count(files) {
  const all = files.flatMap((file) => file.testResults);
  const failedFiles = files.filter((file) => file.failureMessage && !hasFailure(file)).length;
  return {
    passed: all.filter(({ status }) => status === "passed").length,
    failed: all.filter(({ status }) => status === "failed").length + failedFiles,
    skipped: all.filter(isSkipped).length,
  };
}

/** @param {FileResult} file */
const hasFailure = (file) => file.testResults.some(({ status }) => status === "failed");

/** @param {Assertion} assertion */
const isSkipped = ({ status }) => ["pending", "skipped", "todo", "disabled"].includes(status);

/**
 * Why a test did not run: the missing part that its `describe` names, or that its file says so.
 * @param {Assertion} assertion @param {Outcomes} outcomes @returns {string}
 */
function reasonOf(assertion, outcomes) {
  for (const title of assertion.ancestorTitles) {
    const reason = outcomes[/^with (\S+)$/.exec(title)?.[1] ?? ""]?.reason;
    if (reason !== undefined) return reason;
  }
  return "skipped in the test file itself";
}

/**
 * @param {{ testRoot: string, files: FileResult[], outcomes: Outcomes, wallMs: number, isNarrowed?: boolean }} run
 *   `isNarrowed`: by `-t`, so that what was not chosen counts as skipped and need not be named
 * @returns {string[]}
 */
function summaryLines({ testRoot, files, outcomes, wallMs, isNarrowed = false }) {
  const lines = ["", "Tests by kind"];
  for (const kind of KINDS) {
    const ofKind = files.filter((file) => kindOf(testRoot, file.testFilePath) === kind);
    if (ofKind.length === 0) continue;
    const { passed, failed, skipped } = count(ofKind);
    lines.push(`  ${kind.padEnd(9)} ${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
  if (!isNarrowed) lines.push(...skippedLines(testRoot, files, outcomes));
  lines.push(`Wall time ${(wallMs / 1000).toFixed(1)} s`);
  return lines;
}

/** @param {string} testRoot @param {FileResult[]} files @param {Outcomes} outcomes @returns {string[]} */
function skippedLines(testRoot, files, outcomes) {
  /** @type {Map<string, string[]>} */
  const byReason = new Map();
  for (const file of files) {
    for (const assertion of file.testResults.filter(isSkipped)) {
      const reason = reasonOf(assertion, outcomes);
      const name = [...assertion.ancestorTitles, assertion.title].join(" › ");
      const where = path.relative(testRoot, file.testFilePath).split(path.sep).join("/");
      byReason.set(reason, [...(byReason.get(reason) ?? []), `    ${where}: ${name}`]);
    }
  }
  return [...byReason].flatMap(([reason, tests]) => [
    `Skipped: ${reason.split("\n").join("\n  ")}`,
    ...tests,
  ]);
}

module.exports = { kindOf, count, summaryLines };
