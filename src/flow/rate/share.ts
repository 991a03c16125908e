// How fast one of several runs that share a key may send, each knowing nothing of the others. Pure: state, event → state.
//
// Where replies show the total, a price makes equal shares of it (`price.ts`), where they show a bucket its level does
// (`bucket.ts`), and where they show nothing refusals do (`refusals.ts`): also of a limit of the second that is below the
// documented one, for no header speaks of it.
import { followLevel, type Bucket, type Level } from "./bucket";
import type { Others } from "./budget";
import {
  LONG_CALM_MS,
  NO_REFUSALS,
  growBlindly,
  hasBeenRefused,
  pauseGrowth,
  pauseMs,
  refuseBlindly,
  type Refusal,
  type Refusals,
} from "./refusals";
import { LEAST, TARGET, adjust, clamp, targetOf } from "./price";
import { fewerByRefusal, growBelow } from "./second";
import { NO_ROW, askInTime, isShutOut, type Row } from "./shut-out";
import { NO_TRAFFIC, measureAfresh, see, type Seen, type Traffic } from "./traffic";

export interface Share {
  readonly traffic: Traffic;
  /** Where the headers are those of one. */
  readonly bucket: Bucket | undefined;
  /** When it sent its first call. */
  readonly beganMs: number | undefined;
  /** Calls a second that the server takes from all. */
  readonly capacity: number;
  /** How many it took as it refused some, where those are clearly fewer: only refusals show its limit of the second. */
  readonly taken: number | undefined;
  /** Own calls a second; `Infinity`: nothing shows that others call. */
  readonly rate: number;
  readonly price: number;
  /** Whether it has not come near the target yet. */
  readonly isStarting: boolean;
  readonly changedMs: number;
  readonly refusals: Refusals;
  readonly row: Row;
  /** When one more may be sent. */
  readonly nextMs: number;
}

export type ShareEvent =
  | { readonly kind: "start"; readonly atMs: number; readonly chance: number }
  | { readonly kind: "reply"; readonly seen: Seen }
  | ({ readonly kind: "level" } & Level)
  | { readonly kind: "served"; readonly atMs: number }
  /** One without the headers. */
  | { readonly kind: "unmeasured"; readonly atMs: number }
  | Exhausted
  | Refused;

/** Nothing is left of the minute until then. */
interface Exhausted {
  readonly kind: "exhausted";
  readonly atMs: number;
  readonly untilMs: number;
  readonly chance: number;
}

interface Refused extends Refusal {
  readonly kind: "refused";
  /** Of the second, and not of the minute: others call just now. */
  readonly isOfSecond: boolean;
}

// Of the target: with several that start at once, less than all of it until each has seen the others.
const FIRST = 0.13;
// A refusal is rare where the total is seen, and says that it was too many all the same.
const REFUSED_FACTOR = 0.8;
// Headers that stopped so long ago are none.
const STALE_MS = 60_000;
// And a bucket's level, which each call changes.
const STALE_LEVEL_MS = 1000;
/** So long without another's call, and the key is its own. */
const QUIET_MS = 2000;
// And where none was counted since it began: what was used before may be an earlier step's. One that starts has a gap of 430 ms.
const QUIET_AT_FIRST_MS = 400;
// Runs of the same rate must not meet in the same moment again and again.
const JITTER = 0.01;
// By itself a run spreads its burst a little, so that another's first calls find room in each second, and sends few at once.
const OWN_SPREAD = 0.9;
const OWN_AT_ONCE = 8;
// Those that start with it have the other half of its first second, until each has seen the others.
const FIRST_MS = 1000;
const FIRST_SPREAD = 2;

export function createShare(capacity: number): Share {
  return {
    traffic: NO_TRAFFIC,
    bucket: undefined,
    beganMs: undefined,
    capacity,
    taken: undefined,
    rate: Number.POSITIVE_INFINITY,
    price: 0,
    isStarting: true,
    changedMs: 0,
    refusals: NO_REFUSALS,
    row: NO_ROW,
    nextMs: 0,
  };
}

/** Whether replies do not say what all of them use. */
function isBlind({ traffic, bucket }: Share, atMs: number): boolean {
  if (bucket !== undefined && atMs <= bucket.atMs + STALE_LEVEL_MS) return false;
  return atMs > traffic.resetAtMs + STALE_MS;
}

/** The rate that the last level made rises from then on. */
function sinceLevel(share: Share): Share {
  const { bucket, refusals, changedMs } = share;
  if (bucket === undefined || refusals.calmMs >= bucket.atMs) return share;
  const { atMs } = bucket;
  return {
    ...share,
    refusals: { ...refusals, calmMs: atMs },
    changedMs: Math.max(changedMs, atMs),
  };
}

const isShared = ({ rate }: Share): boolean => rate !== Number.POSITIVE_INFINITY;

/** What others are likely to use: what is seen, or else, once any were, as many as the target leaves them. */
export function othersOf(share: Share): Others | undefined {
  const { traffic, rate, capacity } = share;
  if (!isShared(share) || !traffic.hasMet) return undefined;
  const { all, own } = traffic.rates ?? { all: TARGET * capacity, own: rate };
  return { perSecond: Math.max(0, all - own), isSliding: traffic.isSliding };
}

function onStart(before: Share, atMs: number, chance: number): Share {
  const { rate, capacity, nextMs, beganMs = atMs } = before;
  const share = { ...before, beganMs };
  if (isShared(share)) {
    const gapMs = (1000 / rate) * (1 + JITTER * (2 * chance - 1));
    return { ...share, nextMs: atMs + gapMs };
  }
  const isFree = isBlind(share, atMs) && !hasBeenRefused(share.refusals);
  // Places that come back one by one are spread already.
  if (isFree || share.traffic.isSliding) return share;
  const gapMs = (OWN_SPREAD * 1000) / capacity;
  if (atMs < beganMs + FIRST_MS)
    return { ...share, nextMs: Math.max(nextMs, atMs) + FIRST_SPREAD * gapMs };
  return { ...share, nextMs: Math.max(nextMs, atMs - OWN_AT_ONCE * gapMs) + gapMs };
}

/** Others call as well. */
function enter(share: Share, atMs: number): Share {
  const { capacity, traffic, isStarting } = share;
  const first = FIRST * targetOf(share);
  const own = traffic.rates?.own ?? first;
  const rate = isStarting ? first : clamp(own, first, capacity / 2);
  return {
    ...share,
    traffic: measureAfresh(traffic),
    rate,
    nextMs: atMs,
    changedMs: atMs,
  };
}

/** All begin at the same reset: each a little later, by chance. */
function onExhausted(share: Share, { atMs, untilMs, chance }: Omit<Exhausted, "kind">): Share {
  const spreadMs = isShared(share) ? (chance * 1000) / share.rate : 0;
  const traffic = measureAfresh(share.traffic);
  const next = { ...share, traffic, nextMs: untilMs + spreadMs, changedMs: atMs };
  return share.taken === undefined ? next : pauseGrowth(next, pauseMs(share, { atMs, untilMs }));
}

/** It can't see that others are gone, and is by itself again when nothing holds it back. */
function adjustSliding(share: Share, atMs: number): Share {
  const next = { ...adjust(share, atMs), changedMs: atMs };
  if (next.rate < share.capacity) return next;
  return { ...next, rate: Number.POSITIVE_INFINITY, price: 0 };
}

function onReply(before: Share, seen: Seen): Share {
  const { atMs } = seen;
  const traffic = see(before.traffic, seen, before);
  const share = { ...before, traffic, bucket: undefined };
  if (share.taken !== undefined) return growBelow(share, share.taken, atMs);
  if (traffic.isSliding) return isShared(share) ? adjustSliding(share, atMs) : share;
  if (traffic.quietMs >= (traffic.hasMet ? QUIET_MS : QUIET_AT_FIRST_MS)) {
    const isStarting = traffic.quietMs === Number.POSITIVE_INFINITY;
    return { ...share, rate: Number.POSITIVE_INFINITY, price: 0, isStarting, changedMs: atMs };
  }
  if (!isShared(share)) return enter(share, atMs);
  return { ...adjust(share, atMs), changedMs: atMs };
}

function onRefused(before: Share, refused: Refused): Share {
  const { startMs, atMs, untilMs, chance, isOfSecond } = refused;
  if (isBlind(before, atMs)) return refuseBlindly(sinceLevel(before), refused);
  // The level makes the rate.
  if (before.bucket) return { ...before, nextMs: untilMs + (chance * 1000) / before.rate };
  if (!isOfSecond) return onExhausted(before, refused);
  const taken = fewerByRefusal(before, startMs);
  if (taken !== undefined) return refuseBlindly({ ...before, taken }, refused);
  const share = isShared(before) ? before : enter(before, atMs);
  const traffic = measureAfresh(before.traffic);
  const { refusals, capacity } = share;
  const isNew = startMs > refusals.lastMs;
  const rate = isNew ? Math.max(LEAST * capacity, share.rate * REFUSED_FACTOR) : share.rate;
  return {
    ...share,
    traffic: { ...traffic, quietMs: 0, hasMet: true },
    rate,
    changedMs: atMs,
    refusals: { ...refusals, lastMs: isNew ? atMs : refusals.lastMs, calmMs: atMs },
    nextMs: untilMs + (chance * 1000) / rate,
  };
}

/** What it knew of others is from before they had all. */
function beginAgain(share: Share, atMs: number): Share {
  return {
    ...createShare(share.capacity),
    beganMs: share.beganMs,
    rate: Math.max(share.rate, FIRST * targetOf(share)),
    changedMs: atMs,
    refusals: { ...share.refusals, calmMs: atMs - LONG_CALM_MS },
    nextMs: atMs,
  };
}

export function nextShare(share: Share, event: ShareEvent): Share {
  switch (event.kind) {
    case "start":
      return onStart(share, event.atMs, event.chance);
    case "reply":
      return onReply(share, event.seen);
    case "level":
      return followLevel(share, event);
    case "unmeasured":
      return isBlind(share, event.atMs) ? growBlindly(sinceLevel(share), event.atMs) : share;
    case "exhausted":
      return isShared(share) && !share.traffic.isSliding ? onExhausted(share, event) : share;
    case "served":
      if (isShutOut(share)) return beginAgain(share, event.atMs);
      return share.row === NO_ROW ? share : { ...share, row: NO_ROW };
    case "refused":
      return askInTime(onRefused(share, event), event);
  }
}
