// docs/benchmarks.md as text, of the results and of the reasons that people wrote. Measures nothing and writes nothing.
// @ts-check
import { BENCHMARKS } from "../list.mjs";
import { median } from "../rows.mjs";
import { ageOf } from "./ages.mjs";
import { amountOf, curvesOf, isOnCurveOnly } from "./curves.mjs";
import { glanceTable } from "./glance.mjs";
import { limitsSection } from "./limits.mjs";
import { reasonsFor } from "./reasons.mjs";
import { serverNotes } from "./server-notes.mjs";
import { figure } from "./svg.mjs";
import { figuresTable, growthTable, table } from "./tables.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("../results.mjs").Results} Results
 * @typedef {import("../results.mjs").Outcome} Outcome
 * @typedef {import("./reasons.mjs").Reasons} Reasons
 * @typedef {(name: string, alt: string) => string} PictureOf
 * @typedef {import("./ages.mjs").Ages} Ages
 */

/** @param {string} name */
function titleOf(name) {
  return BENCHMARKS.find((one) => one.name === name)?.title ?? name;
}

/** @param {string} of @param {Readonly<Record<string, string>>} facts */
const factsTable = (of, facts) => table([of, ""], Object.entries(facts));

/** Of how many turns the figures are. @param {Outcome} outcome */
function turnsIn({ rows }) {
  const counts = rows.map(({ samples }) => samples.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (counts.length === 0) return "no figure";
  if (most === 1)
    return "each figure is of one turn, so that a verdict close to its target may be chance";
  return `each figure is of ${least === most ? "" : `${least} to `}${most} turns`;
}

/** @param {Results} results */
function takenWhen({ benchmarks }) {
  const days = [...new Set(benchmarks.map(({ takenOn }) => takenOn))].toSorted();
  const commits = [...new Set(benchmarks.map(({ commit }) => commit))];
  if (days.length === 1 && commits.length === 1)
    return `All were taken on ${days[0]} at commit ${commits[0]}.`;
  const when = days.length === 1 ? `on ${days[0]}` : `from ${days[0]} to ${days.at(-1)}`;
  const where = commits.length === 1 ? "one commit" : `${commits.length} commits`;
  return `They were taken ${when} at ${where}, and each section names its own, and how much older it is than the newest: \`git log COMMIT.. -- src\` shows what has changed since.`;
}

/** @param {Outcome} outcome @param {string} age @param {Reasons} reasons @param {PictureOf} pictureOf */
function section(outcome, age, reasons, pictureOf) {
  const { name, rows, error, takenOn, commit, seconds } = outcome;
  const how = BENCHMARKS.find((one) => one.name === name)?.how ?? "";
  const taken = `\`npm run bench -- ${name}\`, ${takenOn}, commit ${commit}, ${figure(seconds)} seconds; ${turnsIn(outcome)}.${age}`;
  const curves = curvesOf(rows);
  const barred = rows.filter((row) => !isOnCurveOnly(row));
  const { short, notes } = reasonsFor(outcome, reasons);
  return [
    `### ${titleOf(name)}`,
    how,
    taken,
    ...(error === undefined ? [] : [`**It failed:** ${error}`]),
    ...(barred.length === 0
      ? []
      : [pictureOf(name, `${titleOf(name)}, as bars`), figuresTable(barred)]),
    ...serverNotes(rows),
    ...(short.length === 0 ? [] : ["What falls short, and why:", short.join("\n")]),
    ...(notes.length === 0 ? [] : ["What else is known of the figures:", notes.join("\n")]),
    ...(curves.size === 0
      ? []
      : [
          "How it grows; × is a figure by the one above it:",
          pictureOf(`${name}-growth`, `${titleOf(name)}, by the amount of work`),
          ...[...curves].map(([curve, of]) => growthTable(curve, of)),
        ]),
  ];
}

/** What the arithmetic takes of the figures. @param {Results} results @returns {import("./limits.mjs").Measured} */
function measuredIn({ benchmarks }) {
  const rows = benchmarks.find(({ name }) => name === "scale")?.rows ?? [];
  const pointsOf = (/** @type {string} */ curve, /** @type {string} */ unit) => {
    const own = (curvesOf(rows).get(curve) ?? []).filter((row) => row.unit === unit);
    const points = own.map((row) => ({ amount: amountOf(row), figure: median(row.samples) }));
    return points.length < 2 ? undefined : points;
  };
  return {
    uploadSeconds: pointsOf("upload", "s"),
    uploadMebibytes: pointsOf("upload", "MiB at most"),
    dryRunSeconds: pointsOf("dry run", "s"),
    dryRunMebibytes: pointsOf("dry run", "MiB at most"),
  };
}

/** @param {Results} results @param {Reasons} reasons @param {PictureOf} pictureOf @param {Ages} [ages] */
export function pageOf(results, reasons, pictureOf, ages) {
  const { machine, versions, benchmarks } = results;
  const failed = benchmarks
    .filter(({ error }) => error !== undefined)
    .map(({ name }) => titleOf(name));
  const parts = [
    "# Benchmarks",
    "<!-- Written by `npm run bench` from bench/results and bench/reasons.json; `node bench/page/write.mjs` writes it again. -->",
    `What this project costs, beside what you would run instead. All of it ran on one machine. What is compared in a row used the same
server, and took turns if there is more than one. \`npm run bench\` takes the figures and writes this page; no figure is edited by hand. ${takenWhen(results)}
[How to run and read them](../bench/README.md).`,
    `- Figures are medians of turns, with the lowest and the highest in parentheses; each section says of how many. A figure of one turn is what that turn took. Ratios are this project's figure to the other's, turn by turn, with the median first as well, since what loads the machine changes from turn to turn: they need not be the ratio of the medians.
- ↑ means that more is better, ↓ that less is better.
- What falls short of its target stands here too, with the reason. No test depends on a figure.
- None of this is what an upload to Avala takes: 100 calls a minute are the bound. See [What bounds a large upload](#what-bounds-a-large-upload).`,
    ...(failed.length === 0 ? [] : [`**Failed:** ${failed.join(", ")}.`]),
    "## At a glance",
    pictureOf("overview", "How many times as good as each alternative this project is"),
    `Each line of the picture is a figure of this project, as times as good as what the line names: right of 1 is better, and what is better when it is less is turned round, so that 1.43 times the least time stands as 0.7. Beside a program that a user would run instead, each rate has a line. Beside a bound, as what has to be done in any case or the least time that the limits allow, *the worst of 9* is the one of nine figures that is furthest from its target. A target that stands beside nothing, as one for memory, has a line if it is missed, and is 1 there; a target of 0 has no place on such an axis. All targets are counted at the right, and stand in this table; each benchmark's own section has all of its figures:`,
    glanceTable(benchmarks, titleOf),
    "## Machine and versions",
    factsTable("machine", machine),
    factsTable("version", versions),
    "## Figures",
    ...benchmarks.flatMap((one) => section(one, ageOf(one, benchmarks, ages), reasons, pictureOf)),
    limitsSection(measuredIn(results)),
  ];
  return `${parts.join("\n\n")}\n`;
}
