// `npm run bench [-- NAME… --quick --save --out FOLDER]`: all benchmarks, or those named, one after the other. A whole run writes
// bench/results and docs/benchmarks.md; one of some benchmarks does so with `--save`, and `--out` writes elsewhere.
// @ts-check
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { printTable, temporaryFolder } from "./emulator.mjs";
import { BENCHMARKS } from "./list.mjs";
import { describeCommit, describeMachine, describeVersions } from "./machine.mjs";
import { placesIn, writePage } from "./page/write.mjs";
import { linesOf } from "./page/tables.mjs";
import { isComparable, merge, readResults, writeResults } from "./results.mjs";
import { measureAll } from "./measure.mjs";

/**
 * @typedef {import("./list.mjs").Benchmark} Benchmark
 * @typedef {import("./results.mjs").Outcome} Outcome
 */

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

const USAGE = `npm run bench                   all but the long ones; writes the figures, the plots and the page
npm run bench -- NAME...        some of them
  --quick       the same in small: shows that they work, and judges no figure
  --save        also writes the figures of those that are named into the page
  --out FOLDER  writes the page and the plots there instead
  --help        this

Names:
${BENCHMARKS.map(({ name, title, isLong }) => `  ${name.padEnd(14)}${title}${isLong ? " (only when named)" : ""}`).join("\n")}`;

/** @param {string} problem @returns {never} */
function refuse(problem) {
  console.error(`${problem} (npm run bench -- --help says what there is)`);
  process.exit(2);
}

function given() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        save: { type: "boolean", default: false },
        out: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    // What follows the first sentence is about other ways to write it.
    const [sentence = ""] = /** @type {Error} */ (error).message.split(/[.\n]/);
    return refuse(sentence);
  }
}

const { values, positionals } = given();

/** @returns {readonly Benchmark[]} */
function chosen() {
  const names = BENCHMARKS.map(({ name }) => name);
  const wrong = positionals.filter((name) => !names.includes(name));
  if (wrong.length > 0)
    refuse(`There is no benchmark ${wrong.join(", ")}, only ${names.join(", ")}`);
  return positionals.length === 0
    ? BENCHMARKS.filter(({ isLong }) => isLong !== true)
    : BENCHMARKS.filter(({ name }) => positionals.includes(name));
}

/** Where the results go, if anywhere. */
function target() {
  if (values.out !== undefined) return path.resolve(values.out);
  if (values.quick && values.save)
    refuse("--quick takes no figures worth saving: give --out FOLDER");
  return values.save || (positionals.length === 0 && !values.quick) ? ROOT : undefined;
}

/** @param {readonly Outcome[]} outcomes */
function summarize(outcomes) {
  const lines = outcomes.flatMap(({ name, rows, error }) => [
    ...rows
      .flatMap(linesOf)
      .map((cells) => [name, ...cells.map((cell) => cell.replaceAll("*", ""))]),
    ...(error === undefined ? [] : [[name, `failed: ${error}`]]),
  ]);
  const header = ["", "what", "unit", "this project", "beside", "ratio", "target", "reached"];
  const columns = values.quick ? header.length - 2 : header.length;
  printTable(
    header.slice(0, columns),
    lines.map((cells) => cells.slice(0, columns)),
  );
}

/** What is wanted is wanted of the full size. @param {Outcome} outcome @returns {Outcome} */
function unjudged({ rows, ...outcome }) {
  /** @template T @param {T} one @returns {T} */
  const untargeted = (one) => ({ ...one, target: undefined });
  return {
    ...outcome,
    rows: rows.map((row) => ({
      ...untargeted(row),
      ...(row.peers && { peers: row.peers.map(untargeted) }),
    })),
  };
}

/** What a run of all did not measure, if it is of the same machine. @param {import("./results.mjs").Results | undefined} earlier @param {import("./results.mjs").Results} newer */
function onlyLong(earlier, newer) {
  if (earlier === undefined || !isComparable(earlier, newer)) return undefined;
  const long = new Set(BENCHMARKS.filter(({ isLong }) => isLong).map(({ name }) => name));
  return { ...newer, benchmarks: earlier.benchmarks.filter(({ name }) => long.has(name)) };
}

/** A run of some leaves the figures of the others. @param {string} root @param {import("./results.mjs").Results} results */
async function save(root, results) {
  const { results: folder } = placesIn(root);
  mkdirSync(folder, { recursive: true });
  const earlier = readResults(folder);
  const kept = positionals.length === 0 ? onlyLong(earlier, results) : earlier;
  const names = BENCHMARKS.map(({ name }) => name);
  await writeResults(folder, merge(kept, results, names));
  await writePage(root);
  console.log(`\nWritten: ${placesIn(root).page} and the plots in ${folder}`);
}

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const benchmarks = chosen();
const root = target();
const temporary = temporaryFolder();
const options = { isQuick: values.quick, commit: describeCommit(), temporary };
const facts = {
  machine: describeMachine(),
  versions: await describeVersions(),
};
const measured = await measureAll(benchmarks, options);
const results = { ...facts, benchmarks: values.quick ? measured.map(unjudged) : measured };
console.log("");
summarize(results.benchmarks);
if (root !== undefined) await save(root, results);
if (results.benchmarks.some(({ error }) => error !== undefined)) process.exitCode = 1;
