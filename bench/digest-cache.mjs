// `npm run bench:cache [-- --files N --gib N --large N --repeat N --stack]`: what it costs to look again at files that have not
// changed: a look at many small files and at 4 GiB in 20,000 beside a bare walk with stats, with the cache off, empty and full;
// and with `--stack` a preview by the real engine (`pulumi` on the PATH) beside that of the same stack with one file.
// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { randomBytes } from "node:crypto";
import { median, printTable, runReporting, temporaryFolder } from "./emulator.mjs";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "100000" },
    large: { type: "string", default: "20000" },
    gib: { type: "string", default: "4" },
    repeat: { type: "string", default: "3" },
    stack: { type: "boolean", default: false },
  },
});

const here = path.dirname(fileURLToPath(import.meta.url));
const repeat = Number(values.repeat);
// What was written in the last 3 s is not believed to be unchanged.
const settlingMs = 4000;

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

/** @param {string} name @param {string} root @param {string} work */
async function compare(name, root, work) {
  const walks = [];
  const offs = [];
  const emptys = [];
  const fulls = [];
  for (let i = 0; i < repeat; i++) {
    const state = path.join(work, `state-${name.replaceAll(/\W/g, "-")}-${i}`);
    walks.push(await look("walk", root, state));
    offs.push(await look("look", root, state, true));
    emptys.push(await look("look", root, state));
    fulls.push(await look("look", root, state));
  }
  const rows = Object.entries({ walk: walks, off: offs, empty: emptys, full: fulls });
  const base = median(walks.map((run) => run.lookMs));
  return rows.map(([what, runs]) => {
    const wallMs = median(runs.map((run) => run.wallMs));
    const lookMs = median(runs.map((run) => run.lookMs));
    const cpuMs = median(runs.map((run) => run.cpuMs));
    const peak = median(runs.map((run) => run.peakBytes)) / 1024 ** 2;
    const names = {
      walk: "bare walk with stats",
      off: "cache off",
      empty: "cache empty",
      full: "cache full",
    };
    return [
      `${name}, ${names[/** @type {keyof typeof names} */ (what)]}`,
      (wallMs / 1000).toFixed(2),
      (lookMs / 1000).toFixed(2),
      (cpuMs / 1000).toFixed(2),
      (lookMs / base).toFixed(2),
      peak.toFixed(0),
      `${runs.at(-1)?.known ?? ""}`,
    ];
  });
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
function compareStack(root, work) {
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
    ...process.env,
    AVALA_API_KEY: "",
    AVALA_STATE_DIR: path.join(home, "avala"),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: pathToFileURL(path.join(home, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_STACK: "bench",
  };
  spawnSync("pulumi", ["stack", "init", "bench"], { cwd: folder, env });
  const without = [];
  const full = [];
  const off = preview(folder, root, { ...env, AVALA_HASH_CACHE: "off" });
  const empty = preview(folder, root, env);
  for (let i = 0; i < repeat; i++) {
    without.push(preview(folder, few, env));
    full.push(preview(folder, root, env));
  }
  const base = median(without);
  const row = (/** @type {string} */ name, /** @type {number} */ ms) => [
    name,
    (ms / 1000).toFixed(2),
    ((ms - base) / 1000).toFixed(2),
  ];
  printTable(
    ["preview", "seconds", "beyond one file"],
    [
      row("of one file", base),
      row(`of ${values.files}, cache off`, off),
      row(`of ${values.files}, cache empty`, empty),
      row(`of ${values.files}, cache full`, median(full)),
    ],
  );
}

const work = temporaryFolder();
console.log(`File system type ${statfsSync(work).type.toString(16)}; medians of ${repeat}.`);
const header = ["", "process s", "look s", "CPU s", "of the walk", "peak MiB", "known"];
const small = path.join(work, "small");
makeFiles(small, Number(values.files), 10_240);
const large = path.join(work, "large");
const largeCount = Number(values.large);
makeFiles(large, largeCount, Math.floor((Number(values.gib) * 1024 ** 3) / largeCount));
await new Promise((resolve) => setTimeout(resolve, settlingMs));
printTable(header, [
  ...(await compare(`${values.files} of 10 KiB`, small, work)),
  ...(await compare(`${values.gib} GiB in ${values.large}`, large, work)),
]);
rmSync(large, { recursive: true });
if (values.stack) compareStack(small, work);
