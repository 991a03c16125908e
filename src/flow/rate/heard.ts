// Which limit a reply's headers speak of, a minute's or a bucket's, and whether they are believed. Pure.
import { MINUTE_MS } from "../../api/limits";
import type { RateLimit } from "../../errors";
import { isBucket, isTelling } from "./bucket";
import { MAX_SECOND_MS } from "./refusals";

/** It has served a call for which nothing was left, and says that again, or more was left a moment before than can have been used. */
interface Tried {
  readonly kind: "tried";
  readonly sinceMs: number;
  readonly served: number;
  /** Whether the last one was refused, as it may have been for a second that others had used up. */
  readonly isRefused: boolean;
  /** For how long it is believed should they show that it means it. */
  readonly believedForMs: number;
}

/**
 * Whether the server means that nothing is left of a minute. `tried`: the next calls, each sent at once and by itself, show which.
 * `shown`: they were refused, so it does; whether it still does is tried again, ever more seldom. `doubted`: it has served more of
 * them than can come back in the time, so it counts wrongly, or speaks of another limit.
 */
type Belief =
  | { readonly kind: "believed" }
  | Tried
  | { readonly kind: "shown"; readonly untilMs: number; readonly believedForMs: number }
  | { readonly kind: "doubted" };

interface Heard {
  /** What the last headers were of. */
  readonly kind: "minute" | "bucket";
  readonly belief: Belief;
  /** What the reply says, as far as it is believed. */
  readonly limits: RateLimit | undefined;
  readonly atMs: number;
}

/** By a reply. */
export interface Said {
  readonly limits: RateLimit | undefined;
  /** That it was refused, and nothing is to be sent before then; `undefined`: it was served. */
  readonly refusedUntilMs: number | undefined;
  /** Whether the call was sent although nothing was known to be left. */
  readonly isProbe: boolean;
}

export const NOTHING_HEARD: Heard = {
  kind: "minute",
  belief: { kind: "believed" },
  limits: undefined,
  atMs: 0,
};

// Places come back one by one, and not evenly; of those that come back together some are left.
const SPARE_TRIES = 2;
const UNEVEN = 1.5;
// As two calls are under way at once, and counted in another order.
const SPARE_SECONDS = 2;
// Where responses take so long that as many may come back: that each of ten calls finds one and leaves none is hardly chance.
const MAX_TRIES = 10;
// Refusals of a second that others fill may have shown it, and then a run has a call a minute: few are lost by asking once more.
const FIRST_BELIEVED_MS = 3 * MINUTE_MS;

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

interface Reply extends Said {
  readonly limits: RateLimit;
  readonly perSecond: number;
  readonly nowMs: number;
}

/** Whether more was left before than all that share the key can have called since. */
function isSudden({ limits: before, atMs }: Heard, { perSecond, nowMs }: Reply): boolean {
  if (before === undefined) return false;
  return before.remaining > perSecond * (SPARE_SECONDS + (nowMs - atMs) / 1000);
}

function triedFrom(sinceMs: number, believedForMs: number): Tried {
  return { kind: "tried", sinceMs, served: 0, isRefused: false, believedForMs };
}

function afterServed(tried: Tried, { limits, nowMs }: Reply): Belief {
  if (limits.remaining > 0) return { kind: "believed" };
  const served = tried.served + 1;
  return isMoreThanComesBack(served, limits, nowMs - tried.sinceMs)
    ? { kind: "doubted" }
    : { ...tried, served, isRefused: false };
}

/** Once may be for the second; twice, or for longer than that, is for the minute. */
function afterRefused(tried: Tried, untilMs: number, nowMs: number): Belief {
  const { isRefused, believedForMs } = tried;
  if (!isRefused && untilMs - nowMs <= MAX_SECOND_MS) return { ...tried, isRefused: true };
  return { kind: "shown", untilMs: nowMs + believedForMs, believedForMs };
}

function beliefAfter(before: Heard, reply: Reply): Belief {
  const { belief } = before;
  const { limits, refusedUntilMs, isProbe, nowMs } = reply;
  const isServed = refusedUntilMs === undefined;
  const isNoneLeft = limits.remaining <= 0;
  switch (belief.kind) {
    case "believed": {
      const isInDoubt = isServed && isNoneLeft && (isProbe || isSudden(before, reply));
      return isInDoubt ? triedFrom(nowMs, FIRST_BELIEVED_MS) : belief;
    }
    case "tried":
      return isServed ? afterServed(belief, reply) : afterRefused(belief, refusedUntilMs, nowMs);
    case "shown": {
      const isDue = isServed && isNoneLeft && isProbe && nowMs >= belief.untilMs;
      return isDue ? triedFrom(nowMs, 2 * belief.believedForMs) : belief;
    }
    case "doubted":
      // What it says later is no better after it was wrong, and a later refusal is of another limit.
      return belief;
  }
}

/**
 * After one more reply. Headers of a minute that follow those of a bucket are believed when a second reply has them too: a server
 * that shows now one, now the other would stop the run for each.
 */
export function hear(before: Heard, said: Said, perSecond: number, nowMs: number): Heard {
  const { limits } = said;
  const unheard = { ...before, limits: undefined, atMs: nowMs };
  if (limits === undefined) return unheard;
  if (isBucket(limits, perSecond, nowMs))
    return isTelling(limits) ? { ...unheard, kind: "bucket", limits } : unheard;
  if (before.kind === "bucket") return { ...unheard, kind: "minute" };
  const belief = beliefAfter(before, { ...said, limits, perSecond, nowMs });
  const heard: Heard = { kind: "minute", belief, limits, atMs: nowMs };
  return isOfMinute(heard) ? heard : { ...heard, limits: undefined };
}
