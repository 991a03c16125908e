// How far an upload of several sets has come that are sent one after the other. Knows nothing of how one set is sent.
import type { UploadProgress } from "../events";
import {
  createEstimator,
  leftOf,
  noCounts,
  type Counts,
  type Estimator,
  type KnownPace,
  type Totals,
} from "./estimate";

interface SetToCount extends Totals {
  readonly name: string;
}

interface WholeProgress<Key> {
  /** Of all sets, when the upload of one has come so far. */
  readonly note: (key: Key, progress: UploadProgress) => UploadProgress;
  /** Of all sets now; `undefined` before the first one is begun, and when every file has ended. */
  readonly now: () => UploadProgress | undefined;
}

interface Part {
  readonly name: string;
  readonly counts: Counts;
}

function countsOf(parts: Iterable<Part>): Counts {
  const sum = { ...noCounts({ files: 0, bytes: 0 }) };
  for (const { counts } of parts) {
    sum.filesTotal += counts.filesTotal;
    sum.filesBegun += counts.filesBegun;
    sum.filesSent += counts.filesSent;
    sum.filesUnchanged += counts.filesUnchanged;
    sum.filesFound = (sum.filesFound ?? 0) + (counts.filesFound ?? 0);
    sum.filesFailed += counts.filesFailed;
    sum.bytesTotal += counts.bytesTotal;
    sum.bytesSent += counts.bytesSent;
    sum.bytesSkipped += counts.bytesSkipped;
    sum.bytesFailed += counts.bytesFailed;
  }
  return sum;
}

/** `sets`: those that have something to send, in their order. */
export function trackWhole<Key>(
  sets: ReadonlyMap<Key, SetToCount>,
  ports: { readonly now: () => number; readonly pace: KnownPace },
): WholeProgress<Key> {
  const parts = new Map<Key, Part>();
  for (const [key, set] of sets) parts.set(key, { name: set.name, counts: noCounts(set) });
  const order = [...parts.keys()];
  let last: Counts | undefined;
  let estimator: Estimator | undefined;
  let part: UploadProgress["part"];
  const estimate = (): UploadProgress => {
    const counts = countsOf(parts.values());
    // A set that begins anew, under another name or in another batch, counts from nothing.
    if (last === undefined || counts.filesBegun < last.filesBegun) estimator = undefined;
    estimator ??= createEstimator(counts, ports);
    const isMoved =
      counts.bytesSent !== last?.bytesSent || leftOf(counts).files !== leftOf(last).files;
    if (isMoved) estimator.move();
    last = counts;
    return { ...estimator.progressOf(counts), ...(part !== undefined && { part }) };
  };
  return {
    note: (key, progress) => {
      const { name } = parts.get(key) ?? { name: "" };
      parts.set(key, { name, counts: progress });
      part = { name, number: order.indexOf(key) + 1, count: order.length };
      return estimate();
    },
    now: () => (last === undefined || leftOf(last).files === 0 ? undefined : estimate()),
  };
}
