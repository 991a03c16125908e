// How figures grow with the work: a panel for each curve, both axes logarithmic.
// @ts-check
import { groupsOf, median } from "../rows.mjs";
import { axisTitle } from "./axes.mjs";
import { FONT_SIZE, element, figure, line, logScale, logTicks, picture, text } from "./svg.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("./svg.mjs").Palette} Palette
 * @typedef {readonly {amount: number, samples: readonly number[]}[]} Points
 */

const WIDTH = 760;
const LEFT = 70;
// What the lines are stands beside them, where it lies over none of them and over no point.
const RIGHT = 264;
const SAMPLE = 26;
const ENTRY = 40;
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

/** Ours, then others'. @param {string} curve @param {readonly Row[]} rows of one unit @returns {{name: string, points: Points, isOurs: boolean}[]} */
function linesOf(curve, rows) {
  const names = [...new Set(rows.flatMap(({ peers = [] }) => peers.map(({ name }) => name)))];
  const ours = rows.map((row) => ({ amount: amountOf(row), samples: row.samples }));
  const others = names.map((name) => {
    const points = rows.flatMap((row) => {
      const samples = row.peers?.find((peer) => peer.name === name)?.samples;
      return samples === undefined ? [] : [{ amount: amountOf(row), samples }];
    });
    return { name: `${curve}, ${name}`, points, isOurs: false };
  });
  return [{ name: curve, points: ours, isOurs: true }, ...others];
}

const DASHES = [undefined, "7 4", "2 3"];

/** Dashes too, so that it does not take colours to see which is which. @param {boolean} isOurs @param {number} nth of the curves @param {Palette} palette */
function strokeOf(isOurs, nth, palette) {
  const ours = [palette.ours, palette.second, palette.third][nth % DASHES.length];
  const dashes = DASHES[nth % DASHES.length];
  return {
    stroke: isOurs ? (ours ?? palette.ours) : palette.others,
    "stroke-width": 2,
    ...(dashes === undefined ? {} : { "stroke-dasharray": dashes }),
  };
}

/** @typedef {{name: string, points: Points, at: readonly (readonly [number, number])[], stroke: ReturnType<typeof strokeOf>}} Line */

/** @param {Line} drawn @param {(n: number) => number} y @param {Palette} palette */
function drawLine({ points, at, stroke }, y, palette) {
  return [
    element("polyline", {
      points: at.map((pair) => pair.map((one) => one.toFixed(1)).join(",")).join(" "),
      fill: "none",
      ...stroke,
    }),
    ...points.map(({ samples }, i) => {
      const x = at[i]?.[0] ?? 0;
      return line(x, y(Math.min(...samples)), x, y(Math.max(...samples)), { stroke: palette.text });
    }),
    ...at.map(([cx, cy]) => element("circle", { cx, cy, r: 4, fill: stroke.stroke })),
  ];
}

/** What each line is and where it ends, the highest first. @param {readonly Line[]} lines @param {string} of what the amounts are @param {number} top @param {Palette} palette */
function drawNames(lines, of, top, palette) {
  const endOf = (/** @type {Line} */ { at }) => at.at(-1)?.[1] ?? 0;
  const left = WIDTH - RIGHT + 30;
  return lines
    .toSorted((a, b) => endOf(a) - endOf(b))
    .flatMap(({ name, points, stroke }, i) => {
      const y = top + i * ENTRY;
      const last = points.at(-1);
      const end = `${figure(median(last?.samples ?? []))} at ${figure(last?.amount ?? NaN)} ${of}`;
      return [
        line(left, y, left + SAMPLE, y, stroke),
        text(left + SAMPLE + 6, y, name, { fill: palette.text }),
        text(left + SAMPLE + 6, y + FONT_SIZE + 4, end, { fill: palette.quiet }),
      ];
    });
}

/** @param {readonly Row[]} rows of one unit @param {number} top @param {Palette} palette */
function drawPanel(rows, top, palette) {
  const lines = [...curvesOf(rows)].flatMap(([curve, of], nth) =>
    linesOf(curve, of).map((one) => ({ ...one, stroke: strokeOf(one.isOurs, nth, palette) })),
  );
  const values = lines.flatMap(({ points }) => points).flatMap(({ samples }) => samples);
  const amounts = [...new Set(rows.map(amountOf))];
  const ticks = logTicks(Math.min(...values) / 1.2, Math.max(...values) * 1.2);
  const bottom = top + PANEL - AXIS;
  const x = logScale([Math.min(...amounts), Math.max(...amounts)], LEFT + 20, WIDTH - RIGHT);
  const y = logScale(ticks, bottom, top + 34);
  const placed = lines.map((one) => ({
    ...one,
    at: one.points.map(
      ({ amount, samples }) => /** @type {const} */ ([x(amount), y(median(samples))]),
    ),
  }));
  const [first] = rows;
  const of = first?.growth?.of ?? "";
  return [
    text(16, top + 14, axisTitle(first), { fill: palette.text, "font-weight": 600 }),
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
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 31, of, {
      "text-anchor": "middle",
      fill: palette.quiet,
    }),
    ...placed.flatMap((one) => drawLine(one, y, palette)),
    ...drawNames(placed, of, top + 44, palette),
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
