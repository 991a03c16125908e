// `npm run bench -- cache` (`--files N --gib N --large N --repeat N --stack --json FILE`): what it costs to look again at files
// that have not changed: a look at many small files and at 4 GiB in 20,000 beside a bare walk with stats, with the cache off,
// empty and full; and with `--stack` a preview by the real engine beside that of the same stack with one file.
// The peer is a walk in the same language, synchronous (through Node's threads each call takes five times the CPU), that asks
// for each file with the same call: no look in Node can know what is unchanged for less. A walk in C takes less than half of it.
// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { randomBytes } from "node:crypto";
import { ensurePart, envWith } from "../scripts/parts.mjs";
import { printTable, runReporting, temporaryFolder } from "./emulator.mjs";
import { median, writeRows } from "./rows.mjs";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "100000" },
    large: { type: "string", default: "20000" },
    gib: { type: "string", default: "4" },
    repeat: { type: "string", default: "3" },
    stack: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const here = path.dirname(fileURLToPath(import.meta.url));
const repeat = Number(values.repeat);
// What was written in the last minute is not kept for the next process.
const settlingMs = 61_000;
const counted = Number(values.files).toLocaleString("en-US");

/** JPEGs by their first and last bytes, 1,000 a folder. @param {string} root @param {number} count @param {number} size */
function makeFiles(root, count, size) {
  const bytes = randomBytes(size);
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  bytes.set([0xff, 0xd9], size - 2);
  for (let i = 0; i < count; i++) {
    const folder = path.join(root, `d${String(Math.floor(i / 1000)).padStart(4, "0")}`);
    if (i % 1000 === 0) mkdirSync(folder, { recursive: true });
    bytes.writeUInt32LE(i, 8);
    writeFileSync(path.join(folder, `f${String(i).padStart(7, "0")}.jpg`), bytes);
  }
}

/**
 * One look in a process of its own, its start and loading included.
 * @param {string} what @param {string} root @param {string} state @param {boolean} isOff
 */
async function look(what, root, state, isOff = false) {
  const startedMs = performance.now();
  const env = { AVALA_STATE_DIR: state, AVALA_HASH_CACHE: isOff ? "off" : "on" };
  const run = await runReporting(process.execPath, [path.join(here, "look.mjs"), what, root], env);
  return { ...run, wallMs: performance.now() - startedMs };
}

/** What is compared, and what it is called. */
const names = {
  walk: "bare walk with stats",
  off: "cache off",
  empty: "cache empty",
  full: "cache full",
};

/** In turns, so that each meets the same load. @param {string} name @param {string} root @param {string} work */
async function compare(name, root, work) {
  /** @type {Record<keyof typeof names, any[]>} */
  const runs = { walk: [], off: [], empty: [], full: [] };
  for (let i = 0; i < repeat; i++) {
    const state = path.join(work, `state-${name.replaceAll(/\W/g, "-")}-${i}`);
    runs.walk.push(await look("walk", root, state));
    runs.off.push(await look("look", root, state, true));
    runs.empty.push(await look("look", root, state));
    runs.full.push(await look("look", root, state));
  }
  return { name, runs };
}

/** @typedef {Awaited<ReturnType<typeof compare>>} Compared */

/** @param {Compared} compared */
function cellsOf({ name, runs }) {
  const of = (/** @type {any[]} */ some, /** @type {string} */ key) =>
    median(some.map((run) => run[key]));
  const [walkMs, walkCpuMs] = [of(runs.walk, "lookMs"), of(runs.walk, "cpuMs")];
  return Object.entries(runs).map(([what, some]) => [
    `${name}, ${names[/** @type {keyof typeof names} */ (what)]}`,
    (of(some, "wallMs") / 1000).toFixed(2),
    (of(some, "lookMs") / 1000).toFixed(2),
    (of(some, "lookMs") / walkMs).toFixed(2),
    (of(some, "cpuMs") / 1000).toFixed(2),
    (of(some, "cpuMs") / walkCpuMs).toFixed(2),
    (of(some, "peakBytes") / 1024 ** 2).toFixed(0),
  ]);
}

/** @param {Compared} compared @returns {import("./rows.mjs").Row[]} */
function rowsOf({ name, runs }) {
  const row = (/** @type {string} */ unit, /** @type {string} */ key) => {
    const of = (/** @type {any[]} */ some) => some.map((run) => run[key] / 1000);
    return {
      what: `looking again at ${name}`,
      unit,
      higherIsBetter: false,
      samples: of(runs.full),
      peers: [
        { name: names.walk, samples: of(runs.walk), target: 1.5 },
        { name: names.off, samples: of(runs.off) },
        { name: names.empty, samples: of(runs.empty) },
      ],
    };
  };
  return [row("s", "lookMs"), row("s of CPU", "cpuMs")];
}

/** A preview's wall time. @param {string} folder @param {string} root @param {NodeJS.ProcessEnv} env */
function preview(folder, root, env) {
  writeFileSync(
    path.join(folder, "index.js"),
    `const avala = require("@avala/pulumi");\nnew avala.FileSet("bench", { root: ${JSON.stringify(root)}, include: ["**"], dataType: "image" });\n`,
  );
  const startedMs = performance.now();
  const args = ["preview", "--color", "never", "--non-interactive"];
  const run = spawnSync("pulumi", args, { cwd: folder, env, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`pulumi preview failed:\n${run.stdout}${run.stderr}`);
  return performance.now() - startedMs;
}

/** @param {string} root @param {string} work */
async function compareStack(root, work) {
  const home = path.join(work, "pulumi");
  const folder = path.join(home, "project");
  const few = path.join(work, "one-file");
  mkdirSync(path.join(home, "state"), { recursive: true });
  mkdirSync(folder);
  makeFiles(few, 1, 1024);
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\nmain: index.js\n");
  writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ name: "bench", main: "index.js" }),
  );
  symlinkSync(path.join(here, "..", "node_modules"), path.join(folder, "node_modules"), "dir");
  const env = {
    ...envWith(await ensurePart("pulumi")),
    AVALA_API_KEY: "",
    AVALA_STATE_DIR: path.join(home, "avala"),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: pathToFileURL(path.join(home, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_STACK: "bench",
  };
  spawnSync("pulumi", ["stack", "init", "bench"], { cwd: folder, env });
  /** @type {number[]} */
  const without = [];
  /** @type {number[]} */
  const full = [];
  const off = preview(folder, root, { ...env, AVALA_HASH_CACHE: "off" });
  const empty = preview(folder, root, env);
  for (let i = 0; i < repeat; i++) {
    without.push(preview(folder, few, env));
    full.push(preview(folder, root, env));
  }
  const base = median(without);
  const cells = (/** @type {string} */ name, /** @type {number} */ ms) => [
    name,
    (ms / 1000).toFixed(2),
    ((ms - base) / 1000).toFixed(2),
  ];
  printTable(
    ["preview", "seconds", "beyond one file"],
    [
      cells("of one file", base),
      cells(`of ${values.files}, cache off`, off),
      cells(`of ${values.files}, cache empty`, empty),
      cells(`of ${values.files}, cache full`, median(full)),
    ],
  );
  return {
    what: `a second preview of a stack with ${counted} files, beyond one with one file`,
    unit: "s",
    higherIsBetter: false,
    samples: full.map((ms, turn) => (ms - (without[turn] ?? NaN)) / 1000),
    target: 2,
  };
}

const work = temporaryFolder();
console.log(`File system type ${statfsSync(work).type.toString(16)}; medians of ${repeat}.`);
const small = path.join(work, "small");
makeFiles(small, Number(values.files), 10_240);
const large = path.join(work, "large");
const largeCount = Number(values.large);
makeFiles(large, largeCount, Math.floor((Number(values.gib) * 1024 ** 3) / largeCount));
await new Promise((resolve) => setTimeout(resolve, settlingMs));
const compared = [
  await compare(`${counted} files of 10 KiB`, small, work),
  await compare(`${values.gib} GiB in ${largeCount.toLocaleString("en-US")} files`, large, work),
];
printTable(
  ["", "process s", "look s", "of the walk", "CPU s", "of the walk", "peak MiB"],
  compared.flatMap(cellsOf),
);
rmSync(large, { recursive: true });
const stack = values.stack ? [await compareStack(small, work)] : [];
writeRows(values.json, "cache", [...compared.flatMap(rowsOf), ...stack]);
