// Whether a figure is the server's and not the client's, for each server by itself. Pure.
// @ts-check
import { median, ratioTo } from "../rows.mjs";
import { figure } from "./svg.mjs";

/** @typedef {import("../rows.mjs").Row} Row */

// One thread of a server can be full while other cores are idle.
const IDLE_CORES = 0.7;
// Clients that come so close to each other are held up by what they share.
const ALIKE = 1.1;

/** Those that are faster, the fastest first. @param {Row} row */
function fasterThan(row) {
  const peers = (row.peers ?? []).map(({ name, samples }) => ({
    ...{ name, rate: median(samples), times: 1 / ratioTo(row, { name, samples }) },
  }));
  return peers.filter(({ times }) => times > 1).toSorted((a, b) => b.rate - a.rate);
}

/** @param {Row} row a rate */
function noteOn(row) {
  const cores = median(row.serverCores ?? []);
  const busy = `${row.what}: the server kept ${figure(cores)} cores busy`;
  const faster = fasterThan(row);
  const [first, second] = faster;
  if (first === undefined)
    return cores < IDLE_CORES
      ? `${busy}, and was not the bottleneck.`
      : `${busy}, and may have been the bottleneck.`;
  const names = faster.map(({ name, times }) => `${name} (${figure(times)}×)`).join("; ");
  const served = `${busy}, and served these faster: ${names}. So it takes more than this project sends.`;
  if (second === undefined || first.rate / second.rate > ALIKE) return served;
  const apart = figure((100 * first.rate) / second.rate - 100);
  return `${served} But the first two came within ${apart}% of each other: it probably bounds those, and with a faster server this project's ratio to them would be lower.`;
}

/** A line for each. @param {readonly Row[]} rows @returns {string[]} */
export function serverNotes(rows) {
  const noted = rows.filter(({ higherIsBetter, serverCores = [] }) => {
    return higherIsBetter && serverCores.length > 0;
  });
  if (noted.length === 0) return [];
  return [
    "Whether the server was the bottleneck:",
    noted.map((row) => `- ${noteOn(row)}`).join("\n"),
  ];
}
