// How many requests a host is sent at once, and when it is sent none any more. No source bounds them, and what is refused because
// it was too much comes in a store's own words, in those of a proxy, or as a connection that is closed: what passes is one kind.
// Halved by a refusal and raised slowly by what is served, as TCP does it (V. Jacobson, "Congestion Avoidance and Control", 1988).
import type { Avala } from "../../api/connection";
import { STORE_READS_AT_ONCE } from "../../api/limits";
import { AvalaError, isAvalaError, type ErrorCode } from "../../errors";
import { delayFor } from "../../flow/retry";
import { createSlots, type Slots } from "../../flow/slots";

/** Of a host that has served nothing: enough to come from the most at once down to one, and to see that one refused as well. */
const MAX_CUTS = Math.log2(STORE_READS_AT_ONCE) + 1;
/** Of any host, as one that hangs. One that has served may do so again, and a few files that it never serves are not all. */
const MAX_SILENT_MS = 30_000;
/** Comparing is advice. */
const MAX_PAUSE_MS = 5000;

const PASSING: ReadonlySet<ErrorCode> = new Set(["storage", "network", "timeout"]);

type Session = Pick<Avala, "clock" | "random" | "signal">;

function notAsked(cause?: unknown): AvalaError {
  return new AvalaError("timeout", "It is not asked any more.", { cause });
}

/** What a host has shown of how much it takes. */
interface Standing {
  /** Runs `work` as soon as the host takes one more. */
  readonly run: Slots["run"];
  readonly isGivenUp: () => boolean;
  /** Of a request that begins now. */
  readonly begin: () => {
    readonly served: () => void;
    readonly refused: (error: AvalaError) => void;
  };
}

function isTooLong({ retryAfterMs = 0 }: AvalaError): boolean {
  return retryAfterMs > MAX_PAUSE_MS;
}

function createStanding({ clock, random, signal }: Session): Standing {
  const slots = createSlots(STORE_READS_AT_ONCE);
  let atOnce = STORE_READS_AT_ONCE;
  let [cuts, cutsInARow] = [0, 0];
  let [hasServed, isGivenUp] = [false, false];
  /** Since when it was asked and served nothing. */
  let silentSinceMs: number | undefined;
  let resting: Promise<unknown> = Promise.resolve();
  const resize = (to: number): void => {
    atOnce = to;
    slots.resize(Math.floor(to));
  };
  const noteServed = (): void => {
    [hasServed, isGivenUp] = [true, false];
    cutsInARow = 0;
    silentSinceMs = undefined;
    // One more for so many that were served: where one is all that a host takes, few are refused.
    resize(Math.min(STORE_READS_AT_ONCE, atOnce + 1 / STORE_READS_AT_ONCE));
  };
  const cut = (error: AvalaError, silentMs: number): void => {
    cuts += 1;
    cutsInARow += 1;
    // A host that serves others is asked for fewer at once, or less often where that is one.
    const needsRest = cutsInARow > 1 || atOnce < 2;
    resize(Math.max(1, atOnce / 2));
    isGivenUp = silentMs >= MAX_SILENT_MS || (!hasServed && cutsInARow >= MAX_CUTS);
    if (!needsRest || isTooLong(error) || isGivenUp) return;
    const restMs = Math.min(MAX_PAUSE_MS, delayFor(Math.max(1, cutsInARow - 1), error, random));
    resting = clock.sleep(restMs, signal).catch(() => undefined); // the request says that it is cancelled
  };
  return {
    run: (work) => slots.run(() => resting.then(work)),
    isGivenUp: () => isGivenUp,
    begin: () => {
      silentSinceMs ??= clock.now();
      const known = cuts;
      // Those that were under way together are one refusal.
      const refused = (error: AvalaError): void => {
        if (known === cuts) cut(error, clock.now() - (silentSinceMs ?? clock.now()));
      };
      return { served: noteServed, refused };
    },
  };
}

export interface HostGate {
  /**
   * Sends a request as soon as the host takes one more.
   * @throws AvalaError `timeout` where it is not asked any more; what `request` throws
   */
  readonly send: <T>(untilMs: number, request: (leftMs: number) => Promise<T>) => Promise<T>;
}

export function createHostGate(session: Session): HostGate {
  const { run, isGivenUp, begin } = createStanding(session);
  const send = async <T>(untilMs: number, request: (leftMs: number) => Promise<T>): Promise<T> => {
    const leftMs = untilMs - session.clock.now();
    if (isGivenUp() || leftMs <= 0) throw notAsked();
    const { served, refused } = begin();
    try {
      const reply = await request(leftMs);
      served();
      return reply;
    } catch (error) {
      if (!isAvalaError(error) || !PASSING.has(error.code)) throw error;
      refused(error);
      throw isTooLong(error) ? notAsked(error) : error;
    }
  };
  return { send: (untilMs, request) => run(() => send(untilMs, request)) };
}
