// Loaded by `--require` before anything else in the processes of a test's stack. Compiling and finding the same 800 files
// takes half of such a process's time: one that started before left the files, their compiled code and their places in one
// file, in a folder that one run of the tests has for itself, in which none changes. Node can do a part of it from 22.1 on.
// @ts-check
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");
const { isMainThread } = require("node:worker_threads");

/** Without code: an ES module. @typedef {{ readonly text: string, code?: Buffer }} File */
/** @typedef {{ readonly files: Map<string, File>, readonly places: Map<string, string> }} Kept */

const FOLDER = process.env["AVALA_TEST_CODE_CACHE"] ?? "";
const ROOT = path.join(__dirname, "..", "..");
const OURS = [path.join(ROOT, "node_modules"), path.join(ROOT, "lib")].map((dir) => dir + path.sep);

/** `run` or `dynamic-provider`, each as quick-start.js has it or as users do: they load other files. */
const PROGRAM = path.basename(path.dirname(process.argv[1] ?? ""));
const HOW = process.env["NODE_OPTIONS"]?.includes("quick-start.js") ? "quick" : "whole";
// Another Node can't use this one's code.
const NAME = [PROGRAM, HOW, process.version].join("-");
const file = path.join(FOLDER, NAME);

/** @returns {Kept} */
function read() {
  try {
    return v8.deserialize(fs.readFileSync(file));
  } catch {
    return { files: new Map(), places: new Map() };
  }
}

const kept = read();
/** @type {Map<string, vm.Script>} */
const compiled = new Map();

/** With what was compiled since the scripts ran: most functions are when they are first called. */
function save() {
  for (const [filename, script] of compiled) {
    const known = kept.files.get(filename);
    if (known !== undefined) known.code = script.createCachedData();
  }
  compiled.clear();
  try {
    fs.writeFileSync(`${file}.${process.pid}`, v8.serialize(kept));
    fs.renameSync(`${file}.${process.pid}`, file);
  } catch {
    // The run has ended, and its folder with it.
  }
}

let isSaving = false;
// The engine kills its provider, so the end of the process would be too late.
function saveSoon() {
  if (isSaving || !isMainThread) return;
  isSaving = true;
  setTimeout(() => {
    isSaving = false;
    save();
  }, 100).unref();
}

const isOurs = (/** @type {string | undefined} */ filename) =>
  OURS.some((folder) => filename?.startsWith(folder));

const M = /** @type {any} */ (Module);
const { _resolveFilename: resolve } = M;
const { _compile: compile } = M.prototype;

/** What a script imports, Node finds as it does for a file that it compiled itself. */
const importModuleDynamically = /** @type {any} */ (vm.constants).USE_MAIN_CONTEXT_DEFAULT_LOADER;

/** @param {string} text @param {string} filename @returns {vm.Script | undefined} */
function compileNew(text, filename) {
  kept.files.set(filename, { text });
  saveSoon();
  try {
    const script = new vm.Script(Module.wrap(text), { filename, importModuleDynamically });
    compiled.set(filename, script);
    return script;
  } catch {
    return undefined;
  }
}

/** @param {string} text @param {string} filename @returns {vm.Script | undefined} */
function scriptOf(text, filename) {
  const known = kept.files.get(filename);
  if (known === undefined) return compileNew(text, filename);
  if (known.code === undefined) return undefined;
  const { code: cachedData } = known;
  return new vm.Script(Module.wrap(text), { filename, cachedData, importModuleDynamically });
}

/** @param {any} module */
function requireOf(module) {
  const require = (/** @type {string} */ id) => module.require(id);
  return Object.assign(require, {
    resolve: (/** @type {string} */ request, /** @type {any} */ options) =>
      M._resolveFilename(request, module, false, options),
    main: process.mainModule,
    extensions: M._extensions,
    cache: M._cache,
  });
}

/** @this {any} @param {string} content @param {string} filename @param {...any} more */
function compileOnce(content, filename, ...more) {
  const script = isOurs(filename) ? scriptOf(content, filename) : undefined;
  if (script === undefined) return compile.call(this, content, filename, ...more);
  const run = script.runInThisContext();
  return run.call(
    this.exports,
    this.exports,
    requireOf(this),
    this,
    filename,
    path.dirname(filename),
  );
}

const { ".js": loadScript } = M._extensions;

/** @param {any} module @param {string} filename */
function readOnce(module, filename) {
  const known = kept.files.get(filename);
  if (known?.code === undefined) loadScript(module, filename);
  else module._compile(known.text, filename);
}

/** @param {string} request @param {any} parent @param {boolean} isMain @param {any} options */
function resolveOnce(request, parent, isMain, options) {
  if (options !== undefined || !isOurs(parent?.filename))
    return resolve(request, parent, isMain, options);
  const key = `${path.dirname(parent.filename)}\0${request}`;
  const known = kept.places.get(key);
  if (known !== undefined) return known;
  const place = resolve(request, parent, isMain, options);
  kept.places.set(key, place);
  saveSoon();
  return place;
}

// The engine's host also asks Node what it is and where the SDK is.
if (FOLDER !== "" && process.argv[1] !== undefined) {
  M._resolveFilename = resolveOnce;
  M.prototype._compile = compileOnce;
  M._extensions[".js"] = readOnce;
}
