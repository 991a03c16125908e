// `npm run bench -- small` (`--files N --repeat N --json FILE`): many small files, by the core, by Avala's Python SDK, and by
// programs in Go and Node that do the least that can be done. On the emulator, and on MinIO, whose storage is not ours; on this
// Node, and on the Action's. In turns.
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

/** @param {string} node @returns {Client} */
const coreOn = (node) => (env, dataset) => {
  const state = path.join(work, `state-${dataset}`);
  return runReporting(node, [path.join(HERE, "core.mjs"), root, dataset, state], env);
};

/** By the same libraries as the core. @param {string} node @returns {Client} */
const leastOn = (node) => (env, dataset) =>
  runReporting(node, [path.join(HERE, "least-work", "main.mjs"), root, dataset], env);

const nodeOfAction = await ifThere("The Action's Node", () => ensurePart("node24"));

/** The one that this runs on, as a program or a stack would, and the one that GitHub's runners run the Action with. */
const NODES = [
  { note: "", command: process.execPath },
  ...(nodeOfAction ? [{ note: ", the Action's Node", command: nodeOfAction.command }] : []),
];

/** @typedef {{name: string, client: Client, costs: Cost[], serverCores: number[]}} Measured */

/** @param {string} name @param {Client | undefined} client @returns {Measured[]} */
const measured = (name, client) =>
  client === undefined ? [] : [{ name, client, costs: [], serverCores: [] }];

/** The core on one version of Node, and what stands beside it. @typedef {{what: string, ours: Measured, peers: readonly Measured[]}} Compared */

/**
 * Each client once a turn, each run under a dataset name that is new.
 * @param {string} server @param {readonly (Client | undefined)[]} others that need no Node: the least work, and the SDK
 * @param {{env: NodeJS.ProcessEnv, pids: readonly (number | undefined)[]}} on
 * @returns {Promise<readonly Compared[]>}
 */
async function compare(server, [least, sdk], { env, pids }) {
  const inGo = measured(LEAST, least);
  const viaSdk = measured(SDK, sdk);
  const compared = NODES.flatMap(({ note, command }, i) => {
    const leastInNode = measured(LEAST_IN_NODE, leastOn(command));
    return measured("this project", coreOn(command)).map((ours) => ({
      ...{ what: `${server}${note}`, ours },
      peers: [...inGo, ...leastInNode, ...(i === 0 ? viaSdk : [])],
    }));
  });
  const all = new Set(compared.flatMap(({ ours, peers }) => [ours, ...peers]));
  for (let turn = 0; turn < repeat; turn++) {
    for (const [i, { client, costs, serverCores }] of [...all].entries()) {
      const dataset = `${server}-${i}-${turn}`;
      const { result, cores } = await busyCores(pids, () => client(env, dataset));
      costs.push(result);
      serverCores.push(...cores);
    }
  }
  return compared;
}

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
function rowsOf({ what, ours, peers }) {
  return UNITS.map(({ unit, higherIsBetter, of, ofLeast, target }) => ({
    what: `${Number(values.files).toLocaleString("en-US")} files of 10 KiB, ${what}`,
    unit,
    higherIsBetter,
    samples: ours.costs.map(of),
    peers: peers.map(({ name, costs }) => ({
      name,
      samples: costs.map(of),
      ...(name === LEAST && ofLeast !== undefined ? { target: ofLeast } : {}),
    })),
    ...(target === undefined ? {} : { target }),
    ...(higherIsBetter ? { serverCores: ours.serverCores } : {}),
  }));
}

const work = temporaryFolder();
const root = path.join(work, "images");
makeFiles(root, Number(values.files));
const least = await ifThere("The least work", buildLeast);
const sdk = await ifThere("The SDK", findSdk);
const minio = await ifThere("MinIO", () => startMinio(path.join(work, "store")));

/** @type {Compared[]} */
const compared = [];
const emulator = await startEmulator();
const on = { env: environmentFor(emulator), pids: [emulator.pid] };
compared.push(...(await compare("emulator", [least, sdk], on)));
emulator.stop();
if (minio) {
  const api = await startEmulator(...minio.flags);
  const onMinio = { env: environmentFor(api), pids: [api.pid, minio.pid] };
  compared.push(...(await compare("MinIO", [least], onMinio)));
  api.stop();
  minio.stop();
}
printTable(
  ["", ...UNITS.map(({ unit }) => unit)],
  compared.flatMap(({ what, ours, peers }) =>
    [ours, ...peers].map(({ name, costs }) => [
      `${name}, ${what}`,
      ...UNITS.map(({ of }) => median(costs.map(of)).toPrecision(3)),
    ]),
  ),
);
writeRows(values.json, "small", compared.flatMap(rowsOf));
