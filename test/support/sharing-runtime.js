// Jest's runtime, but a worker finds, transforms and compiles a file once and not again for each test file, and reads packages
// once. Each test file still has modules of its own: the compiled script runs again in its context. This takes half of the
// processor time off loading Pulumi's SDK or an HTTP client.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { default: Runtime } = require("jest-runtime");
const { loadQuickly } = require("./quick-sdk");
const { SequentialStorage } = require("./sequential-storage");

/** @typedef {{ readonly source: string, readonly script: vm.Script }} Compiled */

/** @type {Map<string, Compiled>} */
const compiled = new Map();

/**
 * As `vm.compileFunction` would be with the same parameters: positions in stacks are those of the source.
 * @param {string} source @param {string} filename @param {readonly string[]} parameters
 */
function compile(source, filename, parameters) {
  const head = `(function (${parameters.join(", ")}) {`;
  return new vm.Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
}

/** @param {string} source @param {string} filename @param {readonly string[]} parameters @returns {vm.Script} */
function scriptOf(source, filename, parameters) {
  const key = [filename, ...parameters].join("\0");
  const known = compiled.get(key);
  // A file may change between two runs of a watching jest.
  if (known?.source === source) return known.script;
  const script = compile(source, filename, parameters);
  compiled.set(key, { source, script });
  return script;
}

/** @param {any} executor jest's own, of one test file */
function shareScripts(executor) {
  const compileForOne = executor.compile.bind(executor);
  executor.compile = (/** @type {string} */ source, /** @type {string} */ filename) => {
    const context = executor.environment.getVmContext();
    if (context === null || !path.isAbsolute(filename)) return compileForOne(source, filename);
    try {
      return scriptOf(source, filename, executor.injectedModuleParameters).runInContext(context);
    } catch {
      // What can't be compiled: jest says it in its own words.
      return compileForOne(source, filename);
    }
  };
}

/** @type {Map<string, string>} */
const packages = new Map();
const PACKAGES = `${path.sep}node_modules${path.sep}`;

/** The texts of files that one test file has read, and those of packages, which don't change while tests run. */
class ReadFiles extends Map {
  /** @override @param {string} file @returns {string | undefined} */
  get(file) {
    return super.get(file) ?? packages.get(file);
  }

  /** @override @param {string} file @param {string} text */
  set(file, text) {
    if (!file.includes(PACKAGES)) return super.set(file, text);
    packages.set(file, text);
    return this;
  }
}

/** When the file was written, as far as it may be. @param {string} file */
const timeOf = (file) => (file.includes(PACKAGES) ? 0 : fs.statSync(file).mtimeMs);

/** @typedef {{ readonly time: number, readonly code: string, readonly made: any, readonly map: any }} Transformed */

/** @type {Map<string, Transformed>} */
const transformed = new Map();

/**
 * What a file is transformed into, found by its name alone: jest reads it and makes a key of its options for each test file.
 * @param {any} cache jest's own, of one test file
 */
function shareTransformed(cache) {
  const transformForOne = cache.transform.bind(cache);
  cache.transform = (/** @type {string} */ file, /** @type {any} */ options) => {
    if (options?.isInternalModule) return transformForOne(file, options);
    const time = timeOf(file);
    const known = transformed.get(file);
    if (known?.time !== time) {
      const code = transformForOne(file, options);
      const [made, map] = [cache.transforms.get(file), cache.sourceMaps.get(file)];
      transformed.set(file, { time, code, made, map });
      return code;
    }
    cache.transforms.set(file, known.made);
    if (known.map !== undefined) cache.sourceMaps.set(file, known.map);
    return known.code;
  };
}

/** Places of what is required. */
class Places extends Map {
  /** At the end of a test file: they are the same for the next. @override */
  clear() {}
}

/** By jest's resolver, of which each run has one. @type {WeakMap<object, Places>} */
const places = new WeakMap();

/**
 * Packages mock nothing: one object is enough for all of them.
 * @param {any} globals jest's own, of one test file
 */
function shareJestObject(globals) {
  const objectFor = globals.jestObjectFor.bind(globals);
  globals.jestObjectFor = (/** @type {string} */ file) =>
    objectFor(file.includes(PACKAGES) ? PACKAGES : file);
}

/** @param {any} resolution jest's own, of one test file */
function sharePlaces(resolution) {
  const known = places.get(resolution.resolver) ?? new Places();
  places.set(resolution.resolver, known);
  resolution.cjsCache = known;
}

module.exports = class SharingRuntime extends Runtime {
  static scriptOf = scriptOf;
  static shareTransformed = shareTransformed;

  /** @param {ConstructorParameters<typeof Runtime>} options */
  constructor(...options) {
    const [config, environment, resolver, transformer, read, coverage, ...more] = options;
    super(config, environment, resolver, transformer, new ReadFiles(read), coverage, ...more);
    /** @type {any} */
    const own = this;
    sharePlaces(own._resolution);
    shareJestObject(own.jestGlobals);
    // Coverage counts what one test file ran of a script.
    if (coverage.collectCoverage) return;
    shareScripts(own.executor);
    shareTransformed(own.transformCache);
  }

  /** @override @param {string} from @param {string} [request] @returns {any} */
  requireInternalModule(from, request) {
    /** @type {any} */
    const module = super.requireInternalModule(from, request);
    if (request !== "node:async_hooks") return module;
    return { ...module, AsyncLocalStorage: SequentialStorage };
  }

  /** @override @param {string} from @param {string} request @returns {any} */
  requireModuleOrMock(from, request) {
    return loadQuickly(request, from, () => super.requireModuleOrMock(from, request));
  }
};
