// What a benchmark writes with `--json FILE`, `{name, rows}`, and what follows from a row: medians, spread, ratios, whether
// it reaches its targets. Does not know how anything is measured or shown.
// @ts-check
import { writeFileSync } from "node:fs";

/**
 * What a user would run instead, in the same turns on the same server.
 * @typedef {object} Peer
 * @property {string} name
 * @property {readonly number[]} samples one a turn, in the row's unit
 * @property {number} [target] ours is to be at least this multiple of the peer's, or at most, where less is better
 */

/**
 * A figure: one unit, ours beside that of others.
 * @typedef {object} Row
 * @property {string} what what is done, with its amount, such as "2 GiB by form"
 * @property {string} unit such as "MB/s" or "ms of CPU a file"
 * @property {boolean} higherIsBetter
 * @property {readonly number[]} samples ours, one a turn
 * @property {readonly Peer[]} [peers]
 * @property {number} [target] ours is to be at least this, or at most, where less is better
 * @property {{curve: string, amount: number, of: string}} [growth] the amount of work, such as `{curve: "upload",
 *   amount: 1000, of: "files"}`: rows of one curve and unit are drawn over it
 * @property {readonly number[]} [serverCores] how many cores the server was busy on in our turns: far from all, it is not what
 *   bounds us
 */

/** The mean of the middle two, of an even number. @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(middle) - 1] ?? NaN, sorted[Math.floor(middle)] ?? NaN];
  return (below + above) / 2;
}

/** Ours as a multiple of the peer's: turn by turn, as one turn's load is the same for both. @param {Row} row @param {Peer} peer */
export function ratiosTo({ samples }, peer) {
  if (samples.length !== peer.samples.length) return [median(samples) / median(peer.samples)];
  return samples.map((sample, turn) => sample / (peer.samples[turn] ?? NaN));
}

/** The median turn's. @param {Row} row @param {Peer} peer */
export const ratioTo = (row, peer) => median(ratiosTo(row, peer));

/** @param {number} figure @param {number} target @param {boolean} higherIsBetter */
export function isReached(figure, target, higherIsBetter) {
  return higherIsBetter ? figure >= target : figure <= target;
}

/** `Map.groupBy` of Node 21. @template T @param {readonly T[]} all @param {(one: T) => string} nameOf @returns {Map<string, T[]>} */
export function groupsOf(all, nameOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const one of all) groups.set(nameOf(one), [...(groups.get(nameOf(one)) ?? []), one]);
  return groups;
}

/** @param {string | undefined} file nothing is written without one @param {string} name @param {readonly Row[]} rows */
export function writeRows(file, name, rows) {
  if (file === undefined) return;
  writeFileSync(file, `${JSON.stringify({ name, rows }, undefined, 2)}\n`);
}
