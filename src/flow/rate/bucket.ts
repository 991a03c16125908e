// How fast a run may send by what the headers of a token bucket say: how many calls it holds just now, and when it is full. Pure.
//
// All runs see the same level, and one function makes the rate of it: so they have the same rate without knowing of each other,
// and the level settles where all of them take what comes back. Networks do so with the queue that all see (V. Arun and
// H. Balakrishnan, "Copa: practical delay-based congestion control for the Internet", 2018). With an exponential, one run and
// thirty settle in the same bucket. The numbers were found by simulation: test/flow/bucket.test.ts holds what they reach.
import { DEFAULT_CALLS_PER_MINUTE } from "../../api/limits";
import type { RateLimit } from "../../errors";

export interface Bucket {
  /** Of the last reply. */
  readonly atMs: number;
  /** Calls a second that come back, or fewer. */
  readonly refill: number;
}

/** A run, as far as a bucket changes it. */
interface Held {
  readonly bucket: Bucket | undefined;
  readonly capacity: number;
  readonly rate: number;
  readonly nextMs: number;
}

/** One reply with a bucket's headers. */
export interface Level {
  readonly atMs: number;
  readonly limits: RateLimit;
}

// A second, by the documented limit a minute (contract, "Rate limits"): none that comes back more slowly is known.
const MIN_REFILL = DEFAULT_CALLS_PER_MINUTE / 60;
// `X-RateLimit-Reset` counts whole seconds, and who also rounds up the time until then is up to two of them late. A clock that
// is off by less than 5 seconds is trusted (`src/api/reply/reply-headers.ts`).
const MAX_LATE_MS = 7000;

// From so many on, a level rises and falls. With fewer, only refusals tell: they cost a twentieth to a sixth of the calls.
const MIN_TELLING = 4;

// Of the bucket: above, a run is as fast as its burst allows. That part takes in what comes back at once, where it does so each
// second.
const ENOUGH = 0.6;
// And below, in times of what comes back: well above one, since a late reset makes less of it than it is.
const MAX_RATE = 4;
// The rate with nothing left is e^-5 of it, which is what comes back for each of 37 runs.
const FALL = 5;

/**
 * Whether the headers are those of a bucket that holds no more than a second's burst: they speak of its size, and of when it is
 * full, which is soon. Taken for a minute's budget, they would leave most of the limit unused.
 */
export function isBucket(limits: RateLimit, perSecond: number, nowMs: number): boolean {
  const { limit, remaining, resetAtMs } = limits;
  if (limit < 1 || limit > perSecond) return false;
  return resetAtMs <= nowMs + MAX_LATE_MS + ((limit - remaining) * 1000) / MIN_REFILL;
}

/** Whether its level says how fast to send: of so few calls nothing is ever left, however fast they come back. */
export function isTelling({ limit }: RateLimit): boolean {
  return limit >= MIN_TELLING;
}

function see(before: Bucket | undefined, { atMs, limits }: Level): Bucket {
  const { limit, remaining, resetAtMs } = limits;
  const seconds = Math.max(1, resetAtMs - atMs) / 1000;
  // A reset that is rounded up makes less of it than it is: the most of all replies is nearest.
  return { atMs, refill: Math.max(before?.refill ?? MIN_REFILL, (limit - remaining) / seconds) };
}

function rateAt({ refill }: Bucket, { limit, remaining }: RateLimit, capacity: number): number {
  const lack = 1 - remaining / (ENOUGH * limit);
  if (lack <= 0) return capacity;
  return Math.min(capacity, MAX_RATE * refill) * Math.exp(-FALL * lack);
}

/** After a reply. The next call keeps its distance from the last one, as the new rate asks. */
export function followLevel<Run extends Held>(run: Run, level: Level): Run {
  const bucket = see(run.bucket, level);
  const rate = rateAt(bucket, level.limits, run.capacity);
  const lastMs = run.nextMs - 1000 / run.rate;
  // The first level ends a wait for a minute.
  const fromMs = run.bucket ? lastMs : Math.min(lastMs, level.atMs);
  return { ...run, bucket, rate, nextMs: fromMs + 1000 / rate };
}
