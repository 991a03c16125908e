// What people wrote of the figures, beside the rows that it is about: why one falls short, or what else one shows. Pure.
// @ts-check
import { fallsShort } from "./tables.mjs";

/**
 * @typedef {import("../results.mjs").Outcome} Outcome
 * @typedef {Readonly<Record<string, string>>} Known row's `what`, or `*` for all of them → what is known, or the `what` of another
 *   row that has the same
 * @typedef {Readonly<Record<string, string | Known>>} Reasons by benchmark; or benchmark → the one whose reasons it has
 */

/** @param {string} name @param {Reasons} reasons @returns {Known} */
function knownFor(name, reasons) {
  const known = reasons[name] ?? {};
  return typeof known === "string" ? knownFor(known, reasons) : known;
}

/** @param {Known} known @param {string} what @returns {string | undefined} */
const textOf = (known, what) => known[known[what] ?? ""] ?? known[what];

/** @param {string} text that may have paragraphs and a list in it */
const asItem = (text) => `- ${text.replace(/\n(?=.)/g, "\n  ")}`;

/**
 * Why rows fall short, each reason once, and what is known of others: that a row reaches its target this time, or has none, hides
 * nothing.
 * @param {Outcome} outcome @param {Reasons} reasons @returns {{short: readonly string[], notes: readonly string[]}} list items
 */
export function reasonsFor({ name, rows }, reasons) {
  const known = knownFor(name, reasons);
  const short = [...new Set(rows.filter(fallsShort).map(({ what }) => what))];
  /** @param {string} what */
  const reasonOf = (what) => textOf(known, what) ?? known["*"] ?? "the reason is not known yet.";
  const given = [...new Set(short.map(reasonOf))];
  const others = [...new Set(rows.map(({ what }) => what))].filter((what) => !short.includes(what));
  const noted = [...new Set(others.flatMap((what) => textOf(known, what) ?? []))];
  const ofAll = known["*"];
  /** @param {readonly string[]} whats @param {string} text */
  const itemOf = (whats, text) =>
    asItem(`${whats.filter((what) => reasonOf(what) === text).join("; ")}: ${text}`);
  return {
    short: given.map((reason) => itemOf(short, reason)),
    notes: [
      ...noted.filter((note) => !given.includes(note)).map((note) => itemOf(others, note)),
      ...(ofAll === undefined || given.includes(ofAll) ? [] : [asItem(ofAll)]),
    ],
  };
}

/** What would be shown nowhere: of a benchmark or a row that is not there. @param {readonly Outcome[]} benchmarks @param {Reasons} reasons */
export function unusedReasons(benchmarks, reasons) {
  const used = benchmarks.flatMap(({ name, rows }) => {
    const known = knownFor(name, reasons);
    return [known["*"], ...rows.flatMap(({ what }) => [known[what], textOf(known, what)])];
  });
  return Object.entries(reasons).flatMap(([name, known]) => {
    if (typeof known === "string") return benchmarks.some((one) => one.name === name) ? [] : [name];
    const unused = Object.entries(known).filter(([, reason]) => !used.includes(reason));
    return unused.map(([what]) => `${name}: ${what}`);
  });
}
