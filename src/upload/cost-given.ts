// What the cost of sending is estimated of, as types and as shapes.
import type { RateLimit } from "../errors";
import { isRecord } from "../json";
import {
  aCount,
  aFlag,
  aNumber,
  asList,
  aSize,
  listOf,
  longListOf,
  maybe,
  partOf,
} from "../shapes";

/** A dataset that is to be made, or to get what it lacks. */
export interface DatasetToSend {
  readonly toSend: Iterable<{ readonly sizeBytes: number }>;
  /** Files that it holds in the end: its items are read back by pages. */
  readonly fileCount: number;
  /** As a growing set's, and one that a second resource confirms. @default false */
  readonly isSoughtBeforeConfirm?: boolean | undefined;
  /** As each of a stack: the run has no list that all of its datasets are sought in. @default false */
  readonly isSoughtAlone?: boolean | undefined;
}

/** What the server says of the limit, and when it is, in ms since the epoch: a reset that is known ends the first wait. */
export type LimitNow = RateLimit & { readonly nowMs?: number };

type Listed = DatasetToSend & { readonly toSend: readonly { readonly sizeBytes: number }[] };

/** As they can be looked at and then be counted; what is not so at all stays as it is. */
export function withLists(datasets: readonly DatasetToSend[]): readonly Listed[] {
  const given: unknown = datasets;
  if (!Array.isArray(given)) return given as readonly Listed[];
  return given.map((one: Listed) => (isRecord(one) ? { ...one, toSend: asList(one.toSend) } : one));
}

export const someDatasets = listOf(
  "datasets",
  partOf<Listed>({
    toSend: longListOf("files", partOf({ sizeBytes: aSize })),
    fileCount: aCount(0),
    isSoughtBeforeConfirm: maybe(aFlag),
    isSoughtAlone: maybe(aFlag),
  }),
);

export const aLimit = maybe(
  partOf<LimitNow>({
    limit: aNumber,
    remaining: aNumber,
    resetAtMs: aNumber,
    nowMs: maybe(aNumber),
  }),
);
