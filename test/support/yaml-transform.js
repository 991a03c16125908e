// Jest transform: a YAML file is what is in it. It is parsed once a run, and not again by each test file that needs it.
// @ts-check
"use strict";

const { parse } = require("yaml");

module.exports = {
  /** @param {string} text */
  process: (text) => ({ code: `module.exports = ${JSON.stringify(parse(text))};` }),
};
