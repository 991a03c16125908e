// What a run came to, dataset by dataset or folder by folder, and altogether. Pure.
import type { PlannedDataset } from "../../plan/plan-shape";
import type { Target } from "../../selection/selection";
import { nameOfMade, noCounts, type Counts, type Results } from "../results";
import { counted } from "../../../src/text";
import { resourceUrl } from "./links";

export interface Row extends Counts {
  /** Empty when the set is not partitioned. */
  readonly folder: string;
  readonly name: string;
  /** Of the dataset, where there is one. */
  readonly uid?: string | undefined;
  readonly url?: string | undefined;
  /** In words: what became of it, or would. */
  readonly state: string;
  readonly files: number;
  readonly bytes: number;
  /** In a dry run: those that would be sent. */
  readonly toSend: number;
}

export type Totals = Pick<Row, "files" | "bytes" | "toSend"> & Omit<Counts, "bytesSkipped">;

export function rowsOf(results: Results): readonly Row[] {
  const { selection, plan, baseUrl } = results;
  if (plan !== undefined) {
    const { datasets } = plan;
    return datasets.map((one, index) => {
      // Of a growing set several may be made: what it holds is counted once.
      const set = one.growing?.set;
      const isCounted = datasets.slice(0, index).some(({ growing }) => growing?.set === set);
      return plannedRow(one, baseUrl, set !== undefined && isCounted);
    });
  }
  const made = new Map(results.datasets.map((one) => [one.target, one]));
  const held = new Set(results.sets.map(({ target }) => target));
  return (selection?.targets ?? []).map((target) => {
    const one = made.get(target);
    const uid = one?.dataset.uid;
    return {
      ...(results.counts.get(target) ?? noCounts),
      folder: target.folder,
      name: one === undefined ? target.name : nameOfMade(one),
      uid,
      url: resourceUrl(baseUrl, "datasets", uid),
      state: one === undefined ? stateWithout(target, held) : stateOf(one),
      files: target.files.length,
      bytes: target.manifest.totalBytes,
      toSend: 0,
    };
  });
}

function stateOf({ dataset, isFollowed }: Results["datasets"][number]): string {
  const rest = isFollowed === true ? "; the dataset after it is not made" : "";
  return `${dataset.status}, ${counted(dataset.itemCount, "item")}${rest}`;
}

function stateWithout(target: Target, held: ReadonlySet<Target>): string {
  return held.has(target) ? "nothing new" : "not made";
}

function plannedRow(planned: PlannedDataset, baseUrl: string | undefined, isCounted: boolean): Row {
  const { folder, name, uid, exists, files, bytes, growing } = planned;
  const held = isCounted ? 0 : growing?.held;
  const unchanged = held ?? (exists === true ? files : 0);
  const toSend = exists === true ? 0 : files;
  const isNothing = growing !== null && files === 0;
  return {
    ...noCounts,
    folder,
    name,
    uid: uid ?? undefined,
    url: resourceUrl(baseUrl, "datasets", uid ?? undefined),
    state: isNothing ? "nothing is new" : exists === true ? "exists already" : "would be made",
    files: growing === null ? files : files + unchanged,
    bytes,
    toSend,
    unchanged,
    unverified: isCounted ? 0 : (growing?.unverified ?? 0),
  };
}

export function totalsOf(rows: readonly Row[]): Totals {
  const sum = (name: keyof Totals): number => rows.reduce((total, row) => total + row[name], 0);
  return {
    files: sum("files"),
    bytes: sum("bytes"),
    toSend: sum("toSend"),
    sent: sum("sent"),
    unchanged: sum("unchanged"),
    failed: sum("failed"),
    unverified: sum("unverified"),
    bytesSent: sum("bytesSent"),
  };
}
