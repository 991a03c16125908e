// The rows of the benchmark of large files: what each upload cost, in each unit. Does not know how it is measured.
// @ts-check

const MIB = 1024 ** 2;
const TARGET_MIB = 150;

/** @typedef {{durationMs: number, cpuMs: number, peakBytes: number}} Cost */
/** @typedef {import("./rows.mjs").Row} Row */

const rates = (/** @type {number} */ bytes) => (/** @type {readonly Cost[]} */ costs) =>
  costs.map(({ durationMs }) => bytes / 1000 / durationMs);
const cpuSeconds = (/** @type {readonly Cost[]} */ costs) => costs.map(({ cpuMs }) => cpuMs / 1000);
const mebibytes = (/** @type {readonly Cost[]} */ costs) =>
  costs.map(({ peakBytes }) => peakBytes / MIB);

/**
 * Each unit in a row of its own.
 * @param {string} what
 * @param {{bytes: number, costs: readonly Cost[], serverCores: readonly number[]}} ours
 * @param {readonly {name: string, costs: readonly Cost[], target?: number}[]} peers `target`: of the rates
 * @returns {readonly Row[]}
 */
export function costRows(what, { bytes, costs, serverCores }, peers) {
  const beside = (/** @type {(costs: readonly Cost[]) => number[]} */ figures) =>
    peers.map((peer) => ({ name: peer.name, samples: figures(peer.costs) }));
  const rate = rates(bytes);
  const ratesBeside = beside(rate).map((peer, i) => {
    const target = peers[i]?.target;
    return target === undefined ? peer : { ...peer, target };
  });
  return [
    {
      ...{ what, unit: "MB/s", higherIsBetter: true, samples: rate(costs) },
      ...{ peers: ratesBeside, serverCores },
    },
    {
      ...{ what, unit: "s of CPU", higherIsBetter: false, samples: cpuSeconds(costs) },
      peers: beside(cpuSeconds),
    },
    {
      ...{ what, unit: "MiB at most", higherIsBetter: false, samples: mebibytes(costs) },
      ...{ target: TARGET_MIB, peers: beside(mebibytes) },
    },
  ];
}

/**
 * How the memory grows with the size.
 * @param {string} curve @param {readonly {gib: number, costs: readonly Cost[]}[]} sizes @returns {readonly Row[]}
 */
export function memoryRows(curve, sizes) {
  return sizes.map(({ gib, costs }) => ({
    ...{ what: `${gib} GiB ${curve}`, unit: "MiB at most", higherIsBetter: false },
    ...{ samples: mebibytes(costs), growth: { curve, amount: gib, of: "GiB" } },
  }));
}
