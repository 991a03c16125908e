// Jest reporter: at the end, the number of tests by kind, what was skipped and why, the wall time.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { count, summaryLines } = require("./summary");

module.exports = class SummaryReporter {
  /** @param {{ testNamePattern?: string }} globalConfig */
  constructor(globalConfig) {
    this.isNarrowed = Boolean(globalConfig.testNamePattern);
  }

  /** @param {unknown} _contexts @param {import("@jest/reporters").AggregatedResult} results */
  onRunComplete(_contexts, results) {
    const files = /** @type {import("./summary").FileResult[]} */ (results.testResults);
    const lines = summaryLines({
      testRoot: path.dirname(__dirname),
      files,
      outcomes: readOutcomes(),
      isNarrowed: this.isNarrowed,
      wallMs: Date.now() - results.startTime,
    });
    process.stderr.write(`${lines.join("\n")}\n`);
    // For .ci/run, which adds its own checks to the numbers.
    const file = process.env.AVALA_TEST_COUNTS;
    if (file) fs.writeFileSync(file, JSON.stringify(count(files)));
  }
};

/** @returns {import("./summary").Outcomes} */
function readOutcomes() {
  const file = process.env.AVALA_TEST_PARTS;
  return file && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}
