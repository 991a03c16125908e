// What of the figures a reader sees first: a line for each benchmark in the table, a few comparisons in the picture. Pure.
// @ts-check
import { groupsOf, isReached, median, ratioTo } from "../rows.mjs";
import { figure } from "./svg.mjs";
import { table } from "./tables.mjs";

/**
 * @typedef {import("../rows.mjs").Row} Row
 * @typedef {import("../rows.mjs").Peer} Peer
 * @typedef {import("../results.mjs").Outcome} Outcome
 * @typedef {import("../list.mjs").Benchmark} Benchmark
 *
 * @typedef {object} Comparison
 * @property {string} benchmark its title
 * @property {string} what
 * @property {string} beside
 * @property {number} times as good: half the time is twice as good
 * @property {number} [target] in the same
 * @property {boolean} isShort
 *
 * @typedef {object} Wanted a figure that has a target
 * @property {string} what the row
 * @property {string} measure such as `MB/s beside curl -F`
 * @property {number} figure
 * @property {number} target
 * @property {string} sign behind both
 * @property {boolean} higherIsBetter
 */

/** @param {string} benchmark @param {Row} row @param {Peer} peer @returns {Comparison} */
function comparisonOf(benchmark, row, peer) {
  const good = (/** @type {number} */ ratio) => (row.higherIsBetter ? ratio : 1 / ratio);
  const ratio = ratioTo(row, peer);
  const { target } = peer;
  return {
    ...{ benchmark, what: `${row.what}, ${row.unit}`, beside: peer.name, times: good(ratio) },
    ...(target === undefined ? {} : { target: good(target) }),
    isShort: target !== undefined && !isReached(ratio, target, row.higherIsBetter),
  };
}

/** The one that is furthest from its target stands for all. @param {readonly Comparison[]} all @returns {Comparison[]} */
function worstOf(all) {
  const margin = (/** @type {Comparison} */ { times, target = 1 }) => times / target;
  const [worst] = all.toSorted((a, b) => margin(a) - margin(b));
  if (worst === undefined) return [];
  return [all.length === 1 ? worst : { ...worst, what: `the worst of ${all.length} comparisons` }];
}

/**
 * Each rate beside each alternative, and one for what else has a target.
 * @param {Outcome} outcome @param {Pick<Benchmark, "title" | "alternatives">} benchmark @returns {readonly Comparison[]}
 */
export function comparisonsOf({ rows }, { title, alternatives = [] }) {
  const pairs = rows.flatMap((row) => (row.peers ?? []).map((peer) => ({ row, peer })));
  const compare = (/** @type {typeof pairs} */ some) =>
    some
      .map(({ row, peer }) => comparisonOf(title, row, peer))
      // Nothing stands at 0 on an axis of ratios.
      .filter(({ times }) => times > 0 && times < Infinity);
  const isAlternative = (/** @type {Peer} */ { name }) => alternatives.includes(name);
  const others = pairs.filter(({ peer }) => peer.target !== undefined && !isAlternative(peer));
  const gathered = groupsOf(compare(others), ({ beside }) => beside);
  return [
    ...compare(pairs.filter(({ row, peer }) => row.higherIsBetter && isAlternative(peer))),
    ...[...gathered.values()].flatMap(worstOf),
  ];
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
