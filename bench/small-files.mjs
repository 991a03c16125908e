// `npm run bench -- small` (`--files N --repeat N --json FILE`): many small files, by the core, by Avala's Python SDK, and by
// programs in Go and Node that do the least that can be done. On the emulator, and on MinIO, whose storage is not ours. In turns.
// @ts-check
import { execFileSync } from "node:child_process";
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
import { startMinio } from "./minio.mjs";
import { busyCores } from "./process-cost.mjs";
import { median, writeRows } from "./rows.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const FILE_BYTES = 10 * 1024;
const FILES_PER_FOLDER = 500;
const LEAST = "the least work, in Go";
const LEAST_IN_NODE = "the least work, in Node";
const SDK = "Avala's Python SDK";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "3000" },
    repeat: { type: "string", default: "3" },
    json: { type: "string" },
  },
});
const repeat = Number(values.repeat);

/**
 * @typedef {{files: number, durationMs: number, cpuMs: number, peakBytes: number}} Cost
 * @typedef {(env: NodeJS.ProcessEnv, dataset: string) => Promise<Cost>} Client
 */

/** Random bytes between a JPEG's head and its end: nothing on the way may compress, share, or warn of them. @param {string} root @param {number} count */
function makeFiles(root, count) {
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
  const end = Buffer.from([0xff, 0xd9]);
  for (let i = 0; i < count; i++) {
    const folder = path.join(root, `folder-${Math.floor(i / FILES_PER_FOLDER)}`);
    if (i % FILES_PER_FOLDER === 0) mkdirSync(folder, { recursive: true });
    const bytes = randomFillSync(Buffer.alloc(FILE_BYTES));
    head.copy(bytes);
    end.copy(bytes, FILE_BYTES - end.length);
    writeFileSync(path.join(folder, `image-${i}.jpg`), bytes);
  }
}

/** What can't be had here is left out. @template T @param {string} name @param {() => Promise<T>} find @returns {Promise<T | undefined>} */
async function ifThere(name, find) {
  try {
    return await find();
  } catch (error) {
    const isMissing = error instanceof PartUnavailable || Object(error).code === "ENOENT";
    if (!isMissing) throw error;
    console.error(`${name} is left out. ${/** @type {Error} */ (error).message}`);
    return undefined;
  }
}

/** @returns {Promise<Client>} */
async function buildLeast() {
  const program = path.join(work, "least-work");
  execFileSync("go", ["build", "-o", program, path.join(HERE, "least-work", "main.go")]);
  return (env, dataset) => runReporting(program, [root, dataset], env);
}

/** It sends the first folder: it takes as long for that as others for all. @returns {Promise<Client>} */
async function findSdk() {
  const part = await ensurePart("python-sdk");
  const args = [path.join(HERE, "sdk.py"), path.join(root, "folder-0")];
  return (env, dataset) =>
    runReporting(part.command, [...args, dataset], {
      ...envWith(part, { ...process.env, ...env }),
      // Its journal goes to the home folder, which is therefore ours.
      HOME: path.join(work, dataset),
    });
}

/** @type {Client} */
const core = (env, dataset) => {
  const state = path.join(work, `state-${dataset}`);
  return runReporting(process.execPath, [path.join(HERE, "core.mjs"), root, dataset, state], env);
};

/** By the same libraries as the core. @type {Client} */
const leastInNode = (env, dataset) =>
  runReporting(process.execPath, [path.join(HERE, "least-work", "main.mjs"), root, dataset], env);

/**
 * Each client once a turn, each run under a dataset name that is new.
 * @param {string} server @param {Record<string, Client>} clients ours first
 * @param {{env: NodeJS.ProcessEnv, pids: readonly (number | undefined)[]}} on
 */
async function compare(server, clients, { env, pids }) {
  const costs = new Map(Object.keys(clients).map((name) => [name, /** @type {Cost[]} */ ([])]));
  /** @type {number[]} */
  const serverCores = [];
  for (let turn = 0; turn < repeat; turn++) {
    for (const [name, client] of Object.entries(clients)) {
      const dataset = `${server}-${Object.keys(clients).indexOf(name)}-${turn}`;
      const { result, cores } = await busyCores(pids, () => client(env, dataset));
      costs.get(name)?.push(result);
      if (client === core) serverCores.push(...cores);
    }
  }
  return { server, costs, serverCores };
}

/** @typedef {Awaited<ReturnType<typeof compare>>} Compared */

/** Each unit's figure of a run, and what ours is to reach. */
const UNITS = [
  {
    unit: "files/s",
    higherIsBetter: true,
    of: (/** @type {Cost} */ cost) => cost.files / (cost.durationMs / 1000),
    ofLeast: 0.35,
  },
  {
    unit: "ms of CPU a file",
    higherIsBetter: false,
    of: (/** @type {Cost} */ cost) => cost.cpuMs / cost.files,
    // Half of what it was on the machine of 2026-11-27.
    target: 1.5,
  },
  {
    unit: "MiB at most",
    higherIsBetter: false,
    of: (/** @type {Cost} */ cost) => cost.peakBytes / 1024 ** 2,
  },
];

/** @param {Compared} compared @returns {import("./rows.mjs").Row[]} */
function rowsOf({ server, costs, serverCores }) {
  const [ours = [], ...others] = costs.values();
  const names = [...costs.keys()].slice(1);
  return UNITS.map(({ unit, higherIsBetter, of, ofLeast, target }) => ({
    what: `${Number(values.files).toLocaleString("en-US")} files of 10 KiB, ${server}`,
    unit,
    higherIsBetter,
    samples: ours.map(of),
    peers: others.map((runs, i) => ({
      name: names[i] ?? "",
      samples: runs.map(of),
      ...(names[i] === LEAST && ofLeast !== undefined ? { target: ofLeast } : {}),
    })),
    ...(target === undefined ? {} : { target }),
    ...(higherIsBetter ? { serverCores } : {}),
  }));
}

const work = temporaryFolder();
const root = path.join(work, "images");
makeFiles(root, Number(values.files));
const least = await ifThere("The least work", buildLeast);
const sdk = await ifThere("The SDK", findSdk);
const minio = await ifThere("MinIO", () => startMinio(path.join(work, "store")));
const quick = {
  "this project": core,
  ...(least && { [LEAST]: least }),
  [LEAST_IN_NODE]: leastInNode,
};

/** @type {Compared[]} */
const compared = [];
const emulator = await startEmulator();
const on = { env: environmentFor(emulator), pids: [emulator.pid] };
compared.push(await compare("emulator", { ...quick, ...(sdk && { [SDK]: sdk }) }, on));
emulator.stop();
if (minio) {
  const api = await startEmulator(...minio.flags);
  const onMinio = { env: environmentFor(api), pids: [api.pid, minio.pid] };
  compared.push(await compare("MinIO", quick, onMinio));
  api.stop();
  minio.stop();
}
printTable(
  ["", ...UNITS.map(({ unit }) => unit)],
  compared.flatMap(({ server, costs }) =>
    [...costs].map(([name, runs]) => [
      `${name}, ${server}`,
      ...UNITS.map(({ of }) => median(runs.map(of)).toPrecision(3)),
    ]),
  ),
);
writeRows(values.json, "small", compared.flatMap(rowsOf));
