// What of the figures a reader sees first: a line for each benchmark in the table, a few comparisons in the picture. Pure.
// @ts-check
import { groupsOf, isReached, median, ratioTo } from "../rows.mjs";
import { measureOf } from "./axes.mjs";
import { figure } from "./svg.mjs";
import { table } from "./tables.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("../rows.mjs").Peer} Peer
 * @typedef {import("../results.mjs").Outcome} Outcome
 * @typedef {import("../list.mjs").Benchmark} Benchmark
 *
 * @typedef {object} Comparison
 * @property {string} what
 * @property {string} beside
 * @property {number} times as good: half the time is twice as good
 * @property {number} [target] in the same
 * @property {boolean} isShort
 *
 * @typedef {object} Glimpse of a benchmark
 * @property {string} title
 * @property {number} wanted how many targets it has
 * @property {number} reached how many of them it reaches
 * @property {readonly Comparison[]} comparisons
 *
 * @typedef {object} Wanted a figure that has a target
 * @property {string} what the row
 * @property {string} measure such as `MB/s beside curl -F`
 * @property {number} figure
 * @property {number} target
 * @property {string} sign behind both
 * @property {boolean} higherIsBetter
 */

/** @param {Row} row @param {number} ratio */
const goodness = ({ higherIsBetter }, ratio) => (higherIsBetter ? ratio : 1 / ratio);

/** @param {Row} row @param {Peer} peer @returns {Comparison} */
function comparisonOf(row, peer) {
  const ratio = ratioTo(row, peer);
  const { target } = peer;
  return {
    ...{ what: `${row.what}, ${row.unit}`, beside: peer.name, times: goodness(row, ratio) },
    ...(target === undefined ? {} : { target: goodness(row, target) }),
    isShort: target !== undefined && !isReached(ratio, target, row.higherIsBetter),
  };
}

/** @typedef {{row: Row, peer: Peer}} Pair */

/** The one that is furthest from its target stands for all. @param {readonly Pair[]} pairs of one unit and one peer @returns {Comparison[]} */
function worstOf(pairs) {
  const margin = (/** @type {Comparison} */ { times, target = 1 }) => times / target;
  const all = pairs.map(({ row, peer }) => comparisonOf(row, peer));
  const [worst] = all.toSorted((a, b) => margin(a) - margin(b));
  if (worst === undefined || all.length === 1) return all;
  const measure = measureOf(pairs[0]?.row.unit ?? "");
  return [{ ...worst, what: `${measure}: the worst of ${all.length}` }];
}

/** What misses a target that stands beside nothing, by the one that is furthest from it. @param {readonly Row[]} rows @returns {Comparison[]} */
function missedOf(rows) {
  const own = rows.flatMap((row) => (row.target === undefined ? [] : { row, target: row.target }));
  const alike = groupsOf(own, ({ row, target }) => `${row.unit} ${target}`);
  return [...alike.values()].flatMap((of) => {
    const missed = of.filter(
      ({ row, target }) => !isReached(median(row.samples), target, row.higherIsBetter),
    );
    const [first] = missed;
    if (first === undefined) return [];
    const { row, target } = first;
    const all = missed.map((one) => goodness(one.row, median(one.row.samples) / target));
    const sign = row.higherIsBetter ? "≥" : "≤";
    const beside = `target ${sign} ${figure(target)}, missed by ${missed.length} of ${of.length}`;
    const what = measureOf(row.unit);
    return [{ what, beside, times: Math.min(...all), target: 1, isShort: true }];
  });
}

/**
 * Each rate beside each alternative, one for what else is compared with a target, and one for each other target that is missed.
 * @param {readonly Row[]} rows @param {readonly string[]} alternatives @returns {readonly Comparison[]}
 */
function comparisonsOf(rows, alternatives) {
  const pairs = rows.flatMap((row) => (row.peers ?? []).map((peer) => ({ row, peer })));
  const isAlternative = (/** @type {Peer} */ { name }) => alternatives.includes(name);
  const rates = pairs.filter(({ row, peer }) => row.higherIsBetter && isAlternative(peer));
  const others = pairs.filter(({ peer }) => peer.target !== undefined && !isAlternative(peer));
  const gathered = groupsOf(others, ({ row, peer }) => `${row.unit} ${peer.name}`);
  const all = [
    ...rates.map(({ row, peer }) => comparisonOf(row, peer)),
    ...[...gathered.values()].flatMap(worstOf),
    ...missedOf(rows),
  ];
  // Nothing stands at 0 on an axis of ratios.
  return all.filter(({ times }) => times > 0 && times < Infinity);
}

/** @param {Outcome} outcome @param {Pick<Benchmark, "title" | "alternatives">} benchmark @returns {Glimpse} */
export function glimpseOf({ rows }, { title, alternatives = [] }) {
  const wanted = rows.flatMap(wantedOf);
  return {
    ...{ title, wanted: wanted.length, reached: wanted.filter(isDone).length },
    comparisons: comparisonsOf(rows, alternatives),
  };
}

/** @param {Row} row @returns {Wanted[]} */
function wantedOf(row) {
  const { what, unit, samples, peers = [], target, higherIsBetter } = row;
  const beside = peers.flatMap((peer) =>
    peer.target === undefined
      ? []
      : {
          ...{ what, measure: `${unit} beside ${peer.name}`, figure: ratioTo(row, peer) },
          ...{ target: peer.target, sign: "×", higherIsBetter },
        },
  );
  if (target === undefined) return beside;
  const own = { what, measure: unit, figure: median(samples), target };
  return [...beside, { ...own, sign: "", higherIsBetter }];
}

/** @param {Wanted} wanted */
const isDone = (wanted) => isReached(wanted.figure, wanted.target, wanted.higherIsBetter);

/** What falls short of one target, if anything; one of many by its name. @param {readonly Wanted[]} all of one measure */
function shortOfTarget(all) {
  const [first, ...more] = all.filter((wanted) => !isDone(wanted));
  if (first === undefined) return [];
  const { what, measure, target, sign, higherIsBetter } = first;
  const figures = [first, ...more].map((wanted) => wanted.figure);
  const worst = (higherIsBetter ? Math.min : Math.max)(...figures);
  // Just short of its target it would read as if it had reached it.
  const shown = figure(worst) === figure(target) ? worst.toPrecision(4) : figure(worst);
  const wanted = `target ${higherIsBetter ? "≥" : "≤"}\u00a0${figure(target)}${sign}`;
  const [named, many] =
    more.length === 0
      ? [`${what}, ${measure}`, ""]
      : [measure, `${figures.length} of ${all.length}, at worst `];
  return [`${named}: ${many}${shown}${sign} (${wanted})`];
}

/** What of one measure falls short, if anything. @param {readonly Wanted[]} all */
function shortOf(all) {
  return [...groupsOf(all, ({ target }) => String(target)).values()].flatMap(shortOfTarget);
}

/** As GitHub names a heading. @param {string} title */
const anchorOf = (title) =>
  title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");

/** @param {readonly Outcome[]} benchmarks @param {(name: string) => string} titleOf */
export function glanceTable(benchmarks, titleOf) {
  const lines = benchmarks.flatMap(({ name, rows }) => {
    const wanted = rows.flatMap(wantedOf);
    if (wanted.length === 0) return [];
    const byMeasure = groupsOf(wanted, ({ measure }) => measure);
    const short = [...byMeasure.values()].flatMap(shortOf);
    const reached = `${wanted.filter(isDone).length} of ${wanted.length}`;
    return [[`[${titleOf(name)}](#${anchorOf(titleOf(name))})`, reached, short.join("; ")]];
  });
  return table(["", "targets reached", "what falls short"], lines);
}
