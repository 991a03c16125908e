// What bounds an upload of very many files, on paper: what follows from the limits by arithmetic.
// Uses none of the measured figures but the ones that it is given.
// @ts-check
import {
  COMPARING_MS,
  LIMITS,
  OWN_JOB_MINUTES,
  callsByForm,
  callsByPut,
  callsInJobs,
  comparedWithin,
  duration,
  estimateAt,
  filesWithin,
  memory,
  minutesOf,
  minutesToCompare,
  size,
} from "./arithmetic.mjs";
import { limitsTable } from "./limit-sources.mjs";
import { figure } from "./svg.mjs";
import { table } from "./tables.mjs";

/** @typedef {import("./arithmetic.mjs").Points} Points */

const SIZES = [100_000, 1_000_000, 100_000_000];

/** @param {(files: number) => string} cell */
const across = (cell) => SIZES.map(cell);

/**
 * @typedef {object} Measured figures of this machine, over the number of files
 * @property {Points | undefined} uploadSeconds without a limit of calls
 * @property {Points | undefined} uploadMebibytes of memory, at the most
 * @property {Points | undefined} dryRunSeconds
 * @property {Points | undefined} dryRunMebibytes of memory, at the most
 */

/**
 * A row of a measured figure: what is between two that were measured, or beyond all of them, is on a straight line.
 * @param {string} what @param {Points | undefined} points @param {(figure: number) => string} inWords
 */
function measuredRow(what, points, inWords) {
  if (points === undefined) return [];
  const most = figure(points.at(-1)?.amount ?? NaN);
  return [[`${what} (measured up to ${most})`, ...across((n) => inWords(estimateAt(points, n)))]];
}

/** By form, and by PUT. @param {(calls: number) => string} cell */
const acrossBoth = (cell) =>
  across((n) => `${cell(callsByForm(n))}; ${cell(callsByPut(n))} by PUT`);

/** @param {Measured} measured */
function boundsTable({ uploadSeconds, uploadMebibytes, dryRunSeconds, dryRunMebibytes }) {
  const perMinute = LIMITS.callsPerMinute;
  const whole = across((n) => duration(minutesOf(callsByForm(n))));
  const inSeconds = (/** @type {number} */ seconds) => duration(seconds / 60);
  const jobsOf = (/** @type {number} */ minutes) =>
    acrossBoth((calls) => figure(Math.ceil(minutesOf(calls) / minutes)));
  const rows = [
    ["calls by form, items read back", ...across((n) => figure(callsByForm(n)))],
    [`their time at ${perMinute} a minute`, ...whole],
    ["the same by PUT", ...across((n) => duration(minutesOf(callsByPut(n))))],
    [
      `hosted jobs of ${LIMITS.budgetMinutes} minutes, one after the other`,
      ...jobsOf(LIMITS.budgetMinutes),
    ],
    [`jobs of ${LIMITS.ownJobDays} days on a runner of your own`, ...jobsOf(OWN_JOB_MINUTES)],
    [
      `a matrix of ${LIMITS.matrixJobs} jobs, which share the ${perMinute} a minute and have calls of their own`,
      ...across((n) => duration(minutesOf(callsInJobs(n, LIMITS.matrixJobs)))),
    ],
    [
      `comparing what storage keeps, under a fixed name, at ${COMPARING_MS} ms a request`,
      ...across((n) => duration(minutesToCompare(n))),
    ],
    [
      `bytes a file that fit on ${LIMITS.diskGb} GB`,
      ...across((n) => size((LIMITS.diskGb * 1e9) / n)),
    ],
    [
      "state of a stack, at 15 to 43 bytes a file",
      ...across((n) => `${size(15 * n)} to ${size(43 * n)}`),
    ],
    ["calls, from your own bucket", ...across(() => "1")],
    [
      "filling that bucket, under one prefix of S3",
      ...across((n) => inSeconds(n / LIMITS.s3PerSecond)),
    ],
    ...measuredRow(
      "this machine, if calls were not limited, with tiny files",
      uploadSeconds,
      inSeconds,
    ),
    ...measuredRow("memory of that upload", uploadMebibytes, memory),
    ...measuredRow("a dry run of tiny files", dryRunSeconds, inSeconds),
    ...measuredRow("memory of a dry run", dryRunMebibytes, memory),
  ];
  return table(["", ...SIZES.map((n) => `${figure(n)} files`)], rows);
}

/** The size of a file from which the line is slower than the calls. @param {number} bytesPerSecond */
const breakEven = (bytesPerSecond) => size((bytesPerSecond * 60) / LIMITS.callsPerMinute);

function choiceTable() {
  const whole = (/** @type {number} */ files) => duration(minutesOf(callsByForm(files)));
  const inJob = (/** @type {(files: number) => number} */ callsOf) =>
    figure(filesWithin(LIMITS.budgetMinutes, callsOf));
  const thousand = (/** @type {(files: number) => number} */ callsOf) =>
    duration(minutesOf(callsOf(2000) - callsOf(1000)));
  return table(
    ["if you have", "do this", "it takes"],
    [
      [
        `up to ${inJob(callsByForm)} files (${inJob(callsByPut)} by PUT)`,
        "one step in one job",
        `${thousand(callsByForm)} for each 1,000 files, by PUT ${thousand(callsByPut)}, once; then a [growing set](growing-sets.md) sends only what is new`,
      ],
      [
        `up to 1,000,000 files on a disk`,
        `[an upload that takes longer than a job](../examples/long-upload/README.md), on hosted runners if all of it fits on their ${LIMITS.diskGb} GB (${size((LIMITS.diskGb * 1e9) / 1e6)} a file for 1,000,000), else on one of your own; or up to ${figure(filesWithin(OWN_JOB_MINUTES, callsByForm))} files (${figure(filesWithin(OWN_JOB_MINUTES, callsByPut))} by PUT) in one job on a runner of your own`,
        `${whole(100_000)} for 100,000, ${whole(1_000_000)} for 1,000,000; by PUT twice as long`,
      ],
      [
        "the same, and that is too slow",
        "ask Avala for a higher limit; up to 1,200 calls a minute, it is used as soon as a response names it. More jobs or keys do not help",
        "at 10 times the limit, a tenth",
      ],
      [
        "files in S3 or Google Cloud, or more than 1,000,000",
        "[make the dataset from the bucket](pulumi.md#buckets)",
        `1 call. To fill a bucket takes longer: ${duration(1e8 / LIMITS.s3PerSecond / 60)} for 100,000,000 files under one prefix of S3`,
      ],
      [
        "a set that is frozen as a whole and changes in some folders",
        "a dataset for each folder (`partition-depth: 1`)",
        "the calls of the folders that changed",
      ],
      [
        `files above ${breakEven(10e6)} on a line of 10 MB/s, above ${breakEven(100e6)} on one of 100 MB/s (by PUT twice as large)`,
        "any of these; not the calls but your line is the bound",
        "the bytes, at the rate of your line",
      ],
    ],
  );
}

/** @param {Measured} measured */
export function limitsSection(measured) {
  const perMinute = LIMITS.callsPerMinute;
  const share = (/** @type {number} */ perSecond) => figure((100 * perMinute) / 60 / perSecond);
  return `## What bounds a large upload

This part is arithmetic. The limits, and where they are written:

${limitsTable()}

What follows from them. The slowest row is the bound, and unless files are large, that is the time of the calls:

${boundsTable(measured)}

- **The call budget** is the bound: ${perMinute} calls a minute are ${figure(perMinute / 60)} files a second. A faster client, a faster line or a larger
  runner does not help.
- **More runners** share the budget, because the limit is the user's. ${LIMITS.matrixJobs} jobs get ${figure(perMinute / LIMITS.matrixJobs)} calls a minute each, and together take
  longer than one: each job has ${callsByForm(1) - 1} calls and more of its own, which for ${LIMITS.matrixJobs} jobs are ${duration(minutesOf(LIMITS.matrixJobs * (callsByForm(1) - 1)))}. More than 30 runs at once were not
  measured, and GitHub runs only as many as its plan allows (20 on the free one). More keys of the same user do not help either.
- **Bytes** are the bound if a file takes longer to send than its call: above ${breakEven(100e6)} a file on a line of 100 MB/s, above
  ${breakEven(10e6)} on one of 10 MB/s, and by PUT above twice that. Then a matrix with a few runners helps. A user may have ${LIMITS.uploadsAtOnce} uploads under way at once, and one job
  takes 8 of them by default. With several jobs, set \`concurrency\` so that together they stay at 10, as to 2 in each of 4 jobs.
- **Storage** is not the bound of an upload: ${perMinute} a minute are ${share(LIMITS.s3PerSecond)}% of what one prefix of S3 takes, and ${share(LIMITS.gcsPerSecond)}% of what a new
  bucket of Cloud Storage takes. It bounds how fast you can fill a bucket of yours.
- **Comparing** comes after a dataset was made under a fixed name, where runs of other content can send to the same places: what
  storage keeps is held against what was sent, in half of the time that a step may still wait (\`timeout-minutes\`): what follows, as
  an export, has the other half. At ${COMPARING_MS} ms a request that is enough for ${figure(comparedWithin(LIMITS.waitMinutes / 2))} files if it is ${LIMITS.waitMinutes} minutes; 1,000,000 take ${figure(2 * minutesToCompare(1e6))}. For those that are not compared by then there is a warning, and \`complete\` is \`false\`. A name with
  \`{digest}\` or \`{increment}\` needs no comparing.
- **Memory** of an upload grows with the number of files and not with their size: the table has it for more files than were
  measured as a straight line through the least and the most that were.
- **Buckets** avoid the calls: one call makes the dataset, whatever the bucket holds. How long Avala then takes to read it is not
  documented.
- **Jobs end, datasets do not wait.** A dataset is made when its last file is there, and until then its files must not change. Cut
  an upload of days into folders (\`partition-depth: 1\`) or into increments (\`{increment}\`), each complete by itself.
- **The disk of a standard hosted runner** holds ${LIMITS.diskGb} GB, and each of several jobs, one after the other, needs all of the files. For more,
  use one of GitHub's larger runners, or a runner of your own that has them.
- **100,000,000 files** do not go through the API: it would take years, and the list alone needs more memory than runners have. Put them
  into a bucket.

### What to do

${choiceTable()}
`;
}
