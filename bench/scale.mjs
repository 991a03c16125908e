// `npm run bench -- scale` (`--sizes 1000,10000,100000 --dry 1000,100000,1000000 --held 10000,100000 --bundle FILE --json FILE`):
// how an upload, the Action's dry run, and one of a growing set that holds all files already grow with the number of files: each
// in a process of its own, files of 200 bytes, no rate limit. The Action by the Node that GitHub's runners run it with.
// @ts-check
import { once } from "node:events";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensurePart } from "../scripts/parts.mjs";
import { startAction } from "./action.mjs";
import {
  environmentFor,
  printTable,
  runReporting,
  startEmulator,
  temporaryFolder,
} from "./emulator.mjs";
import { writeRows } from "./rows.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const FILE_BYTES = 200;
const FILES_PER_FOLDER = 1000;

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,10000,100000" },
    dry: { type: "string", default: "1000,100000,1000000" },
    held: { type: "string", default: "10000,100000" },
    bundle: { type: "string", default: path.join(HERE, "..", "dist", "index.js") },
    json: { type: "string" },
  },
});

const { command: node } = await ensurePart("node24");

/** @param {string} list */
const numbersOf = (list) => list.split(",").filter(Boolean).map(Number);

/**
 * JPEGs by their first and last bytes, 1,000 a folder, each of which has the same content: links to one file each, which
 * are made in a tenth of the time of files. @param {string} root @param {number} count
 */
function makeFiles(root, count) {
  const [first, bytes] = [path.join(root, "folder-0000"), Buffer.alloc(FILE_BYTES, 1)];
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  bytes.set([0xff, 0xd9], FILE_BYTES - 2);
  for (let i = 0; i < count; i++) {
    const place = path.join(
      root,
      `folder-${String(Math.floor(i / FILES_PER_FOLDER)).padStart(4, "0")}`,
    );
    if (i % FILES_PER_FOLDER === 0) mkdirSync(place, { recursive: true });
    const name = `image-${String(i % FILES_PER_FOLDER).padStart(4, "0")}.jpg`;
    bytes.writeUInt32LE(i, 8);
    if (place === first) writeFileSync(path.join(place, name), bytes);
    else linkSync(path.join(first, name), path.join(place, name));
  }
}

/**
 * @typedef {object} Run
 * @property {string} what
 * @property {number} files
 * @property {number} seconds
 * @property {number} cpuMs
 * @property {number} peakBytes
 */

/** The library, which reads, sends and confirms. @param {string} root @param {number} files @param {string} work @returns {Promise<Run>} */
async function measureUpload(root, files, work) {
  const emulator = await startEmulator();
  try {
    const args = [path.join(HERE, "core.mjs"), root, `scale-${files}`, path.join(work, "state")];
    const cost = await runReporting(process.execPath, args, environmentFor(emulator));
    return { what: "upload", seconds: cost.durationMs / 1000, ...cost, files };
  } finally {
    emulator.stop();
  }
}

/**
 * One run of the Action, and what it cost.
 * @param {string} root @param {string} work @param {Record<string, string>} inputs @param {NodeJS.ProcessEnv} [env]
 */
async function runAction(root, work, inputs, env = {}) {
  const temp = path.join(work, "step");
  const costFile = path.join(work, "cost.json");
  const child = startAction({
    bundle: values.bundle,
    workspace: root,
    temp,
    node,
    nodeFlags: ["--require", path.join(HERE, "cost-at-exit.cjs")],
    inputs: { files: "**", "data-type": "image", ...inputs },
    env: { ...env, COST_FILE: costFile },
  });
  let log = "";
  child.stdout?.on("data", (chunk) => (log += String(chunk)));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`The Action's run ended with ${code}:\n${log.slice(-5000)}`);
  rmSync(temp, { recursive: true });
  return { log, cost: JSON.parse(readFileSync(costFile, "utf8")) };
}

/** The Action, without a key. @param {string} root @param {number} files @param {string} work @returns {Promise<Run>} */
async function measureDryRun(root, files, work) {
  const { cost } = await runAction(root, work, { dataset: "scale", "dry-run": "true" });
  return { what: "dry run", files, seconds: cost.durationMs / 1000, ...cost };
}

/** A later run, of which an earlier one has sent all. @param {string} root @param {number} files @param {string} work @returns {Promise<Run>} */
async function measureHeld(root, files, work) {
  const emulator = await startEmulator();
  try {
    const { BENCH_STORAGE_HOST, ...connection } = environmentFor(emulator);
    const state = path.join(work, `held-${files}`);
    const env = {
      ...connection,
      AVALA_ALLOW_STORAGE_HOSTS: BENCH_STORAGE_HOST,
      AVALA_STATE_DIR: state,
    };
    const set = { dataset: `scale-${files}-{increment}` };
    await runAction(root, work, set, env);
    const { log, cost } = await runAction(root, work, { ...set, "dry-run": "true" }, env);
    if (!log.includes(`${counted(files)} held`)) throw new Error(`Not all is held:\n${log}`);
    rmSync(state, { recursive: true });
    return {
      what: "dry run of a held growing set",
      files,
      seconds: cost.durationMs / 1000,
      ...cost,
    };
  } finally {
    emulator.stop();
  }
}

const inMiB = (/** @type {number} */ bytes) => bytes / 1024 ** 2;
const counted = (/** @type {number} */ files) => files.toLocaleString("en-US");

/** What each further file costs beyond the run before, in bytes. @param {Run} run @param {Run} before */
function bytesAFile(run, before) {
  return (run.peakBytes - before.peakBytes) / (run.files - before.files);
}

/** @param {readonly Run[]} runs of one kind, from few files to many @returns {import("./rows.mjs").Row[]} */
function rowsOf(runs) {
  const rows = runs.flatMap((run) => {
    const { what, files, peakBytes, cpuMs, seconds } = run;
    const name = `${what} of ${counted(files)} files`;
    const figure = (/** @type {string} */ unit, /** @type {number} */ sample) => ({
      what: name,
      unit,
      higherIsBetter: false,
      samples: [sample],
      growth: { curve: what, amount: files, of: "files" },
    });
    const memory = figure("MiB at most", inMiB(peakBytes));
    const isBounded = what === "dry run" && files === 1_000_000;
    return [
      isBounded ? { ...memory, target: 1.2 * 1024 } : memory,
      figure("ms of CPU a file", cpuMs / files),
      figure("s", seconds),
    ];
  });
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined || first === last) return rows;
  const what = `${last.what}: memory for each file from ${counted(first.files)} to ${counted(last.files)}`;
  const growth = bytesAFile(last, first) / 1000;
  return [...rows, { what, unit: "kB", higherIsBetter: false, samples: [growth], target: 1 }];
}

const work = temporaryFolder();
const kinds = /** @type {const} */ ([
  [numbersOf(values.sizes), measureUpload],
  [numbersOf(values.dry), measureDryRun],
  [numbersOf(values.held), measureHeld],
]);
const all = [];
for (const [list, measure] of kinds) {
  const runs = [];
  for (const files of list) {
    const root = path.join(work, `set-${files}`);
    makeFiles(root, files);
    runs.push(await measure(root, files, work));
    rmSync(root, { recursive: true });
  }
  all.push(runs);
}
const header = ["", "files", "seconds", "CPU ms a file", "peak MiB", "kB a further file"];
printTable(
  header,
  all.flatMap((runs) =>
    runs.map((run, index) => {
      const before = runs[index - 1];
      return [
        run.what,
        counted(run.files),
        run.seconds.toFixed(1),
        (run.cpuMs / run.files).toFixed(3),
        inMiB(run.peakBytes).toFixed(0),
        before === undefined ? "" : (bytesAFile(run, before) / 1000).toFixed(2),
      ];
    }),
  ),
);
writeRows(values.json, "scale", all.flatMap(rowsOf));
