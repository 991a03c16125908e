// Makes the Action's bundle: `node scripts/bundle.js [FOLDER]`, into dist/ when no folder is named.
// The same source gives the same bytes in every checkout: a check compares them with what is committed.
//
// It is minified, because most of the time before the first request went into compiling; functions and classes keep their
// names, so that a stack in a report can be read. What a run may not need is loaded when it is first used. Node's cache of
// compiled code takes another fifth of the processor time off from the second start on (24.21: 118 to 96 ms beyond `node -e 0`,
// 2026-11-29), but GitHub's runners begin with an empty one, and in a shared folder others could write it: it is not used.
// @ts-check
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { minify } = require("@swc/core");

const ROOT = path.resolve(__dirname, "..");
/** In the tree, so that packages are found from it; always of one name, since it shows in the bundle. */
const COMPILED = path.join(ROOT, ".bundle");

/**
 * File of the bundle → what it is made from. A worker thread starts from a file: ncc finds that the first entry names it,
 * and puts it there as it is; the later entry replaces it by one that has what it imports.
 */
const ENTRIES = {
  "index.js": path.join(COMPILED, "action/main.js"),
  "worker.js": path.join(COMPILED, "src/files/workers/worker.js"),
};

/**
 * Packages that are files of their own, read at the first use of what they export: others import them at their start, and
 * most runs never use them.
 */
const LAZY = ["@actions/exec", "@actions/http-client", "@actions/tool-cache", "undici", "yaml"];

/** As the transport imports the file that reads what it needs of undici, and the folders in it. */
const UNDICI_PARTS = ["./undici-parts", "../undici-parts"];
/** That, in the place of undici for the @actions packages too, with `fetch`, which only calls of GitHub's API need. */
const UNDICI = `
const { undiciParts } = require("./src/api/transport/undici-parts");
module.exports = {
  ...undiciParts(),
  undiciParts,
  get fetch() {
    return require("undici/lib/web/fetch").fetch;
  },
};
`;

/** @param {string} name of a package */
const fileOf = (name) => `${name.replace(/^@[^/]+\//, "")}.js`;

/** @param {string} outDir replaced as a whole */
async function bundle(outDir) {
  compile();
  try {
    /** @type {Map<string, string | Buffer>} */
    const files = new Map();
    /** @type {Set<string>} */
    const packages = new Set();
    for (const [name, entry] of [...Object.entries(ENTRIES), ...LAZY.map(passOn)]) {
      const packed = await pack(name, entry);
      for (const [file, content] of packed.files) files.set(file, content);
      for (const folder of packed.packages) packages.add(folder);
    }
    files.set("licenses.txt", [...packages].map(licenseOf).sort().join("\n"));
    fs.rmSync(outDir, { recursive: true, force: true });
    for (const [name, content] of files)
      write(path.join(outDir, name), await shrink(name, content));
  } finally {
    fs.rmSync(COMPILED, { recursive: true, force: true });
  }
}

/** An entry that is nothing but a package. @param {string} name @returns {[string, string]} */
function passOn(name) {
  const entry = path.join(COMPILED, fileOf(name));
  write(entry, name === "undici" ? UNDICI : passingOn(name));
  return [fileOf(name), entry];
}

/** @param {string} name of a package */
function passingOn(name) {
  const { type } = require(path.join(ROOT, "node_modules", name, "package.json"));
  const text = JSON.stringify(name);
  return type === "module" ? `export * from ${text};\n` : `module.exports = require(${text});\n`;
}

/**
 * The entry under its name, and what came with it.
 * @param {string} name @param {string} entry
 */
async function pack(name, entry) {
  const { code, assets, stats } = await runNcc(entry);
  /** @type {Map<string, string | Buffer>} */
  const files = new Map(Object.entries(assets).map(([file, { source }]) => [file, source]));
  files.set(name, code);
  for (const [file, content] of files) {
    if (!file.endsWith(".js")) continue;
    const text = refuseSecondUndici(name, refuseUnresolved(String(content)));
    files.set(file, hideBrowser(loadLazily(text)));
  }
  return { files, packages: packagesIn(stats) };
}

/**
 * Compiled to ES modules, unlike lib/: the @actions packages can be imported but not required.
 * Types are checked by `npm run lint`.
 */
function compile() {
  fs.rmSync(COMPILED, { recursive: true, force: true });
  const tsc = path.join(ROOT, "node_modules/native-typescript/bin/tsc");
  const project = path.join(__dirname, "bundle.tsconfig.json");
  execFileSync(process.execPath, [tsc, "-p", project], { cwd: ROOT, stdio: "inherit" });
}

const LAZILY = "lazily:";

/**
 * @typedef {{resource?: string, modules?: Module[]}} Module
 * @typedef {{compilation: {modules: Iterable<Module>}}} Stats webpack's own
 */

/**
 * @param {string} entry
 * @returns {Promise<{code: string, assets: Record<string, {source: string | Buffer}>, stats: Stats}>}
 */
function runNcc(entry) {
  // @ts-expect-error it has no types
  const ncc = require("@vercel/ncc");
  const others = LAZY.filter((name) => fileOf(name) !== path.basename(entry));
  const externals = [
    ...others.map((name) => [name, LAZILY + name]),
    ...UNDICI_PARTS.map((name) => [name, `${LAZILY}undici`]),
    // Its index, too, in the file itself: it is read where the parts are not found, and here they are.
    ["undici", `${LAZILY}undici`],
    // It would be read where its smaller build is not found, and that is in the bundle.
    ["axios", "axios"],
  ];
  return ncc(entry, {
    cache: false,
    externals: Object.fromEntries(externals),
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
  return code;
}

/**
 * One file has it, read at its first use: another one would be as large as half of the rest.
 * @param {string} name of the entry @param {string} code
 */
function refuseSecondUndici(name, code) {
  if (name !== fileOf("undici") && code.includes("kHTTPContext"))
    throw new Error(`${name} has an undici of its own: its import is not in UNDICI_PARTS.`);
  return code;
}

const AXIOS_START = /\/\*! Axios v[^\n]*\n/g;

/**
 * What axios looks for of a browser while it is read is not there for it: from 22 on Node reads a client of its own as soon as
 * one of them is only asked for, a quarter of the time to the first request, and src/api/transport/unread-globals.ts can't hide
 * them.
 * @param {string} code
 */
function hideBrowser(code) {
  const hidden = "const globalThis = {}; let FormData, Headers, Request, Response;";
  return code.replace(AXIOS_START, (start) => `${start}${hidden}\n`);
}

/**
 * What ncc left to a `require` at the start becomes one at the first use: of a property, or of the class that it is.
 * ncc itself looks whether it was an ES module.
 * @param {string} code
 */
function loadLazily(code) {
  return code.replace(new RegExp(`\\brequire\\("${LAZILY}([^"]+)"\\)`, "g"), (_, name) => {
    const load = `require("./${fileOf(name)}")`;
    return `new Proxy(function () {}, {
      get: (_, key) => (key === "__esModule" ? undefined : ${load}[key]),
      construct: (_, given) => Reflect.construct(${load}, given),
    })`;
  });
}

/** @param {string} name @param {string | Buffer} content */
async function shrink(name, content) {
  if (!name.endsWith(".js")) return content;
  const { code } = await minify(String(content), {
    compress: false,
    mangle: { keep_classnames: true, keep_fnames: true },
    format: { comments: false },
    ecma: 2020,
    module: false,
  });
  return `${code}\n`;
}

/** The folders of the packages that are in a bundle: ncc's own list lacks those of all chunks but one. @param {Stats} stats */
function packagesIn(stats) {
  const modules = [...stats.compilation.modules].flatMap((module) => module.modules ?? [module]);
  return modules.flatMap(({ resource = "" }) => {
    const [, folder] =
      /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(resource) ?? [];
    return folder === undefined ? [] : [folder];
  });
}

/** A package's name, its license and the license's text. @param {string} folder */
function licenseOf(folder) {
  const { name, license } = require(path.join(folder, "package.json"));
  const file = fs.readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)/i.test(one));
  const text = file === undefined ? "" : fs.readFileSync(path.join(folder, file), "utf8").trim();
  return `${name}\n${license}\n${text}\n`;
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
