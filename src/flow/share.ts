// How fast one of several runs that share a key may send, each knowing nothing of the others. Pure: state, event → state.
//
// All runs see the same total, since each reply says what is left of the minute. Each changes the logarithm of its rate by
//   drift × ln(common rate ÷ own rate) − price,
// and the price rises while the total is above the target, falls while it is below. The price is the same for all, so it
// cancels out of the difference of two runs, which shrinks by e in 1 ÷ drift seconds (slow runs: twice that): that is how
// they come to equal shares (F. Kelly et al., "Rate control for communication networks", 1998; D.-M. Chiu and R. Jain,
// "Analysis of the increase and decrease algorithms", 1989, for why the drift must favour the slower). What a run adds to the
// price on its own fades. The numbers were found by simulation: test/flow/share.properties.test.ts holds what they reach.
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
  readonly refusedMs: number;
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

/** A 429, and nothing is sent before `untilMs`. */
interface Refused {
  readonly kind: "refused";
  readonly startMs: number;
  readonly atMs: number;
  readonly untilMs: number;
  readonly chance: number;
  /** Of the second, and not of the minute: others call just now. */
  readonly isOfSecond: boolean;
}

// As shares of the capacity. The room above the target takes in that calls are not evenly spread. Where the minute's budget is
// the tighter limit, it runs out before its reset anyway, and more room costs nothing.
const TARGET = 0.92;
const TARGET_BELOW_MINUTE = 0.9;
const COMMON = 0.12;
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
/** Of the capacity, where the total is not known. */
const BLIND_GROWTH = 0.025;

// The slower a run is, the more there are, and the less each sees of the total: then none is to answer chance.
const SLOW = 0.1;
const MIN_PROMPTNESS = 0.5;
const MAX_EXCESS = 0.3;
const NEAR_TARGET = -0.1;
const MAX_SECONDS = 3;
const MAX_STEP = 0.7;

// A refusal is rare where the total is seen, and says that it was too many all the same.
const REFUSED_FACTOR = 0.8;
const BLIND_FACTOR = 0.7;
/** Where nothing else shows others, one refusal in so long may be by chance. */
const CHANCE_MS = 10_000;
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
    refusedMs: Number.NEGATIVE_INFINITY,
    nextMs: 0,
  };
}

const hasHeaders = ({ traffic }: Share): boolean => traffic.resetAtMs > Number.NEGATIVE_INFINITY;

/** Whether replies do not say what all of them use. */
const isBlind = (share: Share): boolean => !hasHeaders(share) || share.traffic.isSliding;

const isShared = ({ rate }: Share): boolean => rate !== Number.POSITIVE_INFINITY;

/** Calls a second of others: what is seen, or else, once any were, as many as the target leaves them. */
export function othersPerSecond(share: Share): number {
  const { traffic, rate, capacity } = share;
  if (!isShared(share) || !traffic.hasMet) return 0;
  const { all, own } = traffic.rates ?? { all: TARGET * capacity, own: rate };
  return Math.max(0, all - own);
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
  if (isBlind(share)) return share;
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

/** Additive increase, until it is as fast as if it were by itself. */
function adjustBlindly(share: Share, atMs: number): Share {
  const { rate, capacity, changedMs } = share;
  const seconds = Math.min(1, (atMs - changedMs) / 1000);
  const grown = rate + BLIND_GROWTH * capacity * seconds;
  return { ...share, rate: grown < capacity ? grown : Number.POSITIVE_INFINITY };
}

/** All begin at the same reset: each a little later, by chance. */
function onExhausted(share: Share, { atMs, untilMs, chance }: Omit<Exhausted, "kind">): Share {
  const spreadMs = isShared(share) ? (chance * 1000) / share.rate : 0;
  const traffic = measureAfresh(share.traffic);
  return { ...share, traffic, nextMs: untilMs + spreadMs, changedMs: atMs };
}

function onReply(before: Share, seen: Seen): Share {
  const { atMs } = seen;
  const traffic = see(before.traffic, seen, before);
  const share = { ...before, traffic };
  if (traffic.isSliding)
    return isShared(share) ? { ...adjustBlindly(share, atMs), changedMs: atMs } : share;
  if (traffic.quietMs >= QUIET_MS) {
    const isStarting = traffic.quietMs === Number.POSITIVE_INFINITY;
    return { ...share, rate: Number.POSITIVE_INFINITY, price: 0, isStarting, changedMs: atMs };
  }
  if (!isShared(share)) return enter(share, atMs);
  return { ...adjust(share, atMs), changedMs: atMs };
}

function onRefused(before: Share, refused: Refused): Share {
  const { startMs, atMs, untilMs, chance, isOfSecond } = refused;
  const traffic = measureAfresh(before.traffic);
  if (!isOfSecond) return onExhausted(before, refused);
  if (!isShared(before) && !hasHeaders(before) && startMs > before.refusedMs + CHANCE_MS)
    return { ...before, refusedMs: atMs };
  const share = isShared(before) ? before : enter(before, atMs);
  // Those that were under way together met the same second.
  const isNew = startMs > share.refusedMs;
  const factor = isBlind(share) ? BLIND_FACTOR : REFUSED_FACTOR;
  const rate = isNew ? Math.max(LEAST * share.capacity, share.rate * factor) : share.rate;
  return {
    ...share,
    traffic: { ...traffic, quietMs: 0, hasMet: true },
    rate,
    changedMs: atMs,
    refusedMs: isNew ? atMs : share.refusedMs,
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
      if (!isShared(share)) return share;
      return { ...adjustBlindly(share, event.atMs), changedMs: event.atMs };
    case "exhausted":
      return isShared(share) && !share.traffic.isSliding ? onExhausted(share, event) : share;
    case "refused":
      return onRefused(share, event);
  }
}
