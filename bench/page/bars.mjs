// A benchmark's figures as bars: a panel for each unit, ours above others', with spreads and targets.
// @ts-check
import { groupsOf, median } from "../rows.mjs";
import { axisTitle } from "./axes.mjs";
import { FONT_SIZE, figure, line, linearTicks, picture, element, text } from "./svg.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("./svg.mjs").Palette} Palette
 * @typedef {{name: string, samples: readonly number[], isOurs: boolean}} Bar
 */

const WIDTH = 760;
const LEFT = 190;
const RIGHT = 90;
const BAR = 14;
const STEP = 20;
const HEADING = 26;
const AXIS = 44;

/** What ours is held to, in the row's own unit. @param {Row} row */
function targetsOf(row) {
  const relative = (row.peers ?? []).flatMap(({ samples, target }) =>
    target === undefined ? [] : [target * median(samples)],
  );
  return row.target === undefined ? relative : [row.target, ...relative];
}

/** @param {Row} row @returns {Bar[]} */
const barsOf = (row) => [
  { name: "this project", samples: row.samples, isOurs: true },
  ...(row.peers ?? []).map(({ name, samples }) => ({ name, samples, isOurs: false })),
];

/** @param {readonly number[]} samples */
const isSpread = (samples) => Math.min(...samples) < Math.max(...samples);

/** @param {number} from @param {number} to @param {number} y @param {Palette} palette */
function drawSpread(from, to, y, palette) {
  const stroke = { stroke: palette.text, "stroke-width": 1 };
  return [
    line(from, y, to, y, stroke),
    line(from, y - 3, from, y + 3, stroke),
    line(to, y - 3, to, y + 3, stroke),
  ];
}

/** Where a bar's figure stands: behind the bar, and behind a target that it would cover. @param {number} end @param {readonly number[]} targets */
function labelAt(end, targets) {
  return Math.max(end, ...targets.filter((at) => at > end - 4 && at < end + 50)) + 7;
}

/**
 * @param {Bar} bar @param {readonly number[]} targets @param {number} y @param {(value: number) => number} x
 * @param {Palette} palette
 */
function drawBar({ name, samples, isOurs }, targets, y, x, palette) {
  const [low, high, middle] = [Math.min(...samples), Math.max(...samples), median(samples)];
  const centre = y + BAR / 2;
  return [
    text(LEFT - 8, centre, name, {
      "text-anchor": "end",
      fill: isOurs ? palette.text : palette.quiet,
      "font-weight": isOurs ? 600 : 400,
    }),
    element("rect", {
      x: LEFT,
      y,
      width: Math.max(x(middle) - LEFT, 1),
      height: BAR,
      fill: isOurs ? palette.ours : palette.others,
    }),
    ...(isSpread(samples) ? drawSpread(x(low), x(high), centre, palette) : []),
    text(labelAt(Math.max(x(high), x(middle)), targets.map(x)), centre, figure(middle), {
      fill: palette.text,
    }),
  ];
}

/** @param {number} value @param {number} y @param {(value: number) => number} x @param {Palette} palette */
function drawTarget(value, y, x, palette) {
  const at = x(value);
  const points = `${(at - 4).toFixed(1)},${(y - 6).toFixed(1)} ${(at + 4).toFixed(1)},${(y - 6).toFixed(1)} ${at.toFixed(1)},${y.toFixed(1)}`;
  return [
    line(at, y, at, y + BAR, { stroke: palette.target, "stroke-width": 2 }),
    element("polygon", { points, fill: palette.target }),
  ];
}

/** Rows of one unit. @param {readonly Row[]} rows @param {number} top @param {Palette} palette */
function drawPanel(rows, top, palette) {
  const highest = Math.max(
    ...rows.flatMap((row) => [...barsOf(row).flatMap(({ samples }) => samples), ...targetsOf(row)]),
  );
  const ticks = linearTicks(highest);
  const x = (/** @type {number} */ value) =>
    LEFT + (Math.max(value, 0) / (ticks.at(-1) ?? 1)) * (WIDTH - LEFT - RIGHT);
  const [first] = rows;
  const parts = [];
  let y = top + HEADING;
  for (const row of rows) {
    parts.push(text(16, y + 6, row.what, { fill: palette.text, "font-weight": 600 }));
    y += STEP;
    const ours = y;
    for (const bar of barsOf(row)) {
      parts.push(...drawBar(bar, bar.isOurs ? targetsOf(row) : [], y, x, palette));
      y += STEP;
    }
    for (const target of targetsOf(row)) parts.push(...drawTarget(target, ours, x, palette));
    y += 8;
  }
  const grid = ticks.flatMap((tick) => [
    line(x(tick), top + HEADING + FONT_SIZE, x(tick), y, { stroke: palette.grid }),
    text(x(tick), y + 10, figure(tick), { "text-anchor": "middle", fill: palette.quiet }),
  ]);
  const unit = text((LEFT + WIDTH - RIGHT) / 2, y + 27, axisTitle(first), {
    "text-anchor": "middle",
    fill: palette.quiet,
  });
  return { parts: [...grid, ...parts, unit], bottom: y + AXIS };
}

/** Of what is drawn; drawn, too, as not every font has the signs. @param {readonly Row[]} rows @param {number} y @param {Palette} palette */
function legend(rows, y, palette) {
  const words = { fill: palette.quiet };
  const hasSpreads = rows.some((row) => barsOf(row).some(({ samples }) => isSpread(samples)));
  const hasTargets = rows.some((row) => targetsOf(row).length > 0);
  const left = hasSpreads ? 168 : 20;
  return [
    ...(hasSpreads
      ? [...drawSpread(16, 36, y, palette), text(44, y, "lowest to highest", words)]
      : []),
    ...(hasTargets
      ? [...drawTarget(left, y - BAR / 2, (at) => at, palette), text(left + 12, y, "target", words)]
      : []),
  ];
}

/** Where no row has one, as of runs that failed where none did, the table says it. @param {Row} row */
const hasBar = (row) => barsOf(row).some(({ samples }) => samples.some((sample) => sample !== 0));

/** @param {string} title @param {readonly Row[]} rows @param {Palette} palette */
export function drawBars(title, rows, palette) {
  const panels = groupsOf(rows, ({ unit, higherIsBetter }) => `${unit} ${higherIsBetter}`);
  const parts = [text(16, 22, title, { fill: palette.text, "font-weight": 600, "font-size": 15 })];
  let y = 32;
  const shown = [...panels.values()].filter((of) => of.some(hasBar));
  for (const panel of shown) {
    const drawn = drawPanel(panel, y, palette);
    parts.push(...drawn.parts);
    y = drawn.bottom;
  }
  parts.push(...legend(shown.flat(), y + 6, palette));
  return picture({ width: WIDTH, height: y + 22, title }, palette, parts);
}
