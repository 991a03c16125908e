// docs/benchmarks.md as text, of the results and of the reasons that people wrote. Measures nothing and writes nothing.
// @ts-check
import { BENCHMARKS } from "../list.mjs";
import { median, ratioTo } from "../rows.mjs";
import { amountOf, curvesOf, isOnCurveOnly } from "./curves.mjs";
import { limitsSection } from "./limits.mjs";
import { figure } from "./svg.mjs";
import { fallsShort, figuresTable, growthTable, linesOf, table } from "./tables.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("../results.mjs").Results} Results
 * @typedef {import("../results.mjs").Outcome} Outcome
 * @typedef {Readonly<Record<string, string | Readonly<Record<string, string>>>>} Reasons benchmark → row's `what`, or `*` → reason;
 *   or benchmark → the one whose reasons it has
 * @typedef {(name: string, alt: string) => string} PictureOf
 */

/** @param {string} name */
function titleOf(name) {
  return BENCHMARKS.find((one) => one.name === name)?.title ?? name;
}

/** @param {string} of @param {Readonly<Record<string, string>>} facts */
const factsTable = (of, facts) => table([of, ""], Object.entries(facts));

/** A peer that is faster on the same server shows that the server does not bound us. @param {Outcome} outcome */
function serverNotes({ rows }) {
  const cores = rows.flatMap(({ serverCores = [] }) => serverCores);
  const faster = rows
    .filter(({ higherIsBetter }) => higherIsBetter)
    .flatMap((row) =>
      (row.peers ?? []).flatMap((peer) =>
        ratioTo(row, peer) < 1
          ? [`${peer.name} (${figure(1 / ratioTo(row, peer))} times this project, ${row.what})`]
          : [],
      ),
    );
  if (cores.length === 0) return [];
  const busy = `kept ${figure(median(cores))} cores busy`;
  if (faster.length > 0)
    return [
      `The server was not the bottleneck: it ${busy}, and served these faster on the same machine: ${faster.join(", ")}.`,
    ];
  // One thread of a server can be full while other cores are idle.
  const isIdle = median(cores) < 0.7;
  return [
    isIdle
      ? `The server was not the bottleneck: it ${busy}.`
      : `The server ${busy}, and may have been the bottleneck.`,
  ];
}

/** @param {string} name @param {Reasons} reasons @returns {Readonly<Record<string, string>>} */
function knownFor(name, reasons) {
  const known = reasons[name] ?? {};
  return typeof known === "string" ? knownFor(known, reasons) : known;
}

/** @param {Outcome} outcome @param {Reasons} reasons */
function reasonsFor({ name, rows }, reasons) {
  const known = knownFor(name, reasons);
  const short = [...new Set(rows.filter(fallsShort).map(({ what }) => what))];
  /** @param {string} what */
  const reasonOf = (what) => known[what] ?? known["*"] ?? "the reason is not known yet.";
  return [...new Set(short.map(reasonOf))].map((reason) => {
    const whats = short.filter((what) => reasonOf(what) === reason);
    return `- ${whats.join("; ")}: ${reason.replace(/\n(?=.)/g, "\n  ")}`;
  });
}

/** @param {Outcome} outcome @param {Reasons} reasons @param {PictureOf} pictureOf */
function section(outcome, reasons, pictureOf) {
  const { name, rows, error, takenOn, commit, seconds } = outcome;
  const how = BENCHMARKS.find((one) => one.name === name)?.how ?? "";
  const taken = `\`npm run bench -- ${name}\`, ${takenOn}, commit ${commit}, ${figure(seconds)} seconds.`;
  const curves = curvesOf(rows);
  const barred = rows.filter((row) => !isOnCurveOnly(row));
  const short = reasonsFor(outcome, reasons);
  return [
    `### ${titleOf(name)}`,
    how,
    taken,
    ...(error === undefined ? [] : [`**It failed:** ${error}`]),
    ...(barred.length === 0
      ? []
      : [pictureOf(name, `${titleOf(name)}, as bars`), figuresTable(barred)]),
    ...serverNotes(outcome),
    ...(short.length === 0 ? [] : ["What falls short, and why:", short.join("\n")]),
    ...(curves.size === 0
      ? []
      : [
          "How it grows; × is a figure by the one above it:",
          pictureOf(`${name}-growth`, `${titleOf(name)}, by the amount of work`),
          ...[...curves].map(([curve, of]) => growthTable(curve, of)),
        ]),
  ];
}

/** @param {Results} results */
function missedTable({ benchmarks }) {
  const wanted = benchmarks.flatMap(({ name, rows }) =>
    rows
      .flatMap(linesOf)
      .filter((cells) => cells.at(-1) !== "")
      .map((cells) => [titleOf(name), ...cells]),
  );
  return table(
    ["", "what", "unit", "this project", "beside", "ratio", "target", "reached"],
    wanted,
  );
}

/**
 * What the arithmetic takes of the figures: of the most files that were measured.
 * @param {Results} results @returns {import("./limits.mjs").Measured}
 */
function measuredIn({ benchmarks }) {
  const rowsOf = (/** @type {string} */ name) =>
    benchmarks.find((one) => one.name === name)?.rows ?? [];
  const sent = rowsOf("small").find(({ unit }) => unit === "files/s");
  const last = (/** @type {string} */ unit) =>
    rowsOf("scale").findLast((row) => row.unit === unit && row.growth?.curve === "dry run");
  const [seconds, mebibytes] = [last("s"), last("MiB at most")];
  const perFile = (/** @type {Row} */ row) => median(row.samples) / amountOf(row);
  return {
    ...(sent && { filesPerSecond: median(sent.samples) }),
    ...(seconds && { lookMsPerFile: perFile(seconds) * 1000 }),
    ...(mebibytes && { bytesPerFile: perFile(mebibytes) * 1024 ** 2 }),
  };
}

/** @param {Results} results @param {Reasons} reasons @param {PictureOf} pictureOf */
export function pageOf(results, reasons, pictureOf) {
  const { machine, versions, loadBefore, benchmarks } = results;
  const failed = benchmarks
    .filter(({ error }) => error !== undefined)
    .map(({ name }) => titleOf(name));
  const parts = [
    "# Benchmarks",
    "<!-- Written by `npm run bench` from bench/results and bench/reasons.json; `node bench/page/write.mjs` writes it again. -->",
    `What this project costs, beside what you would run instead: on one machine, in one run, on the same server, in turns. \`npm run bench\` takes all
figures and writes this page; no figure is edited by hand. [How to run and read them](../bench/README.md).`,
    `- Figures are medians, with the lowest and the highest of the turns in parentheses. Ratios are this project's figure to the other's, the median of the turns, since what loads the machine changes from turn to turn: they need not be the ratio of the medians.
- ↑ means that more is better, ↓ that less is better.
- What falls short of its target stands here too, with the reason. No test depends on a figure.
- None of this is what an upload to Avala takes: 100 calls a minute are the bound. See [What bounds a large upload](#what-bounds-a-large-upload).`,
    ...(failed.length === 0 ? [] : [`**Failed:** ${failed.join(", ")}.`]),
    "## At a glance",
    pictureOf("overview", "How many times as good as each alternative this project is"),
    "The figures that have a target:",
    missedTable(results),
    "## Machine and versions",
    factsTable("machine", { ...machine, "load before the first": figure(loadBefore) }),
    factsTable("version", versions),
    "## Figures",
    ...benchmarks.flatMap((one) => section(one, reasons, pictureOf)),
    limitsSection(measuredIn(results)),
  ];
  return `${parts.join("\n\n")}\n`;
}
