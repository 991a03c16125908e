// `npm run bench -- large` (`--gib N --repeat N --store minio --json FILE`): one large file in turns, each a process with its
// start, to a store whose ETags are not MD5s and to one whose are: by form, beside `curl -F`, beside `openssl dgst -sha256` and
// then `curl -F`, and beside a script that does the least; by parts, beside Avala's Python SDK. And the memory for a smaller one.
// @ts-check
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PartUnavailable, ensurePart, envWith } from "../scripts/parts.mjs";
import { environmentFor, printTable, runReporting, temporaryFolder } from "./emulator.mjs";
import { makeLargeFiles } from "./large-content.mjs";
import { costRows, memoryRows } from "./large-rows.mjs";
import { busyCores } from "./process-cost.mjs";
import { median, ratioTo, writeRows } from "./rows.mjs";
import { startApi, startMinioStore, startSink } from "./stores.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MIB = 1024 ** 2;

const { values } = parseArgs({
  options: {
    gib: { type: "string", default: "2" },
    repeat: { type: "string", default: "5" },
    store: { type: "string", default: "sink" },
    json: { type: "string" },
  },
});
const storeName = values.store === "minio" ? "minio" : "sink";

/** @typedef {import("./large-rows.mjs").Cost} Cost */
/** @typedef {"form" | "parts"} Way */

/** @param {readonly string[]} command @param {NodeJS.ProcessEnv} [env] @returns {Promise<Cost>} */
const cost = (command, env) =>
  runReporting("python3", [path.join(HERE, "timed.py"), ...command], env);

/** One after the other. @param {readonly Cost[]} costs @returns {Cost} */
const oneByOne = (...costs) => ({
  durationMs: costs.reduce((sum, { durationMs }) => sum + durationMs, 0),
  cpuMs: costs.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  peakBytes: Math.max(...costs.map(({ peakBytes }) => peakBytes)),
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

const work = temporaryFolder();

/** A folder with one file. @param {number} gib */
function place(gib) {
  const root = path.join(work, `images-${gib}`);
  mkdirSync(root);
  return { gib, bytes: Math.round(gib * 1024) * MIB, root, file: path.join(root, "large.jpg") };
}
/** @typedef {ReturnType<typeof place>} Place */

const large = place(Number(values.gib));
const small = place(Math.min(0.25, Number(values.gib) / 2));
const md5s = makeLargeFiles({ [large.file]: large.bytes, [small.file]: small.bytes });
const sdk = await findSdk();
const storage = path.join(work, "storage");

/** @param {string} note behind what is sent there @param {import("./stores.mjs").Store} store @param {boolean} showsMd5s */
async function startSide(note, store, showsMd5s) {
  const apis = { form: await startApi(store, "form"), parts: await startApi(store, "parts") };
  const more = { BENCH_IS_CHECKED: String(showsMd5s) };
  return {
    ...{ note, store, showsMd5s, apis },
    env: {
      form: { ...environmentFor(apis.form), ...more },
      parts: { ...environmentFor(apis.parts), ...more },
    },
    ours: { form: /** @type {Cost[]} */ ([]), parts: /** @type {Cost[]} */ ([]) },
    ofSmall: { form: /** @type {Cost[]} */ ([]), parts: /** @type {Cost[]} */ ([]) },
    busy: { form: /** @type {number[]} */ ([]), parts: /** @type {number[]} */ ([]) },
  };
}
/** @typedef {Awaited<ReturnType<typeof startSide>>} Side */

const sides = /** @type {[Side, ...Side[]]} */ (
  storeName === "minio"
    ? [await startSide(" to MinIO", await startMinioStore(storage), true)]
    : [
        await startSide("", await startSink(), false),
        await startSide(", ETags are MD5s", await startSink(md5s), true),
      ]
);
const stopServers = () =>
  sides.flatMap(({ store, apis }) => [store, apis.form, apis.parts]).forEach(({ stop }) => stop());
process.once("exit", stopServers);

// Others do not look at ETags, so that once a turn is enough for both stores.
const [{ store, env }] = sides;
const theirs =
  /** @type {Record<"curl" | "sha256First" | "bothFirst" | "least" | "sdk", Cost[]>} */ ({
    curl: [],
    sha256First: [],
    bothFirst: [],
    least: [],
    sdk: [],
  });

let names = 0;

/** Under a dataset name that is new; what MinIO wrote goes: ten of them are 20 GiB. @param {(name: string) => Promise<Cost>} run */
async function once(run) {
  names += 1;
  const result = await run(`run-${names}`);
  rmSync(path.join(storage, "avala", "__u__="), { recursive: true, force: true });
  return result;
}

/** @param {Side} side @param {Way} way @param {Place} place */
const core = ({ env }, way, { root }) =>
  once((name) => {
    const args = [path.join(HERE, "core.mjs"), root, name, path.join(work, `state-${name}`)];
    return cost([process.execPath, ...args], env[way]);
  });

/** A presigned form for one file, by the emulator. @param {string} name */
async function presign(name) {
  const url = `${env.form.AVALA_BASE_URL}/datasets/manual-upload/file-upload-url/`;
  const content = { file_path_in_dataset: "large.jpg", content_length: large.bytes };
  const body = JSON.stringify({ dataset_name: name, ...content });
  const headers = {
    "X-Avala-Api-Key": env.form.AVALA_API_KEY,
    "Content-Type": "application/json",
  };
  const reply = await fetch(url, { method: "POST", headers, body });
  return /** @type {{url: string, fields: Record<string, string>}} */ (await reply.json());
}

const curl = () =>
  once(async (name) => {
    const { url, fields } = await presign(name);
    const forms = Object.entries(fields).flatMap(([key, value]) => [
      "--form-string",
      `${key}=${value}`,
    ]);
    return cost(["curl", "-sS", "--fail", ...forms, "-F", `file=@${large.file}`, url]);
  });

/** @param {"sha256" | "md5"} algorithm */
const openssl = (algorithm) => cost(["openssl", "dgst", `-${algorithm}`, large.file]);

/** It speaks to the store alone, and only to one that wants no signature. */
const least = () =>
  cost([process.execPath, path.join(HERE, "least-work", "large.mjs"), large.file, `${store.url}/`]);

const viaSdk = () =>
  once((name) => {
    if (sdk === undefined) throw new Error("no SDK");
    // Its journal goes to the home folder, which is therefore ours.
    const own = { ...envWith(sdk, { ...process.env, ...env.parts }), HOME: work };
    return cost([sdk.command, path.join(HERE, "sdk.py"), large.root, name, "parts"], own);
  });

/** @param {Side} side @param {Way} way */
async function runOurs(side, way) {
  const pids = [side.store.pid, side.apis[way].pid];
  const { result, cores } = await busyCores(pids, () => core(side, way, large));
  side.ours[way].push(result);
  side.busy[way].push(...cores);
  if (side.showsMd5s) side.ofSmall[way].push(await core(side, way, small));
}

for (let turn = 0; turn < Number(values.repeat); turn++) {
  for (const side of sides) await runOurs(side, "form");
  const sent = await curl();
  theirs.curl.push(sent);
  const sha256 = await openssl("sha256");
  theirs.sha256First.push(oneByOne(sha256, sent));
  theirs.bothFirst.push(oneByOne(sha256, await openssl("md5"), sent));
  if (storeName === "sink") theirs.least.push(await least());
  for (const side of sides) await runOurs(side, "parts");
  if (sdk !== undefined) theirs.sdk.push(await viaSdk());
}

/** @param {Side} side @returns {readonly import("./rows.mjs").Row[]} */
function rowsOf(side) {
  const ours = (/** @type {Way} */ way) => ({
    ...{ bytes: large.bytes, costs: side.ours[way], serverCores: side.busy[way] },
  });
  const what = (/** @type {Way} */ way) => `${large.gib} GiB by ${way}${side.note}`;
  const peers = [
    { name: "curl -F", costs: theirs.curl, target: 0.5 },
    { name: "openssl dgst, then curl -F", costs: theirs.sha256First, target: 1.3 },
    ...(side.showsMd5s ? [{ name: "openssl twice, then curl -F", costs: theirs.bothFirst }] : []),
    { name: "the least work in Node", costs: theirs.least },
  ];
  const sdks = { name: "Avala's Python SDK", costs: theirs.sdk, target: 2 };
  const memory = (/** @type {Way} */ way) =>
    memoryRows(`by ${way}${side.note}`, [
      { gib: small.gib, costs: side.ofSmall[way] },
      { gib: large.gib, costs: side.ours[way] },
    ]);
  const measured = (/** @type {readonly {name: string, costs: Cost[]}[]} */ all) =>
    all.filter(({ costs }) => costs.length > 0);
  return [
    ...costRows(what("form"), ours("form"), measured(peers)),
    ...costRows(what("parts"), ours("parts"), measured([sdks])),
    ...(side.showsMd5s ? [...memory("form"), ...memory("parts")] : []),
  ];
}

const rows = sides.flatMap(rowsOf);
printTable(
  ["", "unit", "this project", "beside", "", "ratio"],
  rows.flatMap(({ what, unit, samples, peers = [], ...row }) => {
    const ours = [what, unit, median(samples).toFixed(1)];
    if (peers.length === 0) return [ours];
    return peers.map((peer) => [
      ...[...ours, peer.name, median(peer.samples).toFixed(1)],
      ratioTo({ what, unit, samples, ...row }, peer).toFixed(2),
    ]);
  }),
);
writeRows(values.json, "large", rows);
stopServers(); // or they would keep this process, which waits for its children
