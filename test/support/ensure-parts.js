// Runs before the end-to-end tests: installs the parts that the chosen test files name, and writes
// down where they are or why they can't be had, for parts.ts and the summary to read. Starts what all files share.
// @ts-check
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { ensurePart } = require("../../scripts/parts/index");
const { startKeyServer } = require("./key-server");
const { partsNamedIn } = require("./parts-named");

/** @param {string} folder @param {(file: string) => boolean} isChosen @returns {string[]} */
function partsNeeded(folder, isChosen) {
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => path.join(folder, name))
    .filter(isChosen);
  return [...new Set(files.flatMap((file) => partsNamedIn(fs.readFileSync(file, "utf8"))))];
}

/**
 * @param {{ testPathPatterns?: { isMatch?: (file: string) => boolean, patterns?: string[] } }} globalConfig
 * @param {{ rootDir: string }} projectConfig
 */
async function ensureParts({ testPathPatterns }, { rootDir }) {
  const patterns = (testPathPatterns?.patterns ?? []).map((pattern) => new RegExp(pattern, "i"));
  const isChosen = (/** @type {string} */ file) =>
    patterns.length === 0 || patterns.some((pattern) => pattern.test(file));

  /** @type {Record<string, { part?: object, reason?: string }>} */
  const results = {};
  for (const name of partsNeeded(path.join(rootDir, "test", "e2e"), isChosen)) {
    try {
      results[name] = { part: await ensurePart(name) };
    } catch (error) {
      results[name] = { reason: /** @type {Error} */ (error).message };
    }
  }
  process.env.VAULT_ADDR = await startKeyServer();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "avala-parts-"));
  process.env.AVALA_TEST_RUN = folder;
  process.env.AVALA_TEST_PARTS = path.join(folder, "parts.json");
  fs.writeFileSync(process.env.AVALA_TEST_PARTS, JSON.stringify(results));
  process.env.AVALA_TEST_CODE_CACHE = path.join(folder, "code");
  fs.mkdirSync(process.env.AVALA_TEST_CODE_CACHE);
  process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
}

module.exports = ensureParts;
