// How many calls of the API a run makes, and how many in its busiest minute: what the limit is about.
// Knows nothing of what is called.
import type { RateLimit } from "../../../src/errors";

export interface CallCounts {
  readonly made: number;
  /** Of the clock: servers count by windows of it, or by any. */
  readonly inBusiestMinute: number;
}

export interface CallTally {
  /** One call was sent, at this time in ms since the epoch. */
  note(atMs: number): void;
  counts(): CallCounts;
}

/** What the server says of the limit; absent where it says nothing. */
export type Limit = Pick<RateLimit, "limit" | "remaining">;

const MINUTE_MS = 60_000;

export function createCallTally(): CallTally {
  let made = 0;
  // Of a run of a day 1,440.
  const byMinute = new Map<number, number>();
  return {
    note(atMs) {
      made += 1;
      const minute = Math.floor(atMs / MINUTE_MS);
      byMinute.set(minute, (byMinute.get(minute) ?? 0) + 1);
    },
    counts: () => ({ made, inBusiestMinute: Math.max(0, ...byMinute.values()) }),
  };
}
