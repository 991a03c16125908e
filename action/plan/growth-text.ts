// How many files and items of a growing set are what, in one line: the log, the summary and the plan say it alike. Pure.
import { formatCount } from "../../src/text";

interface GrowthCounts {
  readonly held: number;
  /** Of those that are held. */
  readonly moved: number;
  /** Absent where it is said elsewhere. */
  readonly added?: number | undefined;
  readonly superseded: number;
  readonly unverified: number;
  readonly postponed: number;
}

/** `12 held, 1 of them moved, 3 new, 1 superseded, 0 not compared, 2 left for a later run`. */
export function growthText(counts: GrowthCounts): string {
  const { held, moved, added, superseded, unverified, postponed } = counts;
  return [
    `${formatCount(held)} held`,
    ...(moved === 0 ? [] : [`${formatCount(moved)} of them moved`]),
    ...(added === undefined ? [] : [`${formatCount(added)} new`]),
    `${formatCount(superseded)} superseded`,
    `${formatCount(unverified)} not compared`,
    ...(postponed === 0 ? [] : [`${formatCount(postponed)} left for a later run`]),
  ].join(", ");
}
