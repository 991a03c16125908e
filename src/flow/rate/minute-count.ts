// How many calls were ever counted, where places come back one by one a minute after they were taken: what the last minute holds
// and what had been counted a minute ago. Pure; knows of no replies.
import { MINUTE_MS } from "../../api/limits";

interface Count {
  readonly atMs: number;
  readonly calls: number;
}

/** Oldest first, and no more of them than a minute needs. */
export type Counts = readonly Count[];

// At most 121 of them; between two the calls are taken to be evenly spread.
const EACH_MS = 500;

function countedAt(counts: Counts, atMs: number): number {
  const index = counts.findLastIndex((count) => count.atMs <= atMs);
  const from = counts[index];
  if (from === undefined) return 0;
  const to = counts[index + 1];
  if (to === undefined) return from.calls;
  return from.calls + ((to.calls - from.calls) * (atMs - from.atMs)) / (to.atMs - from.atMs);
}

/** All calls so far, when the last minute holds `used`. */
export function countedBy(counts: Counts, atMs: number, used: number): number {
  return used + countedAt(counts, atMs - MINUTE_MS);
}

export function remember(counts: Counts, atMs: number, used: number): Counts {
  const last = counts.at(-1);
  if (last !== undefined && atMs < last.atMs + EACH_MS) return counts;
  const calls = Math.max(last?.calls ?? 0, countedBy(counts, atMs, used));
  const needed = counts.findLastIndex((count) => count.atMs <= atMs - MINUTE_MS);
  return [...counts.slice(Math.max(0, needed)), { atMs, calls }];
}
