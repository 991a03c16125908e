// What a key's calls come to, seen by one of the runs that share it: all calls a second, and whether others call at all. Read
// from what the replies say is left of the minute. Pure; knows nothing of what follows from it.
import type { RateLimit } from "../../errors";
import { SAME_WINDOW_MS } from "./budget";
import { countedBy, remember, type Counts } from "./minute-count";

/** One reply with the headers. */
export interface Seen {
  readonly atMs: number;
  readonly limits: RateLimit;
  /** Own requests that were sent so far and not refused, and those of them whose replies are not here. */
  readonly started: number;
  readonly underWay: number;
  /** Own ones that were refused so far. */
  readonly refused: number;
}

/** What a run is held to. */
interface Hold {
  readonly rate: number;
  readonly isStarting: boolean;
}

interface Sample {
  readonly atMs: number;
  readonly used: number;
  /** Own requests that had ended. */
  readonly ended: number;
  readonly refused: number;
  /** The rate that this run was held to. */
  readonly pace: number;
}

/** Calls a second, measured up to the last reply. */
export interface Rates {
  /** With those that are refused: of all calls as many as of this run's own. */
  readonly all: number;
  /** Without them. */
  readonly taken: number;
  readonly own: number;
  /** What this run was held to when the measurement began. */
  readonly paceThen: number;
}

export interface Traffic {
  /** `undefined` while they are not known. */
  readonly rates: Rates | undefined;
  /** For how long, in ms in which replies came, no call of another run was counted. */
  readonly quietMs: number;
  /** Whether another's call was ever counted while this run was there. */
  readonly hasMet: boolean;
  /** Whether places come back one by one: then what is used is not what was counted. */
  readonly isSliding: boolean;
  readonly resetAtMs: number;
  /** From a reply to its reset. */
  readonly longestResetMs: number;
  /** Calls a minute. */
  readonly limit: number;
  /** When a reply first showed another window than before. */
  readonly turnedMs: number;
  /** Own requests of earlier windows. */
  readonly startedBefore: number;
  /** The most calls of others that this window is known to have had. */
  readonly others: number;
  readonly samples: readonly Sample[];
  readonly counts: Counts;
}

// A burst is counted whole, wherever in the server's second it begins.
const SPAN_MS = 1000;
// Of thirty runs each hears something every other second, and what it hears varies.
const MAX_SPAN_MS = 4000;
const SPAN_GAPS = 1.5;
// At a minute's turn not all begin at once. Who begins first would take that for room, become faster, and so begin first again.
const TURN_MS = 1550;
// Two replies nearer than this say little of a rate.
const MIN_SPAN_MS = 400;
// More that is still used at a later reset than this was not used since the one before.
const MAX_FRESH = 10;
// Whole seconds that are rounded differently move less.
const MIN_MOVE_MS = 1000;

export const NO_TRAFFIC: Traffic = {
  rates: undefined,
  quietMs: 0,
  hasMet: false,
  isSliding: false,
  resetAtMs: Number.NEGATIVE_INFINITY,
  longestResetMs: 0,
  limit: Number.POSITIVE_INFINITY,
  turnedMs: Number.NEGATIVE_INFINITY,
  startedBefore: 0,
  others: 0,
  samples: [],
  counts: [],
};

/** Measures from the next reply on: what was sent less, or not at all, for a while says nothing of what will be. */
export function measureAfresh(traffic: Traffic): Traffic {
  return { ...traffic, rates: undefined, samples: [] };
}

/** A run that starts is to see soon whether there is room. */
function spanToSee({ rate, isStarting }: Hold): number {
  if (isStarting) return SPAN_MS;
  return Math.min(MAX_SPAN_MS, Math.max(SPAN_MS, (SPAN_GAPS * 1000) / rate));
}

/** Of what is older than the span only the newest stays, to measure from. */
function recent(samples: readonly Sample[], fromMs: number): readonly Sample[] {
  const from = samples.findLastIndex(({ atMs }) => atMs <= fromMs);
  return from <= 0 ? samples : samples.slice(from);
}

function sampleOf({ atMs, started, underWay, refused }: Seen, used: number, hold: Hold): Sample {
  return { atMs, used, ended: started - underWay, refused, pace: hold.rate };
}

function begin(before: Traffic, seen: Seen, sample: Sample): Traffic {
  const { limits, started, underWay } = seen;
  const startedBefore = started - underWay - 1;
  const isOnlyOwn = !before.hasMet && sample.used <= started - startedBefore;
  const usedBefore = before.samples.at(-1)?.used ?? 0;
  const isSliding = usedBefore > MAX_FRESH && sample.used > usedBefore / 2;
  return {
    ...before,
    rates: undefined,
    quietMs: isOnlyOwn ? Number.POSITIVE_INFINITY : before.quietMs,
    isSliding,
    resetAtMs: limits.resetAtMs,
    limit: limits.limit,
    turnedMs: before.resetAtMs === NO_TRAFFIC.resetAtMs ? before.turnedMs : seen.atMs,
    startedBefore,
    // Own ones under way may not be counted yet, and must not show as others' when they are.
    others: sample.used - 1,
    samples: isSliding ? [] : [sample],
  };
}

function ratesOf(sample: Sample, samples: readonly Sample[], before: Traffic): Rates | undefined {
  const oldest = samples[0] ?? sample;
  const spanMs = sample.atMs - oldest.atMs;
  if (spanMs < MIN_SPAN_MS) return before.rates;
  const perSecond = (count: number): number => (count * 1000) / spanMs;
  const ended = sample.ended - oldest.ended;
  // One more, so that a single refusal of a slow run does not stand for half of all.
  const tries = 1 + (sample.refused - oldest.refused) / (ended + 1);
  const taken = perSecond(sample.used - oldest.used);
  return { all: taken * tries, taken, own: perSecond(ended), paceThen: oldest.pace };
}

/** The traffic after one more reply. */
export function see(known: Traffic, seen: Seen, hold: Hold): Traffic {
  const { atMs, limits } = seen;
  const used = limits.limit - limits.remaining;
  const longestResetMs = Math.max(known.longestResetMs, limits.resetAtMs - atMs);
  const before = { ...known, longestResetMs, counts: remember(known.counts, atMs, used) };
  return before.isSliding
    ? seeSliding(before, seen, sampleOf(seen, countedBy(known.counts, atMs, used), hold), hold)
    : seeWindow(before, seen, sampleOf(seen, used, hold), hold);
}

function seeSliding(before: Traffic, seen: Seen, sample: Sample, hold: Hold): Traffic {
  const { limit, remaining, resetAtMs } = seen.limits;
  const last = before.samples.at(-1) ?? sample;
  // It was a window after all, and another has begun.
  if (sample.used < last.used - limit / 4)
    return begin({ ...before, samples: [] }, seen, { ...sample, used: limit - remaining });
  const next = { ...sample, used: Math.max(sample.used, last.used) };
  const samples = recent([...before.samples, next], seen.atMs - spanToSee(hold));
  return { ...before, limit, resetAtMs, samples, rates: ratesOf(next, samples, before) };
}

function seeWindow(before: Traffic, seen: Seen, sample: Sample, hold: Hold): Traffic {
  const { atMs, limits, started } = seen;
  const { used } = sample;
  const laterMs = limits.resetAtMs - before.resetAtMs;
  if (laterMs > SAME_WINDOW_MS) return begin(before, seen, sample);
  // The reset is over, and has only moved on.
  if (atMs > before.resetAtMs && laterMs >= MIN_MOVE_MS && used > limits.limit / 2)
    return { ...before, isSliding: true, rates: undefined, samples: [] };
  const last = before.samples.at(-1) ?? sample;
  // Overtaken by one that was counted later.
  if (laterMs < -SAME_WINDOW_MS || used < last.used) return before;
  const others = Math.max(before.others, used - (started - before.startedBefore));
  const isTurning = !hold.isStarting && atMs < before.turnedMs + TURN_MS;
  const earlier = isTurning ? [] : before.samples;
  const samples = recent([...earlier, sample], atMs - spanToSee(hold));
  return {
    ...before,
    rates: ratesOf(sample, samples, before),
    hasMet: before.hasMet || others > before.others,
    quietMs: others > before.others ? 0 : before.quietMs + Math.min(SPAN_MS, atMs - last.atMs),
    others,
    samples,
  };
}
