// Fails when dist/ is not, file for file and byte for byte, what the source makes.
// `node scripts/check-dist.js [FOLDER]` leaves the expected bundle in the folder.
// @ts-check
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { bundle, ROOT } = require("./bundle");

/**
 * What is wrong with `actual`, one line a file; empty when the two folders are the same.
 * @param {string} expected @param {string} actual @returns {string[]}
 */
function differences(expected, actual) {
  const wanted = filesIn(expected);
  const found = filesIn(actual);
  const lines = [];
  for (const name of [...new Set([...wanted, ...found])].sort()) {
    if (!found.includes(name)) lines.push(`missing: ${name}`);
    else if (!wanted.includes(name)) lines.push(`not made by the build: ${name}`);
    else if (!sameBytes(path.join(expected, name), path.join(actual, name))) {
      lines.push(`differs: ${name}`);
    }
  }
  return lines;
}

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join("/"));
}

/** @param {string} one @param {string} other */
const sameBytes = (one, other) => fs.readFileSync(one).equals(fs.readFileSync(other));

/** @param {string | undefined} keepIn */
async function main(keepIn) {
  const folder = keepIn ?? fs.mkdtempSync(path.join(os.tmpdir(), "avala-dist-"));
  try {
    await bundle(path.resolve(folder));
    const lines = differences(folder, path.join(ROOT, "dist"));
    if (lines.length === 0) {
      console.log("dist/ is what the source makes.");
      return;
    }
    console.error(`dist/ is not what the source makes:\n  ${lines.join("\n  ")}`);
    console.error("Run `npm run build:dist` and commit all of dist/.");
    process.exitCode = 1;
  } finally {
    if (keepIn === undefined) fs.rmSync(folder, { recursive: true, force: true });
  }
}

module.exports = { differences };

if (require.main === module) {
  main(process.argv[2]).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
