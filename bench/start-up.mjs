// `npm run bench -- start` (`--node PATH --bundle FILE --repeat N --json FILE`): how long the Action takes from its start to its first
// request, beyond what Node itself takes to start and end. Asks a server of its own, which ends each run there.
// @ts-check
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensurePart } from "../scripts/parts.mjs";
import { startAction } from "./action.mjs";
import { printTable, temporaryFolder } from "./emulator.mjs";
import { cpuMsOf } from "./process-cost.mjs";
import { median, writeRows } from "./rows.mjs";

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from([0xff, 0xd9])]);

const { values } = parseArgs({
  options: {
    node: { type: "string" },
    bundle: { type: "string", default: path.join(ROOT, "dist", "index.js") },
    repeat: { type: "string", default: "15" },
    json: { type: "string" },
  },
});

// That of GitHub's runners, which action.yml names.
const node = values.node ?? (await ensurePart("node24")).command;

/** `cpuMs`: where it is known. @typedef {{wallMs: number, cpuMs: number | undefined}} Cost */

/** `node -e 0`, from its start to its end; its processor time by its own account. @returns {Promise<Cost>} */
async function bareNode() {
  const startedMs = performance.now();
  const child = spawn(node, ["-e", "0"], { stdio: "ignore" });
  await once(child, "exit");
  const wallMs = performance.now() - startedMs;
  const script = "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)";
  const cpuMs = Number(execFileSync(node, ["-e", script], { encoding: "utf8" }));
  return { wallMs, cpuMs };
}

/** One run, until its first request. @param {Record<string, string>} inputs @param {string} folder @returns {Promise<Cost>} */
async function firstRequest(inputs, folder) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  const startedMs = performance.now();
  const child = startAction({
    node,
    bundle: values.bundle,
    workspace: folder,
    temp: folder,
    inputs: { ...inputs, "base-url": `http://127.0.0.1:${address.port}` },
  });
  let log = "";
  child.stdout?.on("data", (chunk) => (log += String(chunk)));
  try {
    return await new Promise((resolve, reject) => {
      server.once("request", () => {
        const wallMs = performance.now() - startedMs;
        child.kill("SIGSTOP"); // what it does further is not of its start
        resolve({ wallMs, cpuMs: cpuMsOf(child.pid) });
      });
      child.once("exit", () =>
        reject(new Error(`The run ended before its first request:\n${log}`)),
      );
    });
  } finally {
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
  }
}

const folder = temporaryFolder();
mkdirSync(path.join(folder, "images"));
for (const name of ["one.jpg", "two.jpg", "three.jpg"]) {
  writeFileSync(path.join(folder, "images", name), JPEG);
}
const key = { "api-key": "avk_0123456789abcdef0123456789abcdef" };
const cases = {
  "an export, by its uid": { ...key, "export-uid": "0123", "wait-for-export": "true" },
  "three files": { ...key, files: "images", dataset: "pets" },
};
/** @type {Cost[]} */
const bare = [];
/** @type {Record<string, Cost[]>} */
const costs = { "an export, by its uid": [], "three files": [] };
for (let i = 0; i < Number(values.repeat); i++) {
  bare.push(await bareNode());
  for (const [name, inputs] of Object.entries(cases)) {
    costs[name]?.push(await firstRequest(inputs, folder));
  }
}

/** Of the turns in which it is known. @param {Cost[]} runs @param {"wallMs" | "cpuMs"} of */
const samplesOf = (runs, of) => runs.flatMap((run) => run[of] ?? []);

/** @param {string} name @param {Cost[]} runs */
function line(name, runs) {
  const of = /** @type {const} */ (["wallMs", "cpuMs"]);
  const medians = of.map((one) => median(samplesOf(runs, one)));
  const beyond = of.map((one, i) => (medians[i] ?? NaN) - median(samplesOf(bare, one)));
  return [name, ...[...medians, ...beyond].map((ms) => ms.toFixed(0))];
}
const lines = Object.entries({ "node -e 0": bare, ...costs }).map(([name, runs]) =>
  line(name, runs),
);
printTable(["", "ms", "CPU ms", "beyond node -e 0", "CPU ms beyond"], lines);

/** @param {"wallMs" | "cpuMs"} of @param {string} unit @returns {import("./rows.mjs").Row[]} */
const rowsOf = (of, unit) =>
  Object.entries(costs)
    .map(([what, runs]) => ({
      what,
      unit,
      higherIsBetter: false,
      samples: samplesOf(runs, of),
      peers: [{ name: "node -e 0", samples: samplesOf(bare, of) }],
    }))
    .filter(({ samples }) => samples.length > 0);
writeRows(values.json, "start", [...rowsOf("wallMs", "ms"), ...rowsOf("cpuMs", "ms of CPU")]);
