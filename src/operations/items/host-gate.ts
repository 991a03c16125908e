// How many requests a host is sent at once, how soon after one another, and when it is sent none any more. No source bounds them,
// and what is refused because it was too much comes in a store's own words, in those of a proxy, or as a connection that is closed:
// what passes is one kind. Halved by a refusal and raised slowly by what is served, as TCP does it (V. Jacobson, "Congestion
// Avoidance and Control", 1988); where one at a time is too much as well, requests are spaced.
import type { Avala } from "../../api/connection";
import { STORE_READS_AT_ONCE } from "../../api/limits";
import { AvalaError, isAvalaError, type ErrorCode } from "../../errors";
import type { Random } from "../../flow/clock";
import { delayFor } from "../../flow/retry";
import { createSlots, type Slots } from "../../flow/slots";

/** Of a host that has served nothing: enough to come from the most at once down to one, and to see that one refused as well. */
const MAX_CUTS = Math.log2(STORE_READS_AT_ONCE) + 1;
/** Of one request. What is refused together says nothing of each: one of them counts. */
const MAX_TRIES = 5;
/** Between refusals, where the host does not ask for more: comparing is advice. */
const MAX_PAUSE_MS = 5000;
const MIN_GAP_MS = 50;
/** A file that is never served widens it as well, and must not cost the others much. */
const MAX_GAP_MS = 1000;
const GAP_GROWTH = 1.5;
/** Slow, for where it has become too narrow the host may ask for a long rest. */
const GAP_DECAY = 0.99;

const PASSING: ReadonlySet<ErrorCode> = new Set(["storage", "network", "timeout"]);

type Session = Pick<Avala, "clock" | "random" | "signal">;

/** Of one look. */
export interface LookLimits {
  /** Ms since the epoch: later no store is asked. */
  readonly untilMs: number;
  /** How long a host may serve nothing. One that has served may hang again, and a few files that it never serves are not all. */
  readonly patienceMs: number;
}

/** What a host has shown of how much it takes. */
interface Standing {
  readonly run: Slots["run"];
  /** Ms until one more may begin. @throws AvalaError `timeout` where that is too late, or the host is not asked any more */
  readonly restMs: (limits: LookLimits) => number;
  /** Of a request that begins now; `refused` says whether it is the first of those that were under way together. */
  readonly begin: () => {
    readonly served: () => void;
    readonly refused: (error: AvalaError, patienceMs: number) => boolean;
  };
}

/** As long as the host asks for. */
function restFor(error: AvalaError, cutsInARow: number, random: Random): number {
  const mostMs = Math.max(MAX_PAUSE_MS, error.retryAfterMs ?? 0);
  return Math.min(mostMs, delayFor(Math.max(1, cutsInARow - 1), error, random));
}

function createStanding({ clock, random }: Session): Standing {
  const slots = createSlots(STORE_READS_AT_ONCE);
  let atOnce = STORE_READS_AT_ONCE;
  let [cuts, cutsInARow] = [0, 0];
  let [hasServed, isGivenUp] = [false, false];
  /** Since when it was asked and served nothing. */
  let silentSinceMs: number | undefined;
  /** When the next request may begin. */
  let nextMs = 0;
  let gapMs = 0;
  const resize = (to: number): void => {
    atOnce = to;
    slots.resize(Math.floor(to));
  };
  const noteServed = (): void => {
    [hasServed, isGivenUp] = [true, false];
    cutsInARow = 0;
    silentSinceMs = undefined;
    gapMs *= GAP_DECAY;
    // One more for so many that were served: where one is all that a host takes, few are refused.
    resize(Math.min(STORE_READS_AT_ONCE, atOnce + 1 / STORE_READS_AT_ONCE));
  };
  const cut = (error: AvalaError, patienceMs: number): void => {
    cuts += 1;
    cutsInARow += 1;
    const silentMs = clock.now() - (silentSinceMs ?? clock.now());
    isGivenUp = silentMs >= patienceMs || (!hasServed && cutsInARow >= MAX_CUTS);
    // Where nothing was served in between, the rest is what was too short.
    const isTooFast = atOnce < 2 && cutsInARow === 1;
    if (isTooFast) gapMs = Math.min(MAX_GAP_MS, Math.max(MIN_GAP_MS, gapMs * GAP_GROWTH));
    resize(Math.max(1, atOnce / 2));
    nextMs = Math.max(nextMs, clock.now() + restFor(error, cutsInARow, random));
    // A rest that a host asks for is no silence, once.
    if (hasServed && cutsInARow === 1) silentSinceMs = nextMs;
  };
  const restMs: Standing["restMs"] = ({ untilMs }) => {
    const nowMs = clock.now();
    if (isGivenUp || Math.max(nowMs, nextMs) >= untilMs)
      throw new AvalaError("timeout", "It is not asked any more.");
    return nextMs - nowMs;
  };
  const begin: Standing["begin"] = () => {
    silentSinceMs ??= clock.now();
    nextMs = clock.now() + gapMs;
    const known = cuts;
    const refused = (error: AvalaError, patienceMs: number): boolean => {
      const isFirst = known === cuts;
      if (isFirst) cut(error, patienceMs);
      return isFirst;
    };
    return { served: noteServed, refused };
  };
  return { run: slots.run, restMs, begin };
}

export interface HostGate {
  /**
   * Sends a request as soon as the host takes one more, and again where it was refused.
   * @throws AvalaError `timeout` where it is not asked any more, `cancelled`; what `request` throws
   */
  readonly send: <T>(limits: LookLimits, request: () => Promise<T>) => Promise<T>;
}

export function createHostGate(session: Session): HostGate {
  const { clock, signal } = session;
  const { run, restMs, begin } = createStanding(session);
  const trying = async <T>(
    limits: LookLimits,
    request: () => Promise<T>,
  ): Promise<{ readonly reply: T } | { readonly error: AvalaError; readonly isFirst: boolean }> => {
    for (let ms = restMs(limits); ms > 0; ms = restMs(limits)) await clock.sleep(ms, signal);
    const { served, refused } = begin();
    try {
      const reply = await request();
      served();
      return { reply };
    } catch (error) {
      if (!isAvalaError(error) || !PASSING.has(error.code)) throw error;
      return { error, isFirst: refused(error, limits.patienceMs) };
    }
  };
  const send: HostGate["send"] = async (limits, request) => {
    for (let tries = 0; ;) {
      const tried = await run(() => trying(limits, request));
      if ("reply" in tried) return tried.reply;
      if (tried.isFirst) tries += 1;
      if (!tried.error.retryable || tries >= MAX_TRIES) throw tried.error;
    }
  };
  return { send };
}
