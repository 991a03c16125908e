// Makes the package's entries of what is compiled into lib/: `node scripts/bundle-package.js`.
//
// A file costs Node a third of a millisecond before anything in it runs, and there are 250: so all code is in one, of which each
// entry runs what it needs. That took 0.12 s off the start of a program that has the core, and 0.2 s off that of the process in
// which the engine runs the resources (of 0.34 and 1.45 s, on two busy cores, 2026-11-29). It is one file for all three entries,
// since some programs load two.
// @ts-check
"use strict";

const { readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const esbuild = require("esbuild");

const LIB = path.resolve(__dirname, "../lib");

/** File of the package → what it is made from. */
const ENTRIES = {
  "index.js": "provider/index.js",
  "runtime.js": "provider/runtime.js",
  "core.js": "src/index.js",
};
const SHARED = "shared.js";
/** A thread starts from a file of its own, beside the one that starts it. */
const WORKER = { from: "src/files/workers/worker.js", to: "worker.js" };

/** @type {import("esbuild").BuildOptions} */
const OPTIONS = {
  absWorkingDir: LIB,
  bundle: true,
  platform: "node",
  target: "node20.19",
  packages: "external",
  charset: "utf8",
  logLevel: "warning",
};

/** Loads each entry when it is asked for. */
const loaders = Object.values(ENTRIES).map(
  (from) => `exports[${JSON.stringify(from)}] = () => require("./${from}");`,
);
esbuild.buildSync({
  ...OPTIONS,
  stdin: { contents: loaders.join("\n"), resolveDir: LIB },
  outfile: SHARED,
});
esbuild.buildSync({ ...OPTIONS, entryPoints: [WORKER.from], outfile: WORKER.to });
for (const [to, from] of Object.entries(ENTRIES))
  writeFileSync(path.join(LIB, to), entry(from, namesIn(path.join(LIB, from))));

/**
 * In two lines: of `module.exports = require(…)` Node would read all of the shared file for names, too.
 * @param {string} from @param {readonly string[]} names which an ES module may import: Node reads them from the text
 */
function entry(from, names) {
  return `"use strict";
const shared = require("./${SHARED}");
module.exports = shared[${JSON.stringify(from)}]();
0 && (${names.map((name) => `exports.${name} = `).join("")}0);
`;
}

/** As the compiler writes them. @param {string} file */
function namesIn(file) {
  const found = readFileSync(file, "utf8").matchAll(/\bexports(?:\.|, ")(\w+)/g);
  return [...new Set([...found].flatMap(([, name = ""]) => name))].filter(
    (name) => name !== "__esModule",
  );
}
