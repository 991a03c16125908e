// Jest sequencer: the files that are known to take long start first, so that the run doesn't end with one of them alone on
// one core. Jest's own cache of durations would do, but a fresh clone has none.
// @ts-check
"use strict";

const path = require("node:path");
const Sequencer = require("@jest/test-sequencer").default;
const { seconds } = require("./longest-files.json");

const ROOT = path.join(__dirname, "..", "..");

/** @type {ReadonlyMap<string, number>} */
const known = new Map(Object.entries(seconds));

/** @param {{ readonly path: string }} test */
const secondsOf = (test) =>
  known.get(path.relative(ROOT, test.path).split(path.sep).join("/")) ?? 0;

module.exports = class LongestFirst extends Sequencer {
  /** @override @param {import("@jest/test-result").Test[]} tests @returns {Promise<import("@jest/test-result").Test[]>} */
  async sort(tests) {
    const sorted = await super.sort(tests);
    // A stable sort: what is not in the list stays as jest orders it.
    return sorted.sort((one, other) => secondsOf(other) - secondsOf(one));
  }
};
