// How fast one of several runs that share a key may send, each knowing nothing of the others. Pure: state, event → state.
//
// All runs see the same total, since each reply says what is left of the minute. Each changes the logarithm of its rate by
//   drift × ln(common rate ÷ own rate) − price,
// and the price rises while the total is above the target, falls while it is below. The price is the same for all, so it
// cancels out of the difference of two runs, which shrinks by e in 1 ÷ drift seconds (slow runs: twice that): that is how
// they come to equal shares (F. Kelly et al., "Rate control for communication networks", 1998; D.-M. Chiu and R. Jain,
// "Analysis of the increase and decrease algorithms", 1989, for why the drift must favour the slower). What a run adds to the
// price on its own fades. The numbers were found by simulation: test/flow/share.properties.test.ts holds what they reach.
import type { Others } from "./budget";
import {
  NO_REFUSALS,
  growBlindly,
  hasBeenRefused,
  refuseBlindly,
  type Refusal,
  type Refusals,
} from "./refusals";
import { NO_TRAFFIC, measureAfresh, see, type Rates, type Seen, type Traffic } from "./traffic";

export interface Share {
  readonly traffic: Traffic;
  /** Calls a second that the server takes from all. */
  readonly capacity: number;
  /** Own calls a second; `Infinity`: nothing shows that others call. */
  readonly rate: number;
  readonly price: number;
  /** Whether it has not come near the target yet. */
  readonly isStarting: boolean;
  readonly changedMs: number;
  readonly refusals: Refusals;
  /** When one more may be sent. */
  readonly nextMs: number;
}

export type ShareEvent =
  | { readonly kind: "start"; readonly atMs: number; readonly chance: number }
  | { readonly kind: "reply"; readonly seen: Seen }
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

// As shares of the capacity. The room above the target takes in that calls are not evenly spread. Where the minute's budget is
// the tighter limit, it runs out before its reset anyway, and more room costs nothing.
const TARGET = 0.92;
const TARGET_BELOW_MINUTE = 0.9;
const COMMON = 0.1;
// With several that start at once, less than the target until each has seen the others.
const FIRST = 0.12;
const LEAST = 0.0025;

// A second. The drift favours the slower; the other gains answer the total.
const DRIFT = 0.5;
const START_GROWTH = 1;
const STEP_ABOVE = 1;
const STEP_BELOW = 0.1;
const PRICE_GAIN = 0.8;
const PRICE_FADING = 0.15;
const MAX_PRICE = 1;

// The slower a run is, the more there are, and the less each sees of the total: then none is to answer chance.
const SLOW = 0.1;
const MIN_PROMPTNESS = 0.5;
const MAX_EXCESS = 0.3;
const NEAR_TARGET = -0.1;
const MAX_SECONDS = 3;
const MAX_STEP = 0.7;

// A refusal is rare where the total is seen, and says that it was too many all the same.
const REFUSED_FACTOR = 0.8;
// Headers that stopped so long ago are none.
const STALE_MS = 60_000;
// Where places come back one by one: as many as others take in so long are left to them, so that each run has its own back.
const SLIDING_AHEAD_MS = 500;
/** So long without another's call, and the key is its own. */
const QUIET_MS = 2000;
// Runs of the same rate must not meet in the same moment again and again.
const JITTER = 0.01;
// By itself a run spreads its burst a little, so that another's first calls find room in each second, and sends few at once.
const OWN_SPREAD = 0.9;
const OWN_AT_ONCE = 8;

export function createShare(capacity: number): Share {
  return {
    traffic: NO_TRAFFIC,
    capacity,
    rate: Number.POSITIVE_INFINITY,
    price: 0,
    isStarting: true,
    changedMs: 0,
    refusals: NO_REFUSALS,
    nextMs: 0,
  };
}

/** Whether replies do not say what all of them use. */
function isBlind({ traffic }: Share, atMs: number): boolean {
  return atMs > traffic.resetAtMs + STALE_MS;
}

const isShared = ({ rate }: Share): boolean => rate !== Number.POSITIVE_INFINITY;

/** What others are likely to use: what is seen, or else, once any were, as many as the target leaves them. */
export function othersOf(share: Share): Others | undefined {
  const { traffic, rate, capacity } = share;
  if (!isShared(share) || !traffic.hasMet) return undefined;
  const { all, own } = traffic.rates ?? { all: TARGET * capacity, own: rate };
  return { perSecond: Math.max(0, all - own), aheadMs: traffic.isSliding ? SLIDING_AHEAD_MS : 0 };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

function onStart(share: Share, atMs: number, chance: number): Share {
  const { rate, capacity, nextMs } = share;
  if (isShared(share)) {
    const gapMs = (1000 / rate) * (1 + JITTER * (2 * chance - 1));
    return { ...share, nextMs: atMs + gapMs };
  }
  const isFree = isBlind(share, atMs) && !hasBeenRefused(share.refusals);
  // Places that come back one by one are spread already.
  if (isFree || share.traffic.isSliding) return share;
  const gapMs = (OWN_SPREAD * 1000) / capacity;
  return { ...share, nextMs: Math.max(nextMs, atMs - OWN_AT_ONCE * gapMs) + gapMs };
}

/** Others call as well. */
function enter(share: Share, atMs: number): Share {
  const { capacity, traffic, isStarting } = share;
  const own = traffic.rates?.own ?? FIRST * capacity;
  const rate = isStarting ? FIRST * capacity : clamp(own, FIRST * capacity, capacity / 2);
  return {
    ...share,
    traffic: measureAfresh(traffic),
    rate,
    nextMs: atMs,
    changedMs: atMs,
  };
}

/** Calls a second that all of them aim at. */
function targetOf({ capacity, traffic }: Share): number {
  return capacity * (traffic.limit < 60 * capacity ? TARGET_BELOW_MINUTE : TARGET);
}

/** By how much the total is above the target: what was measured, and what changes since then have made of it. */
function excessOf(share: Share, { all, paceThen }: Rates): number {
  // All see the same, so others have changed as much; and half of the change is in what was measured.
  const lead = clamp(Math.sqrt(share.rate / paceThen), 0.5, 2);
  return clamp(Math.log((all * lead) / targetOf(share)), -MAX_EXCESS, MAX_EXCESS);
}

function adjust(share: Share, atMs: number): Share {
  const { rate, capacity, price, changedMs, traffic } = share;
  if (traffic.rates === undefined) return share;
  const excess = excessOf(share, traffic.rates);
  const seconds = Math.min(MAX_SECONDS, (atMs - changedMs) / 1000);
  const isStarting = share.isStarting && excess < NEAR_TARGET;
  // What is not used before all have begun says nothing of a price.
  if (isStarting) return { ...share, rate: changed(share, START_GROWTH * seconds) };
  const promptness = clamp(rate / (SLOW * capacity), MIN_PROMPTNESS, 1);
  const change = promptness * PRICE_GAIN * excess - PRICE_FADING * price;
  const nextPrice = clamp(price + seconds * change, -MAX_PRICE, MAX_PRICE);
  const drift = DRIFT * Math.log((COMMON * capacity) / rate) - nextPrice;
  const gain = excess > 0 ? STEP_ABOVE : STEP_BELOW;
  const step = (1 - Math.exp(-gain * promptness * seconds)) * excess;
  const growth = promptness * seconds * drift - step;
  return { ...share, rate: changed(share, growth), price: nextPrice, isStarting };
}

function changed({ rate, capacity }: Share, growth: number): number {
  return clamp(rate * Math.exp(clamp(growth, -MAX_STEP, MAX_STEP)), LEAST * capacity, capacity);
}

/** All begin at the same reset: each a little later, by chance. */
function onExhausted(share: Share, { atMs, untilMs, chance }: Omit<Exhausted, "kind">): Share {
  const spreadMs = isShared(share) ? (chance * 1000) / share.rate : 0;
  const traffic = measureAfresh(share.traffic);
  return { ...share, traffic, nextMs: untilMs + spreadMs, changedMs: atMs };
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
  const share = { ...before, traffic };
  if (traffic.isSliding) return isShared(share) ? adjustSliding(share, atMs) : share;
  if (traffic.quietMs >= QUIET_MS) {
    const isStarting = traffic.quietMs === Number.POSITIVE_INFINITY;
    return { ...share, rate: Number.POSITIVE_INFINITY, price: 0, isStarting, changedMs: atMs };
  }
  if (!isShared(share)) return enter(share, atMs);
  return { ...adjust(share, atMs), changedMs: atMs };
}

function onRefused(before: Share, refused: Refused): Share {
  const { startMs, atMs, untilMs, chance, isOfSecond } = refused;
  if (isBlind(before, atMs)) return refuseBlindly(before, refused);
  if (!isOfSecond) return onExhausted(before, refused);
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

export function nextShare(share: Share, event: ShareEvent): Share {
  switch (event.kind) {
    case "start":
      return onStart(share, event.atMs, event.chance);
    case "reply":
      return onReply(share, event.seen);
    case "unmeasured":
      return isBlind(share, event.atMs) ? growBlindly(share, event.atMs) : share;
    case "exhausted":
      return isShared(share) && !share.traffic.isSliding ? onExhausted(share, event) : share;
    case "refused":
      return onRefused(share, event);
  }
}
