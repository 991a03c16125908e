// `npm run bench -- large` (`--gib N --repeat N --store minio --json FILE`): one large file in turns, each a process with its
// start: by form, beside `curl -F`, beside `openssl dgst -sha256` and then `curl -F`, and beside a script that does the least; by
// parts, beside Avala's Python SDK.
// @ts-check
import { randomFillSync } from "node:crypto";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PartUnavailable, ensurePart, envWith } from "../scripts/parts.mjs";
import { environmentFor, printTable, runReporting, temporaryFolder } from "./emulator.mjs";
import { busyCores } from "./process-cost.mjs";
import { median, ratioTo, writeRows } from "./rows.mjs";
import { startApi, startStore } from "./stores.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MIB = 1024 ** 2;
const TARGET_MIB = 150;

const { values } = parseArgs({
  options: {
    gib: { type: "string", default: "2" },
    repeat: { type: "string", default: "3" },
    store: { type: "string", default: "sink" },
    json: { type: "string" },
  },
});
const storeName = values.store === "minio" ? "minio" : "sink";
const bytes = Math.round(Number(values.gib) * 1024) * MIB;

/** @typedef {{durationMs: number, cpuMs: number, peakBytes: number}} Cost */
/** @typedef {"form" | "parts"} Way */

/** Of random bytes, in the system's cache. @param {string} file */
function makeFile(file) {
  const handle = openSync(file, "w");
  const chunk = randomFillSync(Buffer.alloc(MIB));
  chunk.writeUInt32BE(0xff_d8_ff_e0, 0);
  for (let mib = 0; mib < bytes / MIB; mib++) {
    chunk.writeUInt32LE(mib, 8);
    writeSync(handle, chunk);
  }
  closeSync(handle);
}

/** @param {readonly string[]} command @param {NodeJS.ProcessEnv} [env] @returns {Promise<Cost>} */
const cost = (command, env) =>
  runReporting("python3", [path.join(HERE, "timed.py"), ...command], env);

/** One after the other. @param {Cost} a @param {Cost} b @returns {Cost} */
const both = (a, b) => ({
  durationMs: a.durationMs + b.durationMs,
  cpuMs: a.cpuMs + b.cpuMs,
  peakBytes: Math.max(a.peakBytes, b.peakBytes),
});

async function findSdk() {
  try {
    return await ensurePart("python-sdk");
  } catch (error) {
    if (!(error instanceof PartUnavailable)) throw error;
    console.error(`The SDK is left out. ${error.message}`);
    return undefined;
  }
}

/** A presigned form for one file, by the emulator. @param {NodeJS.ProcessEnv} env @param {string} name */
async function presign(env, name) {
  const url = `${env.AVALA_BASE_URL}/datasets/manual-upload/file-upload-url/`;
  const body = { dataset_name: name, file_path_in_dataset: "large.jpg", content_length: bytes };
  const headers = {
    "X-Avala-Api-Key": env.AVALA_API_KEY ?? "",
    "Content-Type": "application/json",
  };
  const reply = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return /** @type {{url: string, fields: Record<string, string>}} */ (await reply.json());
}

const work = temporaryFolder();
const root = path.join(work, "images");
const file = path.join(root, "large.jpg");
mkdirSync(root);
makeFile(file);
const sdk = await findSdk();
const storage = path.join(work, "storage");
const store = await startStore(storeName, storage);
const apis = { form: await startApi(store, "form"), parts: await startApi(store, "parts") };
const env = { form: environmentFor(apis.form), parts: environmentFor(apis.parts) };
const stopServers = () => [store, apis.form, apis.parts].forEach(({ stop }) => stop());
process.once("exit", stopServers);

/** @param {Way} way @param {string} name */
function core(way, name) {
  const args = [path.join(HERE, "core.mjs"), root, name, path.join(work, `state-${name}`)];
  return cost([process.execPath, ...args], env[way]);
}

/** @param {string} name */
async function curl(name) {
  const { url, fields } = await presign(env.form, name);
  const forms = Object.entries(fields).flatMap(([key, value]) => [
    "--form-string",
    `${key}=${value}`,
  ]);
  return cost(["curl", "-sS", "--fail", ...forms, "-F", `file=@${file}`, url]);
}

/** It speaks to the store alone, and only to one that wants no signature. */
const least = () =>
  cost([process.execPath, path.join(HERE, "least-work", "large.mjs"), file, `${store.url}/`]);

/** @param {string} name */
async function viaSdk(name) {
  if (sdk === undefined) throw new Error("no SDK");
  // Its journal goes to the home folder, which is therefore ours.
  const own = { ...envWith(sdk, { ...process.env, ...env.parts }), HOME: work };
  return cost([sdk.command, path.join(HERE, "sdk.py"), root, name, "parts"], own);
}

/** What MinIO wrote in a turn goes: ten of them are 20 GiB. @param {string} name */
function forget(name) {
  rmSync(path.join(storage, "avala", "__u__="), { recursive: true, force: true });
  rmSync(path.join(work, `state-${name}`), { recursive: true, force: true });
}

const ours = { form: /** @type {Cost[]} */ ([]), parts: /** @type {Cost[]} */ ([]) };
const theirs = /** @type {Record<"curl" | "pair" | "least" | "sdk", Cost[]>} */ ({
  curl: [],
  pair: [],
  least: [],
  sdk: [],
});
const busy = { form: /** @type {number[]} */ ([]), parts: /** @type {number[]} */ ([]) };

/** @param {Way} way @param {number} turn */
async function runOurs(way, turn) {
  const pids = [store.pid, apis[way].pid];
  const { result, cores } = await busyCores(pids, () => core(way, `core-${way}-${turn}`));
  ours[way].push(result);
  busy[way].push(...cores);
  forget(`core-${way}-${turn}`);
}

for (let turn = 0; turn < Number(values.repeat); turn++) {
  await runOurs("form", turn);
  const sent = await curl(`curl-${turn}`);
  forget(`curl-${turn}`);
  theirs.curl.push(sent);
  theirs.pair.push(both(await cost(["openssl", "dgst", "-sha256", file]), sent));
  if (storeName === "sink") theirs.least.push(await least());
  await runOurs("parts", turn);
  if (sdk === undefined) continue;
  theirs.sdk.push(await viaSdk(`sdk-${turn}`));
  forget(`sdk-${turn}`);
}

const rates = (/** @type {Cost[]} */ costs) =>
  costs.map(({ durationMs }) => bytes / 1000 / durationMs);
const cpuSeconds = (/** @type {Cost[]} */ costs) => costs.map(({ cpuMs }) => cpuMs / 1000);
const mebibytes = (/** @type {Cost[]} */ costs) => costs.map(({ peakBytes }) => peakBytes / MIB);

/**
 * Each unit in a row of its own.
 * @param {Way} way
 * @param {readonly {name: string, costs: Cost[], target?: number}[]} peers
 * @returns {readonly import("./rows.mjs").Row[]}
 */
function rowsOf(way, peers) {
  const what = `${values.gib} GiB by ${way}${storeName === "minio" ? " to MinIO" : ""}`;
  const beside = (/** @type {(costs: Cost[]) => number[]} */ figures, hasTarget = false) =>
    peers.map(({ name, costs, target }) => ({
      ...{ name, samples: figures(costs) },
      ...(hasTarget && target !== undefined ? { target } : {}),
    }));
  const costs = ours[way];
  return [
    {
      ...{ what, unit: "MB/s", higherIsBetter: true, samples: rates(costs) },
      ...{ peers: beside(rates, true), serverCores: busy[way] },
    },
    {
      ...{ what, unit: "s of CPU", higherIsBetter: false, samples: cpuSeconds(costs) },
      peers: beside(cpuSeconds),
    },
    {
      ...{ what, unit: "MiB at most", higherIsBetter: false, samples: mebibytes(costs) },
      ...{ target: TARGET_MIB, peers: beside(mebibytes) },
    },
  ];
}

const rows = [
  ...rowsOf("form", [
    { name: "curl -F", costs: theirs.curl, target: 0.5 },
    { name: "openssl dgst, then curl -F", costs: theirs.pair, target: 1.3 },
    ...(storeName === "sink" ? [{ name: "the least work in Node", costs: theirs.least }] : []),
  ]),
  ...rowsOf("parts", sdk ? [{ name: "Avala's Python SDK", costs: theirs.sdk, target: 2 }] : []),
];
printTable(
  ["", "unit", "this project", "beside", "", "ratio", "target"],
  rows.flatMap(({ what, unit, samples, peers = [], ...row }) =>
    peers.map((peer) => [
      ...[what, unit, median(samples).toFixed(1), peer.name, median(peer.samples).toFixed(1)],
      ratioTo({ what, unit, samples, ...row }, peer).toFixed(2),
      String(peer.target ?? ""),
    ]),
  ),
);
writeRows(values.json, "large", rows);
stopServers(); // or they would keep this process, which waits for its children
