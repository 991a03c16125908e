// Makes the Action's bundle: `node scripts/bundle.js [FOLDER]`, into dist/ when no folder is named.
// The same source gives the same bytes in every checkout: a check compares them with what is committed.
// @ts-check
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const ROOT = path.resolve(__dirname, "..");
/** In the tree, so that packages are found from it; always of one name, since it shows in the bundle. */
const COMPILED = path.join(ROOT, ".bundle");

/**
 * File of the bundle → what it is made from. A worker thread starts from a file: ncc finds that the first entry names it,
 * and puts it there as it is; the later entry replaces it by one that has what it imports.
 */
const ENTRIES = {
  "index.js": "action/main.js",
  "worker.js": "src/files/workers/worker.js",
};

/** @param {string} outDir replaced as a whole */
async function bundle(outDir) {
  compile();
  try {
    /** @type {Record<string, string | Buffer>} */
    const files = {};
    for (const [name, entry] of Object.entries(ENTRIES))
      Object.assign(files, await pack(name, entry));
    fs.rmSync(outDir, { recursive: true, force: true });
    for (const [name, content] of Object.entries(files)) write(path.join(outDir, name), content);
  } finally {
    fs.rmSync(COMPILED, { recursive: true, force: true });
  }
}

/**
 * The entry under its name, and what came with it.
 * @param {string} name @param {string} entry @returns {Promise<Record<string, string | Buffer>>}
 */
async function pack(name, entry) {
  const { code, assets } = await runNcc(path.join(COMPILED, entry));
  refuseUnresolved(code);
  const others = Object.entries(assets).map(([asset, { source }]) => [asset, source]);
  return { ...Object.fromEntries(others), [name]: code };
}

/**
 * Compiled to ES modules, unlike lib/: the @actions packages can be imported but not required.
 * Types are checked by `npm run types`.
 */
function compile() {
  fs.rmSync(COMPILED, { recursive: true, force: true });
  const tsc = require.resolve("typescript/bin/tsc");
  const project = path.join(__dirname, "bundle.tsconfig.json");
  execFileSync(process.execPath, [tsc, "-p", project], { cwd: ROOT, stdio: "inherit" });
}

/** @param {string} entry @returns {Promise<{code: string, assets: Record<string, {source: string | Buffer}>}>} */
function runNcc(entry) {
  // @ts-expect-error it has no types
  const ncc = require("@vercel/ncc");
  return ncc(entry, {
    cache: false,
    license: "licenses.txt",
    minify: false,
    quiet: true,
    sourceMap: false,
    target: "es2022",
  });
}

/**
 * What ncc can't find it leaves as a call at run time, and says nothing: in a bundle that would fail
 * on a user's runner.
 * @param {string} code
 */
function refuseUnresolved(code) {
  const names = [...code.matchAll(/eval\("require"\)\("([^"]+)"\)/g)].map((match) => match[1]);
  if (names.length > 0) throw new Error(`The bundle lacks ${[...new Set(names)].join(", ")}.`);
}

/** @param {string} file @param {string | Buffer} content */
function write(file, content) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

module.exports = { bundle, ROOT };

if (require.main === module) {
  bundle(path.resolve(process.argv[2] ?? path.join(ROOT, "dist"))).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
