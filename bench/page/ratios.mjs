// All comparisons at a glance: how many times as good as each alternative this project is, with targets, on one axis.
// @ts-check
import { isReached, ratioTo } from "../rows.mjs";
import { element, figure, line, logScale, logTicks, picture, text } from "./svg.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("./svg.mjs").Palette} Palette
 * @typedef {{benchmark: string, name: string, what: string, times: number, target?: number, isShort: boolean}} Comparison
 */

const WIDTH = 880;
const LEFT = 520;
const RIGHT = 70;
const STEP = 22;
const TOP = 52;

/** More is better, whatever the unit: half the time is twice as good. @param {string} benchmark @param {Row} row @returns {Comparison[]} */
export function comparisonsOf(benchmark, row) {
  const good = (/** @type {number} */ ratio) => (row.higherIsBetter ? ratio : 1 / ratio);
  return (row.peers ?? []).map((peer) => {
    const ratio = ratioTo(row, peer);
    const { target } = peer;
    return {
      benchmark,
      name: `${benchmark}: ${row.what}, ${row.unit}`,
      what: peer.name,
      times: good(ratio),
      ...(target === undefined ? {} : { target: good(target) }),
      isShort: target !== undefined && !isReached(ratio, target, row.higherIsBetter),
    };
  });
}

/** Filled or not, so that it does not take colours to see it. @param {number} cx @param {number} cy @param {boolean} isShort @param {Palette} palette */
function drawDot(cx, cy, isShort, palette) {
  const colour = isShort ? palette.short : palette.ours;
  const fill = isShort ? palette.background : colour;
  return [element("circle", { cx, cy, r: 5, fill, stroke: colour, "stroke-width": 2 })];
}

/** @param {Comparison} comparison @param {boolean} isFirst of those of its figure @param {number} y @param {(value: number) => number} x @param {Palette} palette */
function draw({ name, what, times, target, isShort }, isFirst, y, x, palette) {
  const colour = isShort ? palette.short : palette.ours;
  return [
    text(LEFT - 12, y, what, { "text-anchor": "end", fill: palette.text }),
    ...(isFirst ? [text(16, y, name, { fill: palette.quiet })] : []),
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

/** @param {string} title @param {readonly Comparison[]} comparisons @param {Palette} palette */
export function drawRatios(title, comparisons, palette) {
  const all = comparisons.flatMap(({ times, target = 1 }) => [times, target, 1]);
  const ticks = logTicks(Math.min(...all), Math.max(...all, 2));
  const x = logScale(ticks, LEFT, WIDTH - RIGHT);
  const bottom = TOP + comparisons.length * STEP;
  const grid = ticks.flatMap((tick) => [
    line(x(tick), TOP - 8, x(tick), bottom, {
      stroke: tick === 1 ? palette.quiet : palette.grid,
    }),
    text(x(tick), bottom + 12, figure(tick), { "text-anchor": "middle", fill: palette.quiet }),
  ]);
  const rows = comparisons.flatMap((one, i) =>
    draw(one, one.name !== comparisons[i - 1]?.name, TOP + i * STEP + STEP / 2, x, palette),
  );
  const note = "times as good as the alternative named; right of 1 is better";
  return picture({ width: WIDTH, height: bottom + 66, title }, palette, [
    text(16, 22, title, { fill: palette.text, "font-weight": 600, "font-size": 15 }),
    ...grid,
    ...rows,
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 30, note, {
      "text-anchor": "middle",
      fill: palette.quiet,
    }),
    ...legend(bottom + 50, palette),
  ]);
}
