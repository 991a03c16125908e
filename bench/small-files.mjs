// `npm run bench [-- --files N --repeat N]`: many small files, by the core and by Avala's Python SDK, on one server.
// @ts-check
import { randomFillSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PartUnavailable, ensurePart, envWith } from "../scripts/parts.mjs";
import {
  environmentFor,
  printTable,
  runReporting,
  startEmulator,
  temporaryFolder,
} from "./emulator.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const FILE_BYTES = 10 * 1024;
const FILES_PER_FOLDER = 500;

const { values } = parseArgs({
  options: { files: { type: "string", default: "3000" }, repeat: { type: "string", default: "3" } },
});

/** Random bytes with a JPEG's head: nothing on the way may compress or share them. @param {string} root @param {number} count */
function makeFiles(root, count) {
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
  for (let i = 0; i < count; i++) {
    const folder = path.join(root, `folder-${Math.floor(i / FILES_PER_FOLDER)}`);
    if (i % FILES_PER_FOLDER === 0) mkdirSync(folder, { recursive: true });
    const bytes = randomFillSync(Buffer.alloc(FILE_BYTES));
    head.copy(bytes);
    writeFileSync(path.join(folder, `image-${i}.jpg`), bytes);
  }
}

/** The run with the median time. @template {{durationMs: number}} T @param {T[]} runs @returns {T} */
function median(runs) {
  const sorted = runs.toSorted((a, b) => a.durationMs - b.durationMs);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no run");
  return middle;
}

/** @param {string} name @param {any} run */
function row(name, run) {
  return [
    name,
    String(run.files),
    (run.durationMs / 1000).toFixed(2),
    (run.files / (run.durationMs / 1000)).toFixed(0),
    (run.cpuMs / run.files).toFixed(2),
    (run.peakBytes / 1024 ** 2).toFixed(0),
  ];
}

async function main() {
  const work = temporaryFolder();
  const root = path.join(work, "images");
  makeFiles(root, Number(values.files));
  const emulator = await startEmulator();
  try {
    const env = environmentFor(emulator);
    const core = await runCore(root, work, env);
    const sdk = await runSdk(root, work, env);
    const rows = [row("this core", core), ...(sdk ? [row("Avala's Python SDK", sdk)] : [])];
    printTable(["", "files", "seconds", "files/s", "CPU ms a file", "peak MiB"], rows);
    if (sdk)
      console.log(
        `\n${(sdk.durationMs / core.durationMs).toFixed(1)} times the SDK's files per second`,
      );
  } finally {
    emulator.stop();
  }
}

/** Each run in a process and under a dataset name of its own. @param {string} root @param {string} work @param {NodeJS.ProcessEnv} env */
async function runCore(root, work, env) {
  const runs = [];
  for (let i = 0; i < Number(values.repeat); i++) {
    const args = [
      path.join(HERE, "core.mjs"),
      root,
      `bench-core-${i}`,
      path.join(work, `journal-${i}`),
    ];
    runs.push(await runReporting(process.execPath, args, env));
  }
  return median(runs);
}

/** @param {string} root @param {string} work @param {NodeJS.ProcessEnv} env */
async function runSdk(root, work, env) {
  try {
    const part = await ensurePart("python-sdk");
    // Its journal goes to the home folder, which is therefore ours.
    const args = [path.join(HERE, "sdk.py"), root, "bench-sdk"];
    return await runReporting(part.command, args, {
      ...envWith(part, { ...process.env, ...env }),
      HOME: work,
    });
  } catch (error) {
    if (!(error instanceof PartUnavailable)) throw error;
    console.error(`The SDK is left out. ${error.message}`);
    return undefined;
  }
}

await main();
