// Loaded by `--require` before Pulumi's SDK in the processes of a test's stack. What the SDK loads at its start and they don't
// use is 1.5 of the 4 seconds of processor time that an `up` spends in Node.
// @ts-check
"use strict";

const Module = require("node:module");
const { loadQuickly } = require("./quick-sdk");

// The programs are JavaScript already. The engine's host asks for TypeScript whatever the project says.
if (process.env["PULUMI_NODEJS_TYPESCRIPT"] !== undefined)
  process.env["PULUMI_NODEJS_TYPESCRIPT"] = "false";

const { _load: load } = /** @type {any} */ (Module);

/** @param {string} request @param {{ filename?: string } | undefined} parent @param {boolean} isMain */
function loadOnUse(request, parent, isMain) {
  return loadQuickly(request, parent?.filename, () => load(request, parent, isMain));
}
Object.assign(Module, { _load: loadOnUse });
