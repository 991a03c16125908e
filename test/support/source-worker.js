// Runs the TypeScript file that is its argument, in a worker thread (source-workers.js).
// @ts-check
"use strict";

const { readFileSync } = require("node:fs");
const { transformSync } = require("@swc/core");

const [, , file = ""] = process.argv;

require.extensions[".ts"] = (/** @type {NodeModule} */ module, /** @type {string} */ filename) => {
  const { code } = transformSync(readFileSync(filename, "utf8"), {
    filename,
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
    sourceMaps: "inline",
  });
  /** @type {any} */ (module)._compile(code, filename);
};

require(file);
