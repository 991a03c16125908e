// What the demo says, in colours on a terminal alone. Counts what did not hold. Knows nothing of the steps.
// @ts-check
import { stdout } from "node:process";

const isColourful = stdout.isTTY === true && process.env.NO_COLOR === undefined;
/** @param {string} code @param {string} text */
const painted = (code, text) => (isColourful ? `\x1b[${code}m${text}\x1b[0m` : text);

let step = 0;
let failures = 0;

export const bold = (/** @type {string} */ text) => painted("1", text);
export const dim = (/** @type {string} */ text) => painted("2", text);

/** @param {string} text */
export function say(text) {
  stdout.write(`${text}\n`);
}

/** @param {string} text */
export function heading(text) {
  step += 1;
  say(`\n${painted("1;36", `${step}. ${text}`)}`);
}

/** What could be typed to get the same. @param {string} line */
export function command(line) {
  say(dim(`$ ${line}`));
}

/** A claim, and whether it holds. @param {boolean} holds @param {string} claim @param {string} [otherwise] */
export function claim(holds, claim, otherwise) {
  if (holds) {
    say(`${painted("32", "✓")} ${claim}`);
    return;
  }
  failures += 1;
  say(`${painted("31", "✗")} not so: ${claim}${otherwise === undefined ? "" : ` (${otherwise})`}`);
}

export const failureCount = () => failures;

/** Columns as wide as they need to be; numbers, as strings of digits, to the right. @param {readonly (readonly string[])[]} rows */
export function table(rows) {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => [...(row[i] ?? "")].length)),
  );
  for (const [index, row] of rows.entries()) {
    const cells = row.map((cell, i) => {
      const width = widths[i] ?? 0;
      const isNumber = index > 0 && /^\d/.test(cell) && i > 0;
      return isNumber ? cell.padStart(width) : cell.padEnd(width);
    });
    const line = `   ${cells.join("  ")}`.trimEnd();
    say(index === 0 ? dim(line) : line);
  }
}

const UNITS = ["B", "kB", "MB", "GB"];

/** @param {number} bytes */
export function inBytes(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}

/** @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
