// `npm run bench -- share` (`--sets 1x640,4x310 --json FILE`, runs x files of each): runs that share a key, each a process, on one
// emulator that limits them: how long all take beside the limits' own bound, how many calls draw a 429, how even their ends are.
// `4x75@100`: with 100 calls a minute in place of 600.
// With `--forms log/all,bucket/retry-after` the emulators have no limits, and stand behind limiters of others' (`limiter/proxy.py`):
// a log or a bucket, which shows all headers, `retry-after` or none.
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
    // More than one minute's budget, or who ends in the first minute is twice as fast as who has one call left; and two sets that
    // the second bounds as much as the minute does.
    sets: {
      type: "string",
      default: "1x640,2x320,4x310,10x188,30x85,4x75@100,10x30@100,2x150,4x248",
    },
    forms: { type: "string" },
    json: { type: "string" },
  },
});

/**
 * @typedef {{kind: string, signals: string}} Form of a limiter of others'
 * @typedef {{runs: number, files: number, perMinute: number, form?: Form}} Plan
 */

const WORDS = {
  log: "a log of the minute",
  bucket: "a token bucket",
  all: "all headers",
  "retry-after": "`Retry-After` alone",
  none: "no headers",
};

/** @param {string} name @returns {string} */
const inWords = (name) => /** @type {Record<string, string>} */ (WORDS)[name] ?? name;

/** @returns {Plan[]} */
function plans() {
  const sets = values.sets.split(",").map((set) => {
    const [size = "", perMinute = PER_MINUTE] = set.split("@");
    const [runs = 0, files = 0] = size.split("x").map(Number);
    return { runs, files, perMinute: Number(perMinute) };
  });
  if (values.forms === undefined) return sets;
  const forms = values.forms.split(",").map((form) => {
    const [kind = "", signals = ""] = form.split("/");
    return { kind, signals };
  });
  return forms.flatMap((form) => sets.map((set) => ({ ...set, form })));
}

/** @param {string} root @param {number} count */
function makeFiles(root, count) {
  mkdirSync(root, { recursive: true });
  for (let i = 0; i < count; i++)
    writeFileSync(
      path.join(root, `${i}.jpg`),
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, i % 256, i >> 8]),
    );
}

/** The least that the limits allow, from the first call to the last. @param {number} calls @param {{form: Form | undefined, perMinute: number}} limits */
function boundMs(calls, { form, perMinute }) {
  if (form?.kind === "bucket") return (Math.max(0, calls - PER_SECOND) * 60_000) / perMinute;
  const minutes = Math.floor((calls - 1) / perMinute);
  return minutes * 60_000 + (((calls - 1) % perMinute) * 1000) / PER_SECOND;
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<boolean>} whether it ended well */
function runCore(args, env) {
  const child = spawn(process.execPath, [path.join(HERE, "core.mjs"), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code === 0)));
}

/** @param {Plan} plan */
async function measure(plan) {
  const { runs, files, form, perMinute } = plan;
  const work = temporaryFolder();
  makeFiles(path.join(work, "images"), files);
  const emulator = await startEmulator({
    requestsPerMinute: form ? 0 : perMinute,
    burstPerSecond: form ? 0 : PER_SECOND,
  });
  const limits = { perMinute, perSecond: PER_SECOND };
  const limiter = form && (await startLimiter({ ...form, ...limits, upstream: emulator.baseUrl }));
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
    return report({ ...plan, failed, refusedBefore }, emulator.requests());
  } finally {
    limiter?.stop();
    await emulator.stop();
  }
}

/**
 * @param {Plan & {failed: number, refusedBefore: number}} what `refusedBefore`: by what stands in front
 * @param {readonly import("../lib/emulator/index.js").LedgerEntry[]} requests
 */
function report({ runs, files, form, perMinute, failed, refusedBefore }, requests) {
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
    form,
    perMinute,
    failed,
    calls: calls.length + refusedBefore,
    refused: calls.length - served.length + refusedBefore,
    wholeMs,
    boundMs: boundMs(served.length, { form, perMinute }),
    fastestMs: Math.min(...durations),
    slowestMs: Math.max(...durations),
  };
}

/** @typedef {Awaited<ReturnType<typeof measure>>} Result */

/** @type {Result[]} */
const results = [];
for (const plan of plans()) {
  const result = await measure(plan);
  results.push(result);
  console.error(JSON.stringify(result));
}
printTable(
  [
    "limiter",
    "runs",
    "files each",
    "a minute",
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
    one.form ? `${one.form.kind}/${one.form.signals}` : "emulator",
    String(one.runs),
    String(one.files),
    String(one.perMinute),
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

/** @param {Result} result @returns {import("./rows.mjs").Row[]} */
function rowsOf({
  runs,
  files,
  form,
  perMinute,
  failed,
  calls,
  refused,
  wholeMs,
  slowestMs,
  fastestMs,
  ...result
}) {
  const size = runs === 1 ? `1 run of ${files} files` : `${runs} runs of ${files} files each`;
  const set = perMinute === PER_MINUTE ? size : `${size} at ${perMinute} calls a minute`;
  const what = form ? `${set}, ${inWords(form.kind)}, ${inWords(form.signals)}` : set;
  const row = (/** @type {string} */ unit, /** @type {number} */ sample) => ({
    ...{ what, unit, higherIsBetter: false, samples: [sample] },
  });
  const least = { name: "the least that the limits allow", samples: [result.boundMs / 1000] };
  const percent = row("% of calls drew a 429", (100 * refused) / calls);
  return [
    { ...row("s", wholeMs / 1000), peers: [{ ...least, target: runs === 1 ? 1.01 : 1.05 }] },
    { ...row("runs that failed", failed), target: 0 },
    // What is asked for is a run by itself, and four.
    runs === 1 || runs === 4 ? { ...percent, target: runs === 1 ? 0 : 1 } : percent,
    ...(runs === 1
      ? []
      : [{ ...row("slowest ÷ fastest run", slowestMs / fastestMs), target: 1.5 }]),
  ];
}
writeRows(values.json, "share", results.flatMap(rowsOf));
