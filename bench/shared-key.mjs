// `npm run bench -- share` (`--runs 1,2,4,10,30 --calls 1240 --json FILE`): runs that share a key, each a process, on one emulator
// that limits them: how long all take beside the limits' own bound, how many calls draw a 429, how even their ends are.
// With `--server independent` the emulator has no limits, and stands behind a limiter of others' (`limiter/proxy.py`):
// `--limiter log` or `bucket`, which shows `--signals all`, `retry-after` or `none`.
// @ts-check
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startEmulator } from "../lib/emulator/index.js";
import { startLimiter } from "./limiter/start.mjs";
import { environmentFor, printTable, temporaryFolder } from "./emulator.mjs";
import { writeRows } from "./rows.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PER_MINUTE = 600;
const PER_SECOND = 20;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1,2,4,10,30" },
    // Of all runs together, so that each line takes a few minutes at most.
    calls: { type: "string", default: "1240" },
    server: { type: "string", default: "emulator" },
    limiter: { type: "string", default: "log" },
    signals: { type: "string", default: "all" },
    json: { type: "string" },
  },
});

const isIndependent = values.server === "independent";

/** @param {string} root @param {number} count */
function makeFiles(root, count) {
  mkdirSync(root, { recursive: true });
  for (let i = 0; i < count; i++)
    writeFileSync(
      path.join(root, `${i}.jpg`),
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, i % 256, i >> 8]),
    );
}

/** The least that the limits allow, from the first call to the last. @param {number} calls */
function boundMs(calls) {
  if (isIndependent && values.limiter === "bucket")
    return (Math.max(0, calls - PER_SECOND) * 60_000) / PER_MINUTE;
  return (
    Math.floor((calls - 1) / PER_MINUTE) * 60_000 + (((calls - 1) % PER_MINUTE) * 1000) / PER_SECOND
  );
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<boolean>} whether it ended well */
function runCore(args, env) {
  const child = spawn(process.execPath, [path.join(HERE, "core.mjs"), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code === 0)));
}

/** @param {string} upstream */
function startProxy(upstream) {
  const { limiter: kind, signals } = values;
  return startLimiter({ kind, signals, upstream, perMinute: PER_MINUTE, perSecond: PER_SECOND });
}

/** @param {number} runs */
async function measure(runs) {
  const work = temporaryFolder();
  const files = Math.floor(Number(values.calls) / runs);
  makeFiles(path.join(work, "images"), files);
  const emulator = await startEmulator({
    requestsPerMinute: isIndependent ? 0 : PER_MINUTE,
    burstPerSecond: isIndependent ? 0 : PER_SECOND,
  });
  const limiter = isIndependent ? await startProxy(emulator.baseUrl) : undefined;
  try {
    const each = Array.from({ length: runs }, (_, run) =>
      runCore(
        [path.join(work, "images"), `set-${run}`, path.join(work, `journal-${run}`)],
        environmentFor({ ...emulator, baseUrl: limiter?.baseUrl ?? emulator.baseUrl }),
      ),
    );
    const ends = await Promise.all(each);
    const failed = ends.filter((isWell) => !isWell).length;
    const refusedBefore = (await limiter?.refused()) ?? 0;
    return report({ runs, files, failed, refusedBefore }, emulator.requests());
  } finally {
    limiter?.stop();
    await emulator.stop();
  }
}

/**
 * @param {{runs: number, files: number, failed: number, refusedBefore: number}} what `refusedBefore`: by what stands in front
 * @param {readonly import("../lib/emulator/index.js").LedgerEntry[]} requests
 */
function report({ runs, files, failed, refusedBefore }, requests) {
  const calls = requests.filter(({ target }) => target === "api");
  const served = calls.filter(({ status }) => status !== 429);
  const times = served.map(({ time }) => time);
  const first = Math.min(...times);
  const wholeMs = Math.max(...times) - first;
  // From the first file that a run asks for to its last.
  const durations = Array.from({ length: runs }, (_, run) => {
    const own = served.flatMap(({ key, time }) => (key?.includes(`/set-${run}/`) ? [time] : []));
    return Math.max(...own) - Math.min(...own);
  });
  return {
    runs,
    files,
    failed,
    calls: calls.length + refusedBefore,
    refused: calls.length - served.length + refusedBefore,
    wholeMs,
    boundMs: boundMs(served.length),
    fastestMs: Math.min(...durations),
    slowestMs: Math.max(...durations),
  };
}

/** @type {Awaited<ReturnType<typeof measure>>[]} */
const results = [];
for (const runs of values.runs.split(",").map(Number)) {
  const result = await measure(runs);
  results.push(result);
  console.error(JSON.stringify(result));
}
printTable(
  [
    "runs",
    "files each",
    "failed",
    "calls",
    "429",
    "429 %",
    "seconds",
    "bound",
    "ratio",
    "slowest ÷ fastest",
  ],
  results.map((one) => [
    String(one.runs),
    String(one.files),
    String(one.failed),
    String(one.calls),
    String(one.refused),
    ((100 * one.refused) / one.calls).toFixed(2),
    (one.wholeMs / 1000).toFixed(1),
    (one.boundMs / 1000).toFixed(1),
    (one.wholeMs / one.boundMs).toFixed(3),
    (one.slowestMs / one.fastestMs).toFixed(2),
  ]),
);

/** @param {Awaited<ReturnType<typeof measure>>} result @returns {import("./rows.mjs").Row[]} */
function rowsOf({ runs, files, failed, calls, refused, wholeMs, slowestMs, fastestMs, ...result }) {
  const what = runs === 1 ? `1 run of ${files} files` : `${runs} runs of ${files} files each`;
  const row = (/** @type {string} */ unit, /** @type {number} */ sample) => ({
    ...{ what, unit, higherIsBetter: false, samples: [sample] },
  });
  const least = { name: "the least that the limits allow", samples: [result.boundMs / 1000] };
  const percent = row("% of calls drew a 429", (100 * refused) / calls);
  return [
    { ...row("s", wholeMs / 1000), peers: [{ ...least, target: runs === 1 ? 1.01 : 1.05 }] },
    { ...row("runs that failed", failed), target: 0 },
    // What was asked for is a run by itself, and four.
    runs === 1 || runs === 4 ? { ...percent, target: runs === 1 ? 0 : 1 } : percent,
    ...(runs === 1
      ? []
      : [{ ...row("times the fastest run, the slowest", slowestMs / fastestMs), target: 1.5 }]),
  ];
}
writeRows(values.json, "share", results.flatMap(rowsOf));
