// Which limit a reply's headers speak of, a minute's or a bucket's, and whether they are believed. Pure.
import type { RateLimit } from "../../errors";
import { isBucket, isTelling } from "./bucket";

export interface Heard {
  /** What the last headers were of. */
  readonly kind: "minute" | "bucket";
  /** How many replies in a row had a call served of a minute of which nothing was left; `undefined` once any was ever left. */
  readonly served: number | undefined;
  /** What the reply says, as far as it is believed. */
  readonly limits: RateLimit | undefined;
}

/** By a reply. */
interface Said {
  readonly limits: RateLimit | undefined;
  readonly isServed: boolean;
}

export const NOTHING_HEARD: Heard = { kind: "minute", served: 0, limits: undefined };

// The last call of a minute leaves nothing. A second one that leaves nothing may have taken a place that had just come back, or the
// server counts wrongly, or speaks of another limit: the next call, sent at once and by itself, shows which.
const DOUBTFUL = 2;

/** Whether the next call is to show by itself whether the server means what it says. */
export function isToBeTried({ served }: Heard): boolean {
  return served === DOUBTFUL;
}

/** Whether what it says of the minute is not believed. */
export function isDoubted({ served = 0 }: Heard): boolean {
  return served >= DOUBTFUL;
}

function servedAfter(before: Heard, limits: RateLimit, isServed: boolean): number | undefined {
  const { served } = before;
  if (served === undefined || limits.remaining > 0) return undefined;
  if (isServed) return served + 1;
  // The call that was to show it did; of a later one the refusal is of another limit.
  return isToBeTried(before) ? undefined : served;
}

/**
 * After one more reply. Headers of a minute that follow those of a bucket are believed when a second reply has them too: a server
 * that shows now one, now the other would stop the run for each.
 */
export function hear(
  before: Heard,
  { limits, isServed }: Said,
  perSecond: number,
  nowMs: number,
): Heard {
  if (limits === undefined) return { ...before, limits };
  if (isBucket(limits, perSecond, nowMs))
    return isTelling(limits)
      ? { ...before, kind: "bucket", limits }
      : { ...before, limits: undefined };
  if (before.kind === "bucket") return { ...before, kind: "minute", limits: undefined };
  const heard: Heard = { kind: "minute", served: servedAfter(before, limits, isServed), limits };
  return isDoubted(heard) ? { ...heard, limits: undefined } : heard;
}
