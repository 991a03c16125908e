// `node bench/page/write.mjs [--check]`: writes docs/benchmarks.md and the plots of bench/results/benchmarks.json; with
// `--check` changes nothing, and fails where they are not what the results say.
// @ts-check
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { formatted } from "../formatted.mjs";
import { readResults } from "../results.mjs";
import { BENCHMARKS } from "../list.mjs";
import { keepAges, readAges } from "./ages.mjs";
import { drawBars } from "./bars.mjs";
import { drawCurves, isOnCurveOnly } from "./curves.mjs";
import { pageOf } from "./page.mjs";
import { glimpseOf } from "./glance.mjs";
import { drawRatios } from "./ratios.mjs";
import { PALETTES } from "./svg.mjs";

/**
 * @typedef {import("../results.mjs").Results} Results
 * @typedef {import("./svg.mjs").Palette} Palette
 */

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Where a whole run's results are, beside the page that shows them. @param {string} root */
export const placesIn = (root) => ({
  results: path.join(root, "bench", "results"),
  page: path.join(root, "docs", "benchmarks.md"),
});

/** Each plot's name, and how it is drawn. @param {Results} results @returns {Map<string, (palette: Palette) => string>} */
function plotsOf({ benchmarks }) {
  /** @type {Map<string, (palette: Palette) => string>} */
  const plots = new Map();
  const glimpses = benchmarks.flatMap((outcome) => {
    const benchmark = BENCHMARKS.find(({ name }) => name === outcome.name);
    return benchmark === undefined ? [] : glimpseOf(outcome, benchmark);
  });
  const shown = glimpses.filter(({ wanted, comparisons }) => wanted + comparisons.length > 0);
  plots.set("overview", (palette) =>
    drawRatios("This project beside the alternatives", shown, palette),
  );
  for (const { name, rows } of benchmarks) {
    const title = BENCHMARKS.find((one) => one.name === name)?.title ?? name;
    const bars = rows.filter((row) => !isOnCurveOnly(row));
    const grown = rows.filter((row) => row.growth !== undefined);
    if (bars.length > 0) plots.set(name, (palette) => drawBars(title, bars, palette));
    if (grown.length > 0)
      plots.set(`${name}-growth`, (palette) => drawCurves(`${title}: growth`, grown, palette));
  }
  return plots;
}

/** GitHub shows the one of the reader's theme. @param {string} folder of the pictures, as the page names it */
const pictureIn = (folder) => (/** @type {string} */ name, /** @type {string} */ alt) =>
  `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${folder}/${name}-dark.svg">
  <img src="${folder}/${name}-light.svg" alt="${alt}">
</picture>`;

/** @param {string} folder */
function resultsIn(folder) {
  const results = readResults(folder);
  if (results === undefined) throw new Error(`${folder} has no results: npm run bench`);
  return results;
}

/** Every file that follows from the results, by its path. @param {string} root @returns {Promise<Map<string, string>>} */
async function filesOf(root) {
  const places = placesIn(root);
  const results = resultsIn(places.results);
  const reasons = JSON.parse(readFileSync(path.join(ROOT, "bench", "reasons.json"), "utf8"));
  const folder = path.relative(path.dirname(places.page), places.results).replaceAll(path.sep, "/");
  const text = pageOf(results, reasons, pictureIn(folder), readAges(places.results));
  const page = await formatted("benchmarks.md", text);
  const files = new Map([[places.page, page]]);
  for (const [name, draw] of plotsOf(results)) {
    for (const [theme, palette] of Object.entries(PALETTES))
      files.set(path.join(places.results, `${name}-${theme}.svg`), draw(palette));
  }
  return files;
}

/** @param {string} folder @param {Map<string, string>} files plots there that no result has any more */
function leftOver(folder, files) {
  const plots = readdirSync(folder).filter((name) => name.endsWith(".svg"));
  return plots.map((name) => path.join(folder, name)).filter((file) => !files.has(file));
}

/** @param {string} root @returns {Promise<readonly string[]>} what was written */
export async function writePage(root) {
  const { results: folder } = placesIn(root);
  await keepAges(folder, resultsIn(folder).benchmarks, ROOT);
  const files = await filesOf(root);
  for (const file of leftOver(folder, files)) rmSync(file);
  for (const [file, text] of files) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return [...files.keys()];
}

/** @returns {Promise<readonly string[]>} files that are not what the results say */
async function wrongFiles() {
  const files = await filesOf(ROOT);
  const wrong = [...files].filter(
    ([file, text]) => !existsSync(file) || readFileSync(file, "utf8") !== text,
  );
  return [...wrong.map(([file]) => file), ...leftOver(placesIn(ROOT).results, files)];
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const wrong = await wrongFiles();
    for (const file of wrong)
      console.error(
        `${path.relative(ROOT, file)} is not what bench/results says: run node bench/page/write.mjs`,
      );
    if (wrong.length > 0) process.exitCode = 1;
  } else await writePage(ROOT);
}
