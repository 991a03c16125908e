// Which parts a test file needs.
// @ts-check
"use strict";

const { PART_NAMES } = require("../../scripts/parts/index");

/**
 * The parts that a test file asks for: `describeWithPart("act", …)`, `describeWithParts(["act", "node24"], …)`.
 * Read from its text, since the file itself can only run after the parts are there.
 * @param {string} source @returns {string[]}
 */
function partsNamedIn(source) {
  const calls = source.match(/describeWithParts?\(\s*(\[[^\]]*\]|"[^"]+")/g) ?? [];
  return PART_NAMES.filter((name) => calls.some((call) => call.includes(`"${name}"`)));
}

module.exports = { partsNamedIn };
