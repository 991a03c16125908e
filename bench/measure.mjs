// Runs benchmarks one after the other. One that fails, or takes too long, does not stop the others: why is in its outcome.
// @ts-check
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readRows } from "./results.mjs";
import { runScript } from "./script.mjs";

/**
 * @typedef {import("./list.mjs").Benchmark} Benchmark
 * @typedef {import("./results.mjs").Outcome} Outcome
 *
 * @typedef {object} Options
 * @property {boolean} isQuick
 * @property {string} commit
 * @property {string} temporary a folder for all of their files
 */

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** @param {Benchmark} benchmark @param {Options} options @returns {Promise<Outcome>} */
async function measure(
  { name, script, args = [], quick, minutes },
  { isQuick, commit, temporary },
) {
  const work = path.join(temporary, name);
  mkdirSync(work);
  const json = path.join(temporary, `${name}.json`);
  const startedMs = performance.now();
  const all = [path.resolve(HERE, script), ...(isQuick ? quick : args), "--json", json];
  const failure = await runScript(all, { TMPDIR: work }, minutes);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const outcome = { name, takenOn: new Date().toISOString().slice(0, 10), commit, seconds };
  const read = readWritten(json);
  const error = failure ?? read.error;
  return { ...outcome, rows: read.rows, ...(error === undefined ? {} : { error }) };
}

/** What it wrote counts, also where it failed afterwards. @param {string} file @returns {{rows: import("./rows.mjs").Row[], error?: string}} */
function readWritten(file) {
  try {
    return { rows: readRows(file) };
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return { rows: [], error: `its figures can't be read: ${message}` };
  }
}

/** Says what it is at. @param {readonly Benchmark[]} benchmarks @param {Options} options */
export async function measureAll(benchmarks, options) {
  const startedMs = performance.now();
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const [i, benchmark] of benchmarks.entries()) {
    const { name, title, minutes } = benchmark;
    console.log(
      `\n[${i + 1}/${benchmarks.length}] ${name}: ${title} (at most ${minutes} minutes)\n`,
    );
    const outcome = await measure(benchmark, options);
    const end = outcome.error === undefined ? "done" : `FAILED, ${outcome.error}`;
    console.log(`\n${name}: ${end}, after ${outcome.seconds} s`);
    outcomes.push(outcome);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const whole = seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(0)} minutes`;
  console.log(
    `\n${outcomes.length === 1 ? "1 benchmark" : `${outcomes.length} benchmarks`} in ${whole}`,
  );
  return outcomes;
}
