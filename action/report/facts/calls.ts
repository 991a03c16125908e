// How many calls of the API a run makes, and how many in its busiest minute: what the limit is about.
// Knows nothing of what is called.
import type { RateLimit } from "../../../src/errors";

export interface CallCounts {
  readonly made: number;
  /** Of any 60 seconds. */
  readonly inBusiestMinute: number;
}

export interface CallTally {
  /** One call has ended. Times come in order. */
  note(atMs: number): void;
  counts(): CallCounts;
}

/** What the server says of the limit; absent where it says nothing. */
export type Limit = Pick<RateLimit, "limit" | "remaining">;

const MINUTE_MS = 60_000;

export function createCallTally(): CallTally {
  let made = 0;
  let inBusiestMinute = 0;
  // Those of the last minute, the oldest first.
  const lastMs: number[] = [];
  return {
    note(atMs) {
      made += 1;
      lastMs.push(atMs);
      while ((lastMs[0] ?? atMs) <= atMs - MINUTE_MS) lastMs.shift();
      inBusiestMinute = Math.max(inBusiestMinute, lastMs.length);
    },
    counts: () => ({ made, inBusiestMinute }),
  };
}
