// SVG as text: elements, two palettes, scales. Knows nothing of benchmarks.
// By hand, since the plots are of three kinds: ECharts would bring 67 MB, Vega-Lite 75 packages, and either would have to
// be made to draw spreads and targets.
// @ts-check

export const FONT_SIZE = 12;
const FONT = "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif";

/**
 * GitHub's own backgrounds; each colour has a contrast of at least 4.5 with its background where it draws text, of 3 elsewhere.
 * @typedef {typeof PALETTES.light} Palette
 */
export const PALETTES = {
  light: {
    background: "#ffffff",
    text: "#1f2328",
    quiet: "#59636e",
    grid: "#d8dee4",
    ours: "#0969da",
    second: "#8250df",
    third: "#1a7f37",
    others: "#818b98",
    short: "#bc4c00",
    target: "#1f2328",
  },
  dark: {
    background: "#0d1117",
    text: "#f0f6fc",
    quiet: "#9198a1",
    grid: "#2a313c",
    ours: "#4493f8",
    second: "#ab7df8",
    third: "#3fb950",
    others: "#768390",
    short: "#f0883e",
    target: "#f0f6fc",
  },
};

/** @typedef {Readonly<Record<string, string | number>>} Attributes */

/** @param {string} text */
function escaped(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (sign) => names[/** @type {keyof typeof names} */ (sign)]);
}

/** @param {number} value a tenth of a pixel is enough, and the same on every machine */
const pixels = (value) => Number(value.toFixed(1));

/** @param {string} name @param {Attributes} attributes @param {string} [content] */
export function element(name, attributes, content) {
  const list = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? pixels(value) : escaped(value)}"`,
  );
  return content === undefined
    ? `<${name}${list.join("")}/>`
    : `<${name}${list.join("")}>${content}</${name}>`;
}

/** @param {number} x @param {number} y the middle of its height @param {string} content may have Markdown's code in it @param {Attributes} attributes */
export function text(x, y, content, attributes) {
  const plain = escaped(content.replaceAll("`", ""));
  return element("text", { x, y: y + FONT_SIZE * 0.36, ...attributes }, plain);
}

/** At the most, in the widest of the fonts. @param {string} content */
export const widthOf = (content) => content.length * FONT_SIZE * 0.6;

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {Attributes} attributes */
export function line(x1, y1, x2, y2, attributes) {
  return element("line", { x1, y1, x2, y2, ...attributes });
}

/** A whole picture. @param {{width: number, height: number, title: string}} size @param {Palette} palette @param {readonly string[]} parts */
export function picture({ width, height, title }, palette, parts) {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${Math.ceil(height)}`,
    width,
    height: Math.ceil(height),
    role: "img",
    "font-family": FONT,
    "font-size": FONT_SIZE,
  };
  const background = element("rect", { width: "100%", height: "100%", fill: palette.background });
  const content = [element("title", {}, escaped(title)), background, ...parts];
  return `${element("svg", attributes, `\n${content.join("\n")}\n`)}\n`;
}

/** Round steps from 0 that reach `highest`; all that is below 0 stands at 0. @param {number} highest @returns {number[]} */
export function linearTicks(highest) {
  if (highest <= 0) return [0, 1];
  const rough = highest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, i) => i * step);
}

/**
 * 1, 2, 5 of each power of ten, from below `lowest` to above `highest`; the powers alone where their labels would touch.
 * @param {number} lowest @param {number} highest
 */
export function logTicks(lowest, highest) {
  const steps = highest / lowest > 1000 ? [1] : [1, 2, 5];
  const all = [];
  for (let power = Math.floor(Math.log10(lowest)); power <= Math.ceil(Math.log10(highest)); power++)
    all.push(...steps.map((one) => Number(`${one}e${power}`)));
  const first = all.findLastIndex((tick) => tick <= lowest);
  const last = all.findIndex((tick) => tick >= highest);
  return all.slice(Math.max(first, 0), last + 1);
}

/** @param {readonly number[]} ticks @param {number} from @param {number} to @returns {(value: number) => number} */
export function logScale(ticks, from, to) {
  const [low, high] = [Math.log(ticks[0] ?? 1), Math.log(ticks.at(-1) ?? 10)];
  return (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from);
}

/** As many digits as a figure is worth. @param {number} value */
export function figure(value) {
  const size = Math.abs(value);
  const digits = size === 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
