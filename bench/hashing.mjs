// `npm run bench -- hash` (`--files N --mib N --repeat N --json FILE`): the sha256 of a set by the core, and by `openssl dgst` in as many
// processes as there are cores, in turns.
// @ts-check
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readdirSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { printTable, temporaryFolder } from "./emulator.mjs";
import { median, writeRows } from "./rows.mjs";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "64" },
    mib: { type: "string", default: "32" },
    repeat: { type: "string", default: "5" },
    json: { type: "string" },
  },
});
const load = createRequire(import.meta.url);
const { readFileSet } = load("../lib/src/files/file-set.js");
const { hashFiles } = load("../lib/src/files/hash.js");

const root = temporaryFolder();
const chunk = randomBytes(1024 * 1024);
for (let i = 0; i < Number(values.files); i++) {
  const file = openSync(path.join(root, `f${String(i).padStart(4, "0")}.jpg`), "w");
  for (let mib = 0; mib < Number(values.mib); mib++) {
    chunk.writeUInt32LE(i * 4096 + mib, 4);
    writeSync(file, chunk);
  }
  closeSync(file);
}
const bytes = Number(values.files) * Number(values.mib) * 1024 ** 2;
const cores = availableParallelism();

/** @param {() => Promise<unknown>} action @returns {Promise<number>} MB/s */
async function rate(action) {
  const startedMs = performance.now();
  await action();
  return bytes / 1000 / (performance.now() - startedMs);
}

async function openssl() {
  const names = readdirSync(root);
  const share = Math.ceil(names.length / cores);
  const ends = Array.from({ length: cores }, (_, core) => {
    const own = names.slice(core * share, (core + 1) * share);
    if (own.length === 0) return Promise.resolve();
    const child = spawn("openssl", ["dgst", "-sha256", ...own], { cwd: root, stdio: "ignore" });
    return new Promise((resolve) => child.once("close", resolve));
  });
  await Promise.all(ends);
}

async function core() {
  const { files } = await readFileSet({ root, include: ["**"], checkContent: "off" });
  await hashFiles(files);
}

await openssl(); // what is read for the first time comes from the disk
const rates = { core: /** @type {number[]} */ ([]), openssl: /** @type {number[]} */ ([]) };
for (let i = 0; i < Number(values.repeat); i++) {
  rates.core.push(await rate(core));
  rates.openssl.push(await rate(openssl));
}
const base = median(rates.openssl);
printTable(
  [
    `${values.files} files of ${values.mib} MiB, ${cores} cores`,
    "MB/s",
    "of openssl",
    "lowest",
    "highest",
  ],
  Object.entries(rates).map(([name, all]) => [
    name,
    median(all).toFixed(0),
    (median(all) / base).toFixed(2),
    Math.min(...all).toFixed(0),
    Math.max(...all).toFixed(0),
  ]),
);

writeRows(values.json, "hash", [
  {
    what: `${values.files} files of ${values.mib} MiB`,
    unit: "MB/s",
    higherIsBetter: true,
    samples: rates.core,
    peers: [{ name: "openssl dgst on each core", samples: rates.openssl, target: 0.9 }],
  },
]);
