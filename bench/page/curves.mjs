// How figures grow with the work: a panel for each curve, both axes logarithmic.
// @ts-check
import { groupsOf, median } from "../rows.mjs";
import { element, figure, line, logScale, logTicks, picture, text } from "./svg.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("./svg.mjs").Palette} Palette
 * @typedef {readonly {amount: number, samples: readonly number[]}[]} Points
 */

const WIDTH = 760;
const LEFT = 70;
const RIGHT = 190;
const PANEL = 250;
const AXIS = 44;

/** What a curve shows needs no bar. @param {Row} row */
export const isOnCurveOnly = ({ growth, target, peers = [] }) =>
  growth !== undefined && target === undefined && peers.length === 0;

/** @param {Row} row */
export const amountOf = (row) => row.growth?.amount ?? NaN;

/** The rows of each curve, from little work to much. @param {readonly Row[]} rows @returns {Map<string, Row[]>} */
export function curvesOf(rows) {
  const grown = rows.filter((row) => row.growth !== undefined);
  return groupsOf(
    grown.toSorted((a, b) => amountOf(a) - amountOf(b)),
    ({ growth }) => growth?.curve ?? "",
  );
}

/** @param {string} curve @param {readonly Row[]} rows of one unit @returns {[string, Points, boolean][]} ours, then others' */
function linesOf(curve, rows) {
  const names = [...new Set(rows.flatMap(({ peers = [] }) => peers.map(({ name }) => name)))];
  const ours = rows.map((row) => ({ amount: amountOf(row), samples: row.samples }));
  const others = names.map((name) => {
    const points = rows.flatMap((row) => {
      const samples = row.peers?.find((peer) => peer.name === name)?.samples;
      return samples === undefined ? [] : [{ amount: amountOf(row), samples }];
    });
    return /** @type {[string, Points, boolean]} */ ([`${curve}, ${name}`, points, false]);
  });
  return [[curve, ours, true], ...others];
}

/**
 * @param {string} name @param {Points} points @param {{x: (n: number) => number, y: (n: number) => number}} scales
 * @param {string} colour @param {Palette} palette
 */
function drawLine(name, points, { x, y }, colour, palette) {
  const at = points.map(({ amount, samples }) => [x(amount), y(median(samples))]);
  const [endX = 0, endY = 0] = at.at(-1) ?? [];
  return [
    element("polyline", {
      points: at.map((pair) => pair.map((one) => one.toFixed(1)).join(",")).join(" "),
      fill: "none",
      stroke: colour,
      "stroke-width": 2,
    }),
    ...points.map(({ amount, samples }) =>
      line(x(amount), y(Math.min(...samples)), x(amount), y(Math.max(...samples)), {
        stroke: palette.text,
      }),
    ),
    ...at.map(([cx = 0, cy = 0]) => element("circle", { cx, cy, r: 4, fill: colour })),
    text(endX + 10, endY, `${figure(median(points.at(-1)?.samples ?? []))}  ${name}`, {
      fill: palette.text,
    }),
  ];
}

/** @param {readonly Row[]} rows of one unit @param {number} top @param {Palette} palette */
function drawPanel(rows, top, palette) {
  const lines = [...curvesOf(rows)].flatMap(([curve, of]) => linesOf(curve, of));
  const values = lines.flatMap(([, points]) => points).flatMap(({ samples }) => samples);
  const amounts = [...new Set(rows.map(amountOf))];
  const ticks = logTicks(Math.min(...values) / 1.2, Math.max(...values) * 1.2);
  const bottom = top + PANEL - AXIS;
  const x = logScale([Math.min(...amounts), Math.max(...amounts)], LEFT + 20, WIDTH - RIGHT);
  const y = logScale(ticks, bottom, top + 34);
  const [first] = rows;
  const better = first?.higherIsBetter ? "more is better" : "less is better";
  return [
    text(16, top + 14, `${first?.unit ?? ""} (${better})`, {
      fill: palette.text,
      "font-weight": 600,
    }),
    ...ticks.flatMap((tick) => [
      line(LEFT, y(tick), WIDTH - RIGHT, y(tick), { stroke: palette.grid }),
      text(LEFT - 8, y(tick), figure(tick), { "text-anchor": "end", fill: palette.quiet }),
    ]),
    ...amounts.map((amount) =>
      text(x(amount), bottom + 14, figure(amount), {
        "text-anchor": "middle",
        fill: palette.quiet,
      }),
    ),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 31, first?.growth?.of ?? "", {
      "text-anchor": "middle",
      fill: palette.quiet,
    }),
    ...lines.flatMap(([name, points, isOurs]) =>
      drawLine(name, points, { x, y }, isOurs ? palette.ours : palette.others, palette),
    ),
  ];
}

/** @param {string} title @param {readonly Row[]} rows that grow @param {Palette} palette */
export function drawCurves(title, rows, palette) {
  const panels = [...groupsOf(rows, ({ unit }) => unit).values()];
  const height = 36 + panels.length * PANEL;
  return picture({ width: WIDTH, height, title }, palette, [
    text(16, 22, title, { fill: palette.text, "font-weight": 600, "font-size": 15 }),
    ...panels.flatMap((panel, i) => drawPanel(panel, 36 + i * PANEL, palette)),
  ]);
}
