// What bounds an upload of very many files, as numbers: limits, and what follows from them. Knows nothing of where it stands.
// @ts-check
import { DEFAULT_CALLS_PER_MINUTE, STORE_READS_AT_ONCE } from "../../lib/src/api/limits.js";
import { callsFor, estimateCost } from "../../lib/src/upload/cost.js";
import { figure } from "./svg.mjs";

export const LIMITS = {
  callsPerMinute: DEFAULT_CALLS_PER_MINUTE,
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
  comparedAtOnce: STORE_READS_AT_ONCE,
  waitMinutes: 60,
};
export const OWN_JOB_MINUTES = LIMITS.ownJobDays * 24 * 60;

const SMALL_FILE = { sizeBytes: 1 };

/** All calls of a run that makes one dataset, as the code announces them. @param {number} files */
export function callsByForm(files) {
  const { calls } = estimateCost([{ toSend: [SMALL_FILE], fileCount: files }]);
  return calls + (files - 1) * callsFor(SMALL_FILE);
}

/** Each file takes a second call, which completes it. @param {number} files */
export const callsByPut = (files) => callsByForm(files) + files;

/** Each job makes a dataset of its own, and has calls of its own for that. @param {number} files of all jobs @param {number} jobs */
export const callsInJobs = (files, jobs) => jobs * callsByForm(Math.ceil(files / jobs));

// A request to storage in the same part of the world.
export const COMPARING_MS = 100;

/** Of a dataset under a fixed name: what storage keeps of each file is asked for, a byte of it. @param {number} files */
export const minutesToCompare = (files) => (files * COMPARING_MS) / LIMITS.comparedAtOnce / 60_000;

/** Files that are compared within so many minutes. @param {number} minutes */
export const comparedWithin = (minutes) => Math.floor(minutes / minutesToCompare(1));

/** @param {number} calls */
export const minutesOf = (calls) => calls / LIMITS.callsPerMinute;

/** The most files whose calls fit into so many minutes, rounded down to three digits. @param {number} minutes @param {(files: number) => number} callsOf */
export function filesWithin(minutes, callsOf) {
  let [fits, tooMany] = [0, Math.ceil(minutes * LIMITS.callsPerMinute)];
  while (tooMany - fits > 1) {
    const files = Math.floor((fits + tooMany) / 2);
    if (minutesOf(callsOf(files)) <= minutes) fits = files;
    else tooMany = files;
  }
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(fits, 1))) - 2);
  return Math.floor(fits / unit) * unit;
}

/** @typedef {readonly {amount: number, figure: number}[]} Points from little work to much, two at the least */

/** On the line between the two points beside it, or beyond all of them on the line through the first and the last. @param {Points} points @param {number} amount */
export function estimateAt(points, amount) {
  const found = points.findIndex((point) => point.amount >= amount);
  const right = Math.max(found, 1);
  const [a, b] = found < 0 ? [points[0], points.at(-1)] : [points[right - 1], points[right]];
  if (a === undefined || b === undefined) throw new Error("a line takes two points");
  const slope = (b.figure - a.figure) / (b.amount - a.amount);
  return a.figure + slope * (amount - a.amount);
}

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
export function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${figure(bytes / 1000 ** power)} ${units[power]}`;
}

/** As the tables of figures have it. @param {number} mebibytes */
export function memory(mebibytes) {
  return mebibytes < 10_000 ? `${figure(mebibytes)} MiB` : `${figure(mebibytes / 1024)} GiB`;
}
