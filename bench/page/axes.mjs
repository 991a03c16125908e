// What an axis measures, in words: a unit by itself does not say it where no table stands beside.
// @ts-check

/** @typedef {import("../rows.mjs").Row} Row */

/** @type {Readonly<Record<string, string>>} */
const MEASURES = {
  s: "time, s",
  ms: "time, ms",
  "s of CPU": "processor time, s",
  "ms of CPU": "processor time, ms",
  "ms of CPU a file": "processor time for each file, ms",
  "ms of CPU a pair": "processor time for each pair, ms",
  "MiB at most": "memory at most, MiB",
  kB: "memory for each file, kB",
  "MB/s": "rate, MB/s",
  "files/s": "rate, files/s",
  "pairs/s": "rate, pairs/s",
  "% of calls drew a 429": "calls that drew a 429, %",
};

/** Its unit, where that says it. @param {string} unit */
export const measureOf = (unit) => MEASURES[unit] ?? unit;

/** @param {Row | undefined} row of those on the axis */
export function axisTitle(row) {
  if (row === undefined) return "";
  return `${measureOf(row.unit)} (${row.higherIsBetter ? "more is better" : "less is better"})`;
}
