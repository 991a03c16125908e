// `npm run bench -- http` (`--pairs N --repeat N --json FILE`): what an HTTP library costs on the upload's hot path, one presign and one form POST a file.
// Each library in a process of its own, against a server that does as little as it can.
// @ts-check
import { spawn } from "node:child_process";
import http from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import axios from "axios";
import { Pool } from "undici";
import { printTable, runReporting } from "./emulator.mjs";
import { median, writeRows } from "./rows.mjs";

const SELF = fileURLToPath(import.meta.url);
const AT_ONCE = 8;
const PRESIGN = JSON.stringify({ dataset_name: "bench", file_path_in_dataset: "a.jpg" });
const REPLY = JSON.stringify({
  method: "POST",
  url: "http://127.0.0.1/",
  fields: { key: "k".repeat(800) },
});
const FORM = Buffer.alloc(11 * 1024, "x");
const FORM_TYPE = "multipart/form-data; boundary=x";

/** @typedef {(path: string, type: string, body: Buffer | string) => Promise<Buffer>} Post */

/** @type {Record<string, (port: number) => Post>} */
const LIBRARIES = {
  axios(port) {
    const client = axios.create({
      baseURL: `http://127.0.0.1:${port}`,
      httpAgent: new http.Agent({ keepAlive: true, maxSockets: AT_ONCE }),
      maxRedirects: 0,
      responseType: "arraybuffer",
    });
    return async (path, type, body) =>
      (await client.post(path, body, { headers: { "content-type": type } })).data;
  },
  undici(port) {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: AT_ONCE });
    return async (path, type, body) => {
      const reply = await pool.request({
        path,
        method: "POST",
        headers: { "content-type": type },
        body,
      });
      return Buffer.from(await reply.body.arrayBuffer());
    };
  },
  "node:http"(port) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
    return (path, type, body) =>
      new Promise((resolve, reject) => {
        const headers = { "content-type": type, "content-length": Buffer.byteLength(body) };
        const request = http.request({
          port,
          host: "127.0.0.1",
          path,
          method: "POST",
          agent,
          headers,
        });
        request.once("error", reject);
        request.once("response", (reply) => {
          /** @type {Buffer[]} */
          const chunks = [];
          reply.on("data", (chunk) => chunks.push(chunk));
          reply.once("end", () => resolve(Buffer.concat(chunks)));
        });
        request.end(body);
      });
  },
};

function serve() {
  const server = http.createServer((request, reply) => {
    request.resume();
    request.once("end", () => {
      if (request.url === "/presign") reply.end(REPLY);
      else reply.writeHead(204).end();
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (typeof address === "object") console.log(address?.port);
  });
}

/** @param {Post} post @param {number} pairs */
async function sendPairs(post, pairs) {
  let left = pairs;
  const worker = async () => {
    while (left-- > 0) {
      JSON.parse((await post("/presign", "application/json", PRESIGN)).toString());
      await post("/form", FORM_TYPE, FORM);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** @param {string} library @param {number} port @param {number} pairs */
async function measure(library, port, pairs) {
  const post = LIBRARIES[library]?.(port);
  if (post === undefined) throw new Error(`no library ${library}`);
  await sendPairs(post, pairs / 4);
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await sendPairs(post, pairs);
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({ durationMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 }),
  );
  process.exit();
}

/** One turn is each library once. @param {string} port @param {number} pairs @param {number} repeat */
async function measureAll(port, pairs, repeat) {
  /** @type {Record<string, number[]>} */
  const costs = {};
  /** @type {Record<string, number[]>} */
  const rates = {};
  for (let turn = 0; turn < repeat; turn++) {
    for (const library of Object.keys(LIBRARIES)) {
      const run = await runReporting(process.execPath, [SELF, library, port, String(pairs)]);
      (rates[library] ??= []).push(pairs / (run.durationMs / 1000));
      (costs[library] ??= []).push(run.cpuMs / pairs);
    }
  }
  return { "pairs/s": rates, "ms of CPU a pair": costs };
}

async function main() {
  const { values } = parseArgs({
    options: {
      pairs: { type: "string", default: "4000" },
      repeat: { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  const server = spawn(process.execPath, [SELF, "serve"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    /** @type {string} */
    const port = await new Promise((resolve) =>
      createInterface({ input: server.stdout }).once("line", resolve),
    );
    const pairs = Number(values.pairs);
    const costs = await measureAll(port, pairs, Number(values.repeat));
    printTable(
      ["", ...Object.keys(costs)],
      Object.keys(LIBRARIES).map((library) => [
        library,
        median(costs["pairs/s"][library] ?? []).toFixed(0),
        median(costs["ms of CPU a pair"][library] ?? []).toFixed(3),
      ]),
    );
    writeRows(values.json, "http", rowsOf(pairs, costs));
  } finally {
    server.kill();
  }
}

/** Bytes go by undici. @param {number} pairs @param {Record<string, Record<string, number[]>>} costs @returns {import("./rows.mjs").Row[]} */
function rowsOf(pairs, costs) {
  return Object.entries(costs).map(([unit, { undici = [], ...others }]) => ({
    what: `${pairs.toLocaleString("en-US")} presigns and forms by undici`,
    unit,
    higherIsBetter: unit === "pairs/s",
    samples: undici,
    peers: Object.entries(others).map(([name, samples]) => ({ name, samples })),
  }));
}

const [role = "", port, pairs] = process.argv.slice(2);
if (role === "serve") serve();
else if (role in LIBRARIES) await measure(role, Number(port), Number(pairs));
else await main();
