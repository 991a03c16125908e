// Markdown tables of figures. Knows nothing of where they stand.
// @ts-check
import { groupsOf, isReached, median, ratioTo, ratiosTo } from "../rows.mjs";
import { amountOf } from "./curves.mjs";
import { figure } from "./svg.mjs";

/** @typedef {import("../rows.mjs").Row} Row */

/** @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
export function table(header, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const lines = [header, header.map(() => "---"), ...rows].map(line);
  // The formatter would pad every row to the width of the longest.
  return `<!-- oxfmt-ignore-start -->\n${lines.join("\n")}\n<!-- oxfmt-ignore-end -->`;
}

/** The median, and the spread where there is one. @param {readonly number[]} samples @param {string} [sign] behind the median */
export function spread(samples, sign = "") {
  const ends = [Math.min(...samples), Math.max(...samples)].map(figure);
  const middle = `${figure(median(samples))}${sign}`;
  return ends[0] === ends[1] ? middle : `${middle} (${ends.join("–")})`;
}

/** @param {Row} row */
const unitOf = ({ unit, higherIsBetter }) => `${unit} ${higherIsBetter ? "↑" : "↓"}`;

/** @param {boolean} isDone */
const verdict = (isDone) => (isDone ? "yes" : "**no**");

/**
 * A line for each comparison, and one for a row that has its own target or stands alone.
 * @param {Row} row @returns {string[][]}
 */
export function linesOf(row) {
  const { what, samples, peers = [], target, higherIsBetter } = row;
  const sign = higherIsBetter ? "≥" : "≤";
  const ours = [what, unitOf(row), spread(samples)];
  const compared = peers.map((peer) => {
    const ratio = ratioTo(row, peer);
    const wanted = peer.target;
    return [
      ...ours,
      `${peer.name}: ${spread(peer.samples)}`,
      spread(ratiosTo(row, peer), "×"),
      wanted === undefined ? "" : `${sign}\u00a0${figure(wanted)}×`,
      wanted === undefined ? "" : verdict(isReached(ratio, wanted, higherIsBetter)),
    ];
  });
  if (target === undefined && peers.length > 0) return compared;
  const wanted = target === undefined ? "" : `${sign}\u00a0${figure(target)}`;
  const reached =
    target === undefined ? "" : verdict(isReached(median(samples), target, higherIsBetter));
  return [...compared, [...ours, "", "", wanted, reached]];
}

/** Whether one of its targets is missed. @param {Row} row */
export function fallsShort(row) {
  return linesOf(row).some((cells) => cells.at(-1) === verdict(false));
}

/** @param {readonly Row[]} rows */
export function figuresTable(rows) {
  return table(
    ["what", "unit", "this project", "beside", "ratio", "target", "reached"],
    rows.flatMap((row) =>
      linesOf(row).map((cells, i) => (i === 0 ? cells : ["", "", "", ...cells.slice(3)])),
    ),
  );
}

/** A figure, and how it has grown since the row before. @param {Row | undefined} row @param {Row | undefined} before */
function grownCell(row, before) {
  if (row === undefined) return "";
  if (before === undefined) return spread(row.samples);
  return `${spread(row.samples)}, ${figure(median(row.samples) / median(before.samples))}×`;
}

/** A line for each amount of work, a column for each unit. @param {string} curve @param {readonly Row[]} rows */
export function growthTable(curve, rows) {
  const units = groupsOf(rows, unitOf);
  const amounts = [...new Set(rows.map(amountOf))];
  const find = (/** @type {readonly Row[]} */ of, /** @type {number | undefined} */ amount) =>
    of.find((row) => amountOf(row) === amount);
  const lines = amounts.map((amount, i) => [
    `${figure(amount)} ${rows[0]?.growth?.of ?? ""}`,
    ...[...units.values()].map((of) => grownCell(find(of, amount), find(of, amounts[i - 1]))),
  ]);
  return table([curve, ...units.keys()], lines);
}
