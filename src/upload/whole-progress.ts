// How far an upload of several sets has come that are sent one after the other. Knows nothing of how one set is sent.
import type { Failing, UploadProgress } from "../events";
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
  /** From 1, in their order. */
  readonly number: number;
  readonly counts: Counts;
}

const COUNTED = Object.keys(noCounts({ files: 0, bytes: 0 })) as (keyof Counts)[];

function countsOf(parts: Iterable<Part>): Counts {
  const sum = { ...noCounts({ files: 0, bytes: 0 }) };
  for (const { counts } of parts) for (const name of COUNTED) sum[name] += counts[name];
  return sum;
}

/** `sets`: those that have something to send, in their order. */
export function trackWhole<Key>(
  sets: ReadonlyMap<Key, SetToCount>,
  ports: { readonly now: () => number; readonly pace: KnownPace },
): WholeProgress<Key> {
  const parts = new Map<Key, Part>();
  for (const [key, set] of sets)
    parts.set(key, { name: set.name, number: parts.size + 1, counts: noCounts(set) });
  let last: Counts | undefined;
  let estimator: Estimator | undefined;
  let part: UploadProgress["part"];
  const estimate = (failing?: Failing): UploadProgress => {
    const counts = countsOf(parts.values());
    // A set that begins anew, under another name or in another batch, counts from nothing.
    if (last === undefined || counts.filesBegun < last.filesBegun) estimator = undefined;
    estimator ??= createEstimator(counts, ports);
    const isMoved =
      counts.bytesSent !== last?.bytesSent || leftOf(counts).files !== leftOf(last).files;
    if (isMoved) estimator.move();
    last = counts;
    return { ...estimator.progressOf(counts, failing), ...(part !== undefined && { part }) };
  };
  return {
    note: (key, progress) => {
      const { name, number } = parts.get(key) ?? { name: "", number: parts.size + 1 };
      parts.set(key, { name, number, counts: progress });
      part = { name, number, count: parts.size };
      const { silence, failing } = progress;
      return { ...estimate(failing), ...(silence !== undefined && { silence }) };
    },
    now: () => (last === undefined || leftOf(last).files === 0 ? undefined : estimate()),
  };
}
