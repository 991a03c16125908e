// Finds or installs the real programs that tests and the demo run: on PATH first, else in the cache.
// Plain Node without dependencies, for it runs before anything is built.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { cached, toolsDir } = require("./cache");
const { startProgress } = require("./progress");
const { loggedRunner } = require("./run");

/**
 * @typedef {object} Part Where a part is, and what running it needs.
 * @property {string} name
 * @property {string} version
 * @property {"path" | "cache"} source
 * @property {string} command the program, in full
 * @property {string} binDir to be put first on PATH
 * @property {Record<string, string>} env to be added to the environment
 *
 * @typedef {ReturnType<typeof loggedRunner>} Run
 *
 * @typedef {object} Way One way to install a part; `missing` says why it can't be tried here.
 * @property {string} what
 * @property {string} takes
 * @property {() => string | undefined | Promise<string | undefined>} missing
 * @property {(folder: string, run: Run) => Promise<void>} install
 *
 * @typedef {object} Recipe
 * @property {string} name
 * @property {string} version
 * @property {() => string} [variant] what else an installation depends on, as part of its folder's name
 * @property {() => Omit<Part, "name" | "source"> | undefined} onPath
 * @property {(folder: string) => Omit<Part, "name" | "source" | "version">} inFolder
 * @property {Way[]} ways in the order to be tried
 * @property {string} advice what a person can do when no way works
 */

/** @type {Map<string, Recipe>} */
const RECIPES = new Map(
  [
    require("./pulumi"),
    require("./act"),
    require("./actionlint"),
    require("./minio"),
    require("./python-sdk"),
    require("./limiters"),
    require("./zizmor"),
    require("./chromium"),
    require("./mermaid"),
    ...require("./node-versions"),
  ].map((recipe) => [recipe.name, recipe]),
);

const PART_NAMES = [...RECIPES.keys()];

/** A part that can't be had here; the message says what was tried and what to do. */
class PartUnavailable extends Error {
  /** @override */
  name = "PartUnavailable";
}

/**
 * The part, installed if need be. Safe with several at once, and repeated at no cost.
 * @param {string} name
 * @param {{ progress?: (title: string) => (outcome: string) => void }} [options] `progress` shows what takes long; on stderr by default
 * @returns {Promise<Part>}
 */
async function ensurePart(name, { progress = startProgress } = {}) {
  const recipe = RECIPES.get(name);
  if (recipe === undefined) {
    throw new PartUnavailable(`No part is called ${name}: there are ${PART_NAMES.join(", ")}.`);
  }
  const found = recipe.onPath();
  if (found !== undefined) return { name, source: "path", ...found };

  const root = toolsDir();
  const key = [name, recipe.version, recipe.variant?.()].filter(Boolean).join("-");
  const folder = await cached(root, key, (building) =>
    installByFirstWay(recipe, { folder: building, root, progress }),
  );
  return { name, version: recipe.version, source: "cache", ...recipe.inFolder(folder) };
}

/**
 * @typedef {object} Place
 * @property {string} folder to be filled
 * @property {string} root of all parts
 * @property {(title: string) => (outcome: string) => void} progress
 */

/** @param {Recipe} recipe @param {Place} place */
async function installByFirstWay(recipe, place) {
  const { folder } = place;
  const tried = [];
  for (const way of recipe.ways) {
    const missing = await way.missing();
    if (missing !== undefined) {
      tried.push(`${way.what}: ${missing}`);
      continue;
    }
    try {
      await installLogged(recipe, way, place);
      return;
    } catch (error) {
      tried.push(/** @type {Error} */ (error).message);
      // The next way starts from nothing.
      fs.rmSync(folder, { recursive: true, force: true });
      fs.mkdirSync(folder);
    }
  }
  const lines = tried.map((line) => `  - ${line}`).join("\n");
  throw new PartUnavailable(
    `${recipe.name} ${recipe.version} can't be had here. Tried:\n${lines}\n${recipe.advice}`,
  );
}

/** @param {Recipe} recipe @param {Way} way @param {Place} place */
async function installLogged(recipe, way, { folder, root, progress }) {
  fs.mkdirSync(path.join(root, "logs"), { recursive: true });
  const logFile = path.join(root, "logs", `${recipe.name}-${recipe.version}-${process.pid}.log`);
  const title = `${recipe.name} ${recipe.version}: ${way.what}, ${way.takes}, once (kept in ${root})`;
  const done = progress(title);
  try {
    await way.install(folder, loggedRunner(logFile));
    const { command } = recipe.inFolder(folder);
    if (!fs.existsSync(command)) throw new Error(`${command} was not made`);
    done("done in");
    fs.rmSync(logFile, { force: true });
  } catch (error) {
    done("failed after");
    const { message } = /** @type {Error} */ (error);
    throw new Error(`${way.what}: ${message} (log: ${logFile})`, { cause: error });
  }
}

/**
 * The environment to run a part in: its folder first on PATH, and what else it needs.
 * @param {Part | Part[]} parts @param {NodeJS.ProcessEnv} [base] @returns {NodeJS.ProcessEnv}
 */
function envWith(parts, base = process.env) {
  const list = Array.isArray(parts) ? parts : [parts];
  const folders = new Set(list.map((part) => part.binDir));
  // Windows calls it `Path`; two spellings of it in one environment would hide each other.
  const name = Object.keys(base).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return {
    ...base,
    ...Object.assign({}, ...list.map((part) => part.env)),
    [name]: [...folders, base[name] ?? ""].join(path.delimiter),
  };
}

module.exports = { PART_NAMES, PartUnavailable, ensurePart, envWith };
