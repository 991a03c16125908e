// The results of a run, as they lie in bench/results/benchmarks.json. Knows nothing of how they are shown.
// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { formatted } from "./formatted.mjs";

/**
 * @typedef {import("./rows.mjs").Row} Row
 *
 * @typedef {object} Outcome of one benchmark: its rows, or why there are none
 * @property {string} name
 * @property {string} takenOn a day, as `2026-11-28`
 * @property {string} commit
 * @property {number} seconds
 * @property {readonly Row[]} rows
 * @property {string} [error]
 *
 * @typedef {object} Results
 * @property {Readonly<Record<string, string>>} machine
 * @property {Readonly<Record<string, string>>} versions
 * @property {readonly Outcome[]} benchmarks
 */

const DIGITS = 4;
export const RESULTS_FILE = "benchmarks.json";

/** @param {readonly number[]} samples */
const rounded = (samples) => samples.map((sample) => Number(sample.toPrecision(DIGITS)));

/** @param {unknown} value @returns {value is number[]} */
function isSamples(value) {
  return Array.isArray(value) && value.length > 0 && value.every((one) => Number.isFinite(one));
}

/**
 * What a benchmark wrote with `--json`. Throws where it is not rows: a figure that is missing must not look like one.
 * @param {string} file @returns {Row[]}
 */
export function readRows(file) {
  const { rows } = JSON.parse(readFileSync(file, "utf8"));
  if (!Array.isArray(rows) || rows.length === 0) throw new Error("it wrote no rows");
  return rows.map((/** @type {Row} */ row) => {
    if (!isSamples(row.samples)) throw new Error(`"${row.what}" has no samples`);
    const bad = row.peers?.find(({ samples }) => !isSamples(samples));
    if (bad) throw new Error(`"${row.what}" has no samples of ${bad.name}`);
    return {
      ...row,
      samples: rounded(row.samples),
      ...(row.serverCores && { serverCores: rounded(row.serverCores) }),
      ...(row.peers && {
        peers: row.peers.map((peer) => ({ ...peer, samples: rounded(peer.samples) })),
      }),
    };
  });
}

/** `undefined` where it is not there. @param {string} file */
export function readKept(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return undefined;
    throw error;
  }
}

/** @param {string} file @param {unknown} value */
export async function keep(file, value) {
  writeFileSync(file, await formatted(path.basename(file), JSON.stringify(value)));
}

/** @param {string} folder @returns {Results | undefined} */
export function readResults(folder) {
  return readKept(path.join(folder, RESULTS_FILE));
}

/** @param {string} folder @param {Results} results */
export async function writeResults(folder, results) {
  await keep(path.join(folder, RESULTS_FILE), results);
}

/** Whether figures can stand side by side. @param {Results} one @param {Results} other */
export function isComparable(one, other) {
  const facts = (/** @type {Results} */ { machine, versions }) =>
    JSON.stringify([machine, versions]);
  return facts(one) === facts(other);
}

/**
 * Those of an earlier run with the newer ones in their places.
 * @param {Results | undefined} earlier @param {Results} newer @param {readonly string[]} order names of all benchmarks
 * @returns {Results} throws where they were taken on another machine: their figures can't stand side by side
 */
export function merge(earlier, newer, order) {
  if (earlier === undefined) return newer;
  if (!isComparable(earlier, newer))
    throw new Error(
      "the saved figures are of another machine or other versions: run all benchmarks",
    );
  const all = new Map([...earlier.benchmarks, ...newer.benchmarks].map((one) => [one.name, one]));
  const benchmarks = order.flatMap((name) => all.get(name) ?? []);
  return { ...earlier, benchmarks };
}
