// Comparisons on one axis: how many times as good as each alternative this project is, with targets.
// @ts-check
import { element, figure, line, logScale, logTicks, picture, text, widthOf } from "./svg.mjs";

/**
 * @typedef {import("./svg.mjs").Palette} Palette
 * @typedef {import("./glance.mjs").Comparison} Comparison
 * @typedef {import("./glance.mjs").Glimpse} Glimpse
 * @typedef {{left: number, x: (value: number) => number}} Frame where the axis begins, and a value on it
 */

const WIDTH = 960;
const RIGHT = 190;
const STEP = 22;
const TOP = 40;
const INDENT = 28;

/** Filled or not, so that it does not take colours to see it. @param {number} cx @param {number} cy @param {boolean} isShort @param {Palette} palette */
function drawDot(cx, cy, isShort, palette) {
  const colour = isShort ? palette.short : palette.ours;
  const fill = isShort ? palette.background : colour;
  return [element("circle", { cx, cy, r: 5, fill, stroke: colour, "stroke-width": 2 })];
}

/** The benchmark's title, and whether it reaches all of its targets: also those that have no place on the axis. @param {Glimpse} glimpse @param {number} y @param {Palette} palette */
function drawTitle({ title, wanted, reached }, y, palette) {
  const isShort = reached < wanted;
  const left = WIDTH - RIGHT + 12;
  const fill = isShort ? palette.short : palette.text;
  return [
    text(16, y, title, { fill: palette.text, "font-weight": 600 }),
    ...(wanted === 0
      ? []
      : [
          ...drawDot(left + 5, y, isShort, palette),
          text(left + 16, y, `${reached} of ${wanted} targets reached`, { fill }),
        ]),
  ];
}

/** @param {Comparison} comparison @param {number} y @param {Frame} frame @param {Palette} palette */
function draw({ what, beside, times, target, isShort }, y, { left, x }, palette) {
  const colour = isShort ? palette.short : palette.ours;
  return [
    text(INDENT, y, what, { fill: palette.quiet }),
    text(left - 12, y, beside, { "text-anchor": "end", fill: palette.text }),
    line(x(1), y, x(times), y, { stroke: colour, "stroke-width": 3 }),
    ...(target === undefined
      ? []
      : [line(x(target), y - 7, x(target), y + 7, { stroke: palette.target, "stroke-width": 2 })]),
    ...drawDot(x(times), y, isShort, palette),
    text(WIDTH - RIGHT + 12, y, `${figure(times)}×`, { fill: palette.text }),
  ];
}

/** Drawn, as not every font has the signs. @param {number} y @param {Palette} palette */
function legend(y, palette) {
  const words = { fill: palette.quiet };
  return [
    line(22, y - 7, 22, y + 7, { stroke: palette.target, "stroke-width": 2 }),
    text(32, y, "target", words),
    ...drawDot(96, y, false, palette),
    text(108, y, "reached, or without a target", words),
    ...drawDot(296, y, true, palette),
    text(308, y, "falls short", words),
  ];
}

/** What is compared and what it stands beside share a line, and must not share a place. @param {readonly Glimpse[]} glimpses */
function leftOf(glimpses) {
  const all = glimpses.flatMap(({ comparisons }) => comparisons);
  const widest = (/** @type {"what" | "beside"} */ column) =>
    Math.max(0, ...all.map((one) => widthOf(one[column])));
  const titles = glimpses.map(({ title }) => 16 + widthOf(title));
  return Math.max(INDENT + widest("what") + 12 + widest("beside"), ...titles) + 12;
}

/** @param {string} title @param {readonly Glimpse[]} glimpses @param {Palette} palette */
export function drawRatios(title, glimpses, palette) {
  const comparisons = glimpses.flatMap((one) => one.comparisons);
  const all = comparisons.flatMap(({ times, target = 1 }) => [times, target, 1]);
  const ticks = logTicks(Math.min(...all, 0.5), Math.max(...all, 2));
  const left = leftOf(glimpses);
  const frame = { left, x: logScale(ticks, left, WIDTH - RIGHT) };
  const lines = glimpses.flatMap((glimpse) => [
    (/** @type {number} */ y) => drawTitle(glimpse, y, palette),
    ...glimpse.comparisons.map((one) => (/** @type {number} */ y) => draw(one, y, frame, palette)),
  ]);
  const bottom = TOP + lines.length * STEP;
  const grid = ticks.flatMap((tick) => [
    line(frame.x(tick), TOP, frame.x(tick), bottom, {
      stroke: tick === 1 ? palette.quiet : palette.grid,
    }),
    text(frame.x(tick), bottom + 12, figure(tick), {
      "text-anchor": "middle",
      fill: palette.quiet,
    }),
  ]);
  const rows = lines.flatMap((drawAt, i) => drawAt(TOP + i * STEP + STEP / 2));
  const note = "times as good as the one named; right of 1 is better";
  return picture({ width: WIDTH, height: bottom + 66, title }, palette, [
    text(16, 22, title, { fill: palette.text, "font-weight": 600, "font-size": 15 }),
    ...grid,
    ...rows,
    text((left + WIDTH - RIGHT) / 2, bottom + 30, note, {
      "text-anchor": "middle",
      fill: palette.quiet,
    }),
    ...legend(bottom + 50, palette),
  ]);
}
