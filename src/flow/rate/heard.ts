// Which limit a reply's headers speak of, a minute's or a bucket's, and whether they are believed. Pure.
import { MINUTE_MS } from "../../api/limits";
import type { RateLimit } from "../../errors";
import { isBucket, isTelling } from "./bucket";

/**
 * Whether the server means that nothing is left of a minute. `tried`: it has served a call for which nothing was left, and says that
 * again; the next ones, each sent at once and by itself, show which. `shown`: one of them was refused, so it does. `doubted`: it has
 * served more of them than can come back in the time, so it counts wrongly, or speaks of another limit.
 */
type Belief =
  | { readonly kind: "believed" }
  | { readonly kind: "tried"; readonly sinceMs: number; readonly served: number }
  | { readonly kind: "shown" }
  | { readonly kind: "doubted" };

interface Heard {
  /** What the last headers were of. */
  readonly kind: "minute" | "bucket";
  readonly belief: Belief;
  /** What the reply says, as far as it is believed. */
  readonly limits: RateLimit | undefined;
}

/** By a reply. */
export interface Said {
  readonly limits: RateLimit | undefined;
  readonly isServed: boolean;
  /** Whether the call was sent although nothing was known to be left. */
  readonly isProbe: boolean;
}

export const NOTHING_HEARD: Heard = {
  kind: "minute",
  belief: { kind: "believed" },
  limits: undefined,
};

// Places come back one by one, and not evenly; of those that come back together some are left.
const SPARE_TRIES = 2;
const UNEVEN = 1.5;
// Where responses take so long that as many may come back: that each of ten calls finds one and leaves none is hardly chance.
const MAX_TRIES = 10;

/** Whether so many calls were served that the places of a minute that is used up do not explain it. */
function isMoreThanComesBack(served: number, { limit }: RateLimit, ms: number): boolean {
  return served >= MAX_TRIES || served > SPARE_TRIES + (UNEVEN * limit * ms) / MINUTE_MS;
}

/** Whether the next call is to show by itself whether the server means what it says. */
export function isToBeTried({ belief }: Heard): boolean {
  return belief.kind === "tried";
}

/** Whether what it says of the minute is not believed. */
export function isDoubted({ belief }: Heard): boolean {
  return belief.kind === "doubted";
}

/** Whether what it says is of a minute, and is believed as far as anything spoke against it. */
export function isOfMinute(heard: Heard): boolean {
  return heard.kind === "minute" && !isToBeTried(heard) && !isDoubted(heard);
}

function beliefAfter({ belief }: Heard, limits: RateLimit, said: Said, nowMs: number): Belief {
  const isNoneLeft = limits.remaining <= 0;
  switch (belief.kind) {
    case "believed":
      return said.isProbe && said.isServed && isNoneLeft
        ? { kind: "tried", sinceMs: nowMs, served: 0 }
        : belief;
    case "tried": {
      if (!said.isServed) return { kind: "shown" };
      if (!isNoneLeft) return { kind: "believed" };
      const served = belief.served + 1;
      return isMoreThanComesBack(served, limits, nowMs - belief.sinceMs)
        ? { kind: "doubted" }
        : { ...belief, served };
    }
    case "shown":
    case "doubted":
      // Asked once. What it says later is no better after it was wrong, and a later refusal is of another limit.
      return belief;
  }
}

/**
 * After one more reply. Headers of a minute that follow those of a bucket are believed when a second reply has them too: a server
 * that shows now one, now the other would stop the run for each.
 */
export function hear(before: Heard, said: Said, perSecond: number, nowMs: number): Heard {
  const { limits } = said;
  if (limits === undefined) return { ...before, limits };
  if (isBucket(limits, perSecond, nowMs))
    return isTelling(limits)
      ? { ...before, kind: "bucket", limits }
      : { ...before, limits: undefined };
  if (before.kind === "bucket") return { ...before, kind: "minute", limits: undefined };
  const heard: Heard = { kind: "minute", belief: beliefAfter(before, limits, said, nowMs), limits };
  return isOfMinute(heard) ? heard : { ...heard, limits: undefined };
}
