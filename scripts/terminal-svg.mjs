// `node scripts/terminal-svg.mjs TITLE OUT.svg < CAPTURE`: draws captured terminal output, colours included, as an SVG.
// For the pictures in docs/. Knows the escape codes that programs colour lines with, and drops all others.
// @ts-check
import { readFileSync, writeFileSync } from "node:fs";

const CELL = { width: 8.4, height: 19 };
const PADDING = 16;
const BAR_HEIGHT = 34;
const INK = "#d6dae0";
/** The codes 30–37, then 90–97. */
const COLOURS = [
  "#7d8590",
  "#ff7b72",
  "#56d364",
  "#e3b341",
  "#79c0ff",
  "#d2a8ff",
  "#76e3ea",
  "#d6dae0",
];
const BRIGHT = [
  "#9aa2ad",
  "#ffa198",
  "#7ee787",
  "#f2cc60",
  "#a5d6ff",
  "#e2c5ff",
  "#b3f0ff",
  "#ffffff",
];

/** @typedef {{colour: string, bold: boolean, dim: boolean}} Style */
/** @typedef {{text: string, column: number, style: Style}} Span */

const PLAIN = { colour: INK, bold: false, dim: false };

/** @param {Style} style @param {string} codes @returns {Style} */
function styled(style, codes) {
  const numbers = codes.split(";").map(Number);
  if (numbers[0] === 38) return numbers[1] === 5 ? styled(style, eightBit(numbers[2] ?? 7)) : style;
  return numbers.reduce((current, code) => {
    if (code === 0) return PLAIN;
    if (code === 1) return { ...current, bold: true };
    if (code === 2) return { ...current, dim: true };
    if (code === 22) return { ...current, bold: false, dim: false };
    if (code === 39) return { ...current, colour: INK };
    const colour = code >= 90 ? BRIGHT[code - 90] : code >= 30 ? COLOURS[code - 30] : undefined;
    return colour === undefined ? current : { ...current, colour };
  }, style);
}

/** The first sixteen of the 256 colours; the rest is ink. @param {number} index */
function eightBit(index) {
  if (index < 8) return String(30 + index);
  return index < 16 ? String(82 + index) : "39";
}

/** @param {string} line @param {Style} start @returns {{spans: Span[], end: Style}} */
function spansOf(line, start) {
  // A line that was drawn over shows what was drawn last.
  const last =
    line
      .split("\r")
      .filter((part) => part !== "")
      .at(-1) ?? "";
  /** @type {Span[]} */
  const spans = [];
  let style = start;
  let column = 0;
  // eslint-disable-next-line no-control-regex -- escape codes are what is looked for
  for (const part of last.split(/(\x1b\[[0-9;?]*[A-Za-z])/)) {
    // eslint-disable-next-line no-control-regex -- as above
    const code = /^\x1b\[([0-9;?]*)([A-Za-z])$/.exec(part);
    if (code !== null) {
      if (code[2] === "m") style = styled(style, code[1] || "0");
      continue;
    }
    // Viewers fold spaces into one: what stands apart is placed apart.
    for (const word of part.split(/( {2,})/)) {
      if (word.trim() !== "") spans.push({ text: word, column, style });
      column += [...word].length;
    }
  }
  return { spans, end: style };
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** @param {Span} span @param {number} row */
function drawn({ text, column, style }, row) {
  const lead = text.length - text.trimStart().length;
  const body = text.trim();
  const x = PADDING + (column + lead) * CELL.width;
  const y = BAR_HEIGHT + PADDING + row * CELL.height;
  const attributes = [
    `x="${x.toFixed(1)}"`,
    `y="${y.toFixed(1)}"`,
    // Whatever font the reader has, each character stands in its cell.
    `textLength="${([...body].length * CELL.width).toFixed(1)}"`,
    style.colour === INK ? "" : `fill="${style.colour}"`,
    style.bold ? 'font-weight="700"' : "",
    style.dim ? 'opacity="0.65"' : "",
  ];
  return `<text ${attributes.filter(Boolean).join(" ")}>${escaped(body)}</text>`;
}

/** @param {string} title @param {string} capture @returns {string} */
export function terminalSvg(title, capture) {
  const lines = capture.replaceAll("\r\n", "\n").trimEnd().split("\n");
  /** @type {string[]} */
  const texts = [];
  let style = PLAIN;
  let columns = 80;
  for (const [row, line] of lines.entries()) {
    const { spans, end } = spansOf(line, style);
    style = end;
    for (const span of spans) {
      texts.push(drawn(span, row));
      columns = Math.max(columns, span.column + [...span.text].length);
    }
  }
  const width = Math.ceil(columns * CELL.width + 2 * PADDING);
  const height = Math.ceil(BAR_HEIGHT + PADDING + lines.length * CELL.height);
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map(
    (colour, i) => `<circle cx="${20 + 20 * i}" cy="17" r="6" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<rect width="100%" height="100%" rx="8" fill="#161b22"/>`,
    ...dots,
    `<g fill="${INK}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">`,
    `<text x="50%" y="22" text-anchor="middle" fill="#7d8590">${escaped(title)}</text>`,
    ...texts,
    `</g>`,
    `</svg>`,
    "",
  ].join("\n");
}

const [title, out] = process.argv.slice(2);
if (title !== undefined && out !== undefined) {
  writeFileSync(out, terminalSvg(title, readFileSync(0, "utf8")));
}
