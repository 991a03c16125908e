// What bounds an upload of very many files, on paper: limits with their sources, and what follows from them by arithmetic.
// Uses none of the measured figures but the ones that it is given.
// @ts-check
import { DEFAULT_CALLS_PER_MINUTE, PAGE_ENTRIES } from "../../lib/src/api/limits.js";
import { figure } from "./svg.mjs";
import { table } from "./tables.mjs";

const SIZES = [100_000, 1_000_000, 100_000_000];

const LIMITS = {
  jobHours: 6,
  // Of the 360 minutes of a job: room for the checkout before and for the cache after it, as in examples/long-upload.
  budgetMinutes: 330,
  ownJobDays: 5,
  runDays: 35,
  matrixJobs: 256,
  diskGb: 14,
  s3PerSecond: 3500,
  gcsPerSecond: 1000,
  uploadsAtOnce: 10,
};

const AVALA = "[Avala, rate limits](https://avala.ai/docs/api-reference/rate-limits)";
const GITHUB = "[GitHub, limits](https://docs.github.com/en/actions/reference/limits)";
const RUNNERS =
  "[GitHub, runners](https://docs.github.com/en/actions/reference/runners/github-hosted-runners)";
const S3 =
  "[Amazon S3, performance](https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html)";
const GCS = "[Cloud Storage, request rates](https://cloud.google.com/storage/docs/request-rate)";

/** @param {number} minutes */
export function duration(minutes) {
  const hours = minutes / 60;
  if (minutes < 2) return `${figure(minutes * 60)} seconds`;
  if (minutes < 100) return `${figure(minutes)} minutes`;
  if (hours < 48) return `${figure(hours)} hours`;
  if (hours < 24 * 100) return `${figure(hours / 24)} days`;
  return `${figure(hours / 24 / 365)} years`;
}

/** @param {number} bytes */
function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${figure(bytes / 1000 ** power)} ${units[power]}`;
}

/** Calls by form: one a file, and a list of the items by pages afterwards. @param {number} files */
const callsByForm = (files) => files + Math.ceil(files / PAGE_ENTRIES);

/** Each limit: what it is, where it is from. */
function limitsTable() {
  const perMinute = DEFAULT_CALLS_PER_MINUTE;
  return table(
    ["limit", "how much", "source"],
    [
      [
        "API calls",
        `${perMinute} a minute, 20 a second, for each user: all keys, jobs and machines of a user share them`,
        AVALA,
      ],
      [
        "calls for a file",
        "1 by form, 2 by PUT, 3 and more in parts; the server chooses the form",
        "[the contract](api.md)",
      ],
      ["uploads at once", `${LIMITS.uploadsAtOnce} for each user`, AVALA],
      [
        "items read back",
        `1 call for each ${PAGE_ENTRIES} (up to 1,000 where the server gives as many)`,
        "[the contract](api.md)",
      ],
      [
        "a bucket of yours",
        "1 call, whatever it holds; new files need another dataset",
        "[Buckets](pulumi.md#buckets)",
      ],
      ["a job on a hosted runner", `${LIMITS.jobHours} hours`, GITHUB],
      [
        "a job on a runner of your own",
        `${LIMITS.ownJobDays} days; a workflow run ${LIMITS.runDays} days`,
        GITHUB,
      ],
      ["jobs of a matrix", String(LIMITS.matrixJobs), GITHUB],
      ["disk of a hosted runner", `${LIMITS.diskGb} GB`, RUNNERS],
      [
        "writes to S3",
        `at least ${figure(LIMITS.s3PerSecond)} a second for each partitioned prefix`,
        S3,
      ],
      [
        "writes to Cloud Storage",
        `about ${figure(LIMITS.gcsPerSecond)} a second for a bucket at first; may double every 20 minutes`,
        GCS,
      ],
    ],
  );
}

/** @param {(files: number) => string} cell */
const across = (cell) => SIZES.map(cell);

/**
 * @typedef {object} Measured
 * @property {number} [filesPerSecond] that one upload reaches without a limit
 * @property {number} [bytesPerFile] of memory
 * @property {number} [lookMsPerFile] of a first look, nothing known
 *
 * @param {Measured} measured
 */
function boundsTable({ filesPerSecond, bytesPerFile, lookMsPerFile }) {
  const perMinute = DEFAULT_CALLS_PER_MINUTE;
  const minutes = (/** @type {number} */ files) => callsByForm(files) / perMinute;
  const jobs = (/** @type {number} */ files) => Math.ceil(minutes(files) / LIMITS.budgetMinutes);
  const rows = [
    ["calls by form, items read back", ...across((n) => figure(callsByForm(n)))],
    [`their time at ${perMinute} a minute`, ...across((n) => duration(minutes(n)))],
    ["the same by PUT", ...across((n) => duration((callsByForm(n) + n) / perMinute))],
    [
      `hosted jobs of ${LIMITS.budgetMinutes} minutes, one after the other`,
      ...across((n) => figure(jobs(n))),
    ],
    [
      `jobs of ${LIMITS.ownJobDays} days on a runner of your own`,
      ...across((n) => figure(Math.ceil(minutes(n) / (LIMITS.ownJobDays * 1440)))),
    ],
    [
      `a matrix of ${LIMITS.matrixJobs} jobs, whose user has the same ${perMinute} a minute`,
      ...across((n) => duration(minutes(n))),
    ],
    [
      `largest mean file that fits on ${LIMITS.diskGb} GB`,
      ...across((n) => size((LIMITS.diskGb * 1e9) / n)),
    ],
    ["from your bucket: calls", ...across(() => "1")],
    [
      "filling an S3 bucket under one prefix",
      ...across((n) => duration(n / LIMITS.s3PerSecond / 60)),
    ],
    ...(filesPerSecond === undefined
      ? []
      : [
          [
            "this machine, if calls had no limit",
            ...across((n) => duration(n / filesPerSecond / 60)),
          ],
        ]),
    ...(lookMsPerFile === undefined
      ? []
      : [
          [
            "listing and hashing small files, nothing known",
            ...across((n) => duration((n * lookMsPerFile) / 60_000)),
          ],
        ]),
    ...(bytesPerFile === undefined
      ? []
      : [["memory for the list", ...across((n) => size(n * bytesPerFile))]]),
  ];
  return table(["", ...SIZES.map((n) => `${figure(n)} files`)], rows);
}

/** The size of a file from which the line is slower than the calls. @param {number} bytesPerSecond */
const breakEven = (bytesPerSecond) => size((bytesPerSecond * 60) / DEFAULT_CALLS_PER_MINUTE);

function choiceTable() {
  const perMinute = DEFAULT_CALLS_PER_MINUTE;
  const inJob = LIMITS.budgetMinutes * perMinute;
  return table(
    ["you have", "do this", "it takes"],
    [
      [
        `up to ${figure(inJob)} files`,
        "one step, in one job",
        `${duration(10)} for each 1,000 files, once: a [growing set](growing-sets.md) then sends what is new`,
      ],
      [
        `up to 1,000,000 files that lie on a disk`,
        "[an upload that takes longer than a job](../examples/long-upload/README.md), or one job on a runner of your own",
        `${duration(1_000_000 / perMinute)} for 1,000,000`,
      ],
      [
        "the same, and it must be faster",
        "ask Avala for a higher limit: it is used as soon as a response names it. More jobs or keys do not help",
        "in proportion to the limit",
      ],
      [
        "files in S3 or Google Cloud, or more than 1,000,000",
        "[make the dataset from the bucket](pulumi.md#buckets)",
        "one call. To fill the bucket first takes as long as its writes: 8 hours for 100,000,000 under one prefix of S3",
      ],
      [
        "sets that change by folders, frozen as a whole",
        "a dataset for each folder (`partition-depth: 1`)",
        "the calls of the folders that changed",
      ],
      [
        `files of ${breakEven(100e6)} and more`,
        "anything of the above: not the calls bound it but the line",
        "their bytes, at your line's rate",
      ],
    ],
  );
}

/** @param {Measured} measured */
export function limitsSection(measured) {
  const perMinute = DEFAULT_CALLS_PER_MINUTE;
  return `## What bounds a large upload

This part is arithmetic, not measured. The limits:

${limitsTable()}

What follows from them. The smallest number that a row allows is what counts, and up to files of some ten megabytes that is
the call budget:

${boundsTable(measured)}

- **The call budget** bounds everything else: ${perMinute} calls a minute are ${figure(perMinute / 60)} files a second, where S3 takes ${figure(LIMITS.s3PerSecond)}.
  A faster client, a faster line or a larger runner changes nothing.
- **More runners** share the budget: the limit is the user's. ${LIMITS.matrixJobs} jobs have ${figure(perMinute / LIMITS.matrixJobs)} calls a minute each and
  end no sooner than one. A matrix helps where bytes are the bound, and then ${LIMITS.uploadsAtOnce} jobs at most, as ${LIMITS.uploadsAtOnce} uploads may run at once.
- **Bytes** are the bound once a file takes longer to send than to sign: from ${breakEven(100e6)} a file on a line of 100 MB/s, from ${breakEven(10e6)} on
  one of 10 MB/s.
- **Storage** is never the bound of an upload by calls: ${perMinute} a minute is ${figure((100 * perMinute) / 60 / LIMITS.s3PerSecond)}% of what one prefix of S3 takes, and
  ${figure((100 * perMinute) / 60 / LIMITS.gcsPerSecond)}% of what a new bucket of Cloud Storage takes. It is the bound of filling your own bucket.
- **A dataset is made when its last file is there**, and its files must not change until then. Days of upload are therefore better
  cut into folders (\`partition-depth: 1\`) or days (a growing set), each complete as it is.
- **100,000,000 files** can't be sent through the API: years of calls, and a list of them does not fit into the memory of a runner.
  They belong in a bucket.

### What to do

${choiceTable()}
`;
}
