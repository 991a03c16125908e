// Where a curve's label stands, so that no line runs through it. Knows nothing of what is drawn.
// @ts-check
import { FONT_SIZE, widthOf } from "./svg.mjs";

/**
 * @typedef {readonly [number, number]} Point
 * @typedef {{x: number, y: number, anchor: "start" | "middle" | "end"}} Place
 */

const STEPS = 40;

/** Points close together on it. @param {readonly Point[]} line @returns {Point[]} */
function pointsOn(line) {
  return line.slice(1).flatMap(([toX, toY], i) => {
    const [fromX, fromY] = line[i] ?? [toX, toY];
    return Array.from({ length: STEPS + 1 }, (_, step) => {
      const part = step / STEPS;
      return /** @type {Point} */ ([fromX + part * (toX - fromX), fromY + part * (toY - fromY)]);
    });
  });
}

/** @param {Place} place @param {string} label @param {Point} point */
function covers({ x, y, anchor }, label, [pointX, pointY]) {
  const width = widthOf(label);
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  return pointX >= left && pointX <= left + width && Math.abs(pointY - y) <= FONT_SIZE / 2 + 2;
}

/**
 * Behind the end of its line, else above or below it: where fewest points of the lines are.
 * @param {string} label @param {Point} end @param {readonly (readonly Point[])[]} lines all of them @returns {Place}
 */
export function placeLabel(label, [x, y], lines) {
  const points = lines.flatMap(pointsOn);
  /** @type {Place[]} */
  const places = [
    { x: x + 10, y, anchor: "start" },
    ...[y - 15, y + 15].flatMap((beside) =>
      /** @type {const} */ (["middle", "end", "start"]).map((anchor) => ({ x, y: beside, anchor })),
    ),
  ];
  const covered = (/** @type {Place} */ place) =>
    points.filter((point) => covers(place, label, point)).length;
  const [best] = places.toSorted((a, b) => covered(a) - covered(b));
  return best ?? { x, y, anchor: "start" };
}
