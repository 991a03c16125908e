// What a host has shown of how much it takes: how many requests at once, how soon after one another, and whether it is there at all.
// No source bounds any of it, and a store refuses in its own words, in those of a proxy, or by closing a connection: what
// passes is one kind. A refusal alone does not show its cause, which may be the load, one file, or chance. What is served beside
// it does: a host is never asked for less than it has served.
import type { Avala } from "../../api/connection";
import { STORE_READS_AT_ONCE } from "../../api/limits";
import { AvalaError } from "../../errors";
import type { Random } from "../../flow/clock";
import { createSlots, type Slots } from "../../flow/slots";
import { forMany } from "../../flow/signals";
import { createSpacing } from "./host-spacing";

/** In a row, of a host that has served nothing, or that asks for a rest beyond the end of the look. */
const MAX_IN_A_ROW = Math.log2(STORE_READS_AT_ONCE) + 1;
/** After the first refusal in a row: what is refused next shows whether that was about the host. */
const FIRST_PAUSE_MS = 100;
/** After the second, and before what was refused is asked for again. */
export const MOMENT_MS = 500;
/** Where the host does not ask for more: comparing is advice. */
const MAX_PAUSE_MS = 5000;

export type Session = Pick<Avala, "clock" | "random" | "signal">;

/** Half of it or more, so that many do not come back together. */
export function someOf(ms: number, random: Random): number {
  return Math.round(((1 + random.next()) / 2) * ms);
}

/** Of one look. */
export interface LookLimits {
  /** Ms since the epoch: later no store is asked. */
  readonly untilMs: number;
  /** How long a host may serve nothing. One that has served may hang again, and a few files that it never serves are not all. */
  readonly patienceMs: number;
}

interface Refusal {
  readonly error: AvalaError;
  readonly limits: LookLimits;
  /** How many requests had begun when the same one was refused before. */
  readonly before: number | undefined;
}

/**
 * What a refusal is about: the `file`, as others that began after it was refused before were served; the `host`; or either, where it
 * is one of several that were under way `together`, of which the first counts.
 */
export type Charge = "file" | "host" | "together";

interface Begun {
  readonly served: () => void;
  readonly refused: (refusal: Refusal) => Charge;
}

interface Standing {
  readonly run: Slots["run"];
  /** Ms until one more may begin. @throws AvalaError `timeout` where that is too late, or the host is not asked any more */
  readonly restMs: (limits: LookLimits) => number;
  /** No longer than until it serves. @throws AvalaError `cancelled` */
  readonly pause: (ms: number) => Promise<void>;
  readonly begin: () => Begun;
  /** How many have. */
  readonly begun: () => number;
  readonly refusedInARow: () => number;
  /** Whether it is not asked any more. */
  readonly isGivenUp: () => boolean;
}

/** How many it takes at once. */
function createWidth(): {
  readonly run: Slots["run"];
  /** Whether no more are asked for at once than it has served. */
  readonly isProven: () => boolean;
  /** After a refusal. */
  readonly narrow: () => void;
  readonly served: (wasUnderWay: boolean) => void;
} {
  const slots = createSlots(STORE_READS_AT_ONCE);
  let atOnce = STORE_READS_AT_ONCE;
  /** Of those that were under way at the last refusal, and the most of any. */
  let [servedBeside, proven] = [0, 0];
  return {
    run: slots.run,
    isProven: () => Math.floor(atOnce) <= proven,
    narrow: () => {
      atOnce = Math.max(1, atOnce / 2, proven);
      servedBeside = 0;
      // One goes first.
      slots.resize(1);
    },
    served: (wasUnderWay) => {
      if (wasUnderWay) {
        servedBeside += 1;
        proven = Math.max(proven, servedBeside);
        atOnce = Math.max(atOnce, proven);
        return;
      }
      // One more for so many that were served: where one is all that a host takes, few are refused.
      atOnce = Math.min(STORE_READS_AT_ONCE, atOnce + 1 / STORE_READS_AT_ONCE);
      slots.resize(Math.floor(atOnce));
    },
  };
}

/** At most. Beyond a rest that was asked for only so much that many do not come back together. */
function pauseAfter(inARow: number, askedMs: number): number {
  if (inARow === 1) return FIRST_PAUSE_MS;
  return askedMs > 0 ? MOMENT_MS : Math.min(MAX_PAUSE_MS, MOMENT_MS * 2 ** (inARow - 2));
}

/** Whether it is there. */
function createPresence({ clock, random }: Session): Pick<
  Standing,
  "refusedInARow" | "isGivenUp"
> & {
  readonly begun: () => void;
  readonly served: () => void;
  /** Returns until when it rests. */
  readonly refused: (error: AvalaError, limits: LookLimits) => number;
} {
  let inARow = 0;
  let [hasServed, isGivenUp] = [false, false];
  /** Since when it was asked and served nothing. */
  let silentSinceMs: number | undefined;
  return {
    isGivenUp: () => isGivenUp,
    refusedInARow: () => inARow,
    begun: () => {
      silentSinceMs ??= clock.now();
    },
    served: () => {
      [hasServed, isGivenUp, inARow] = [true, false, 0];
      silentSinceMs = undefined;
    },
    refused: ({ retryAfterMs = 0 }, { untilMs, patienceMs }) => {
      const nowMs = clock.now();
      inARow += 1;
      const isTooLong = nowMs + retryAfterMs >= untilMs;
      const isSilent = nowMs - (silentSinceMs ?? nowMs) >= patienceMs;
      isGivenUp = isSilent || (inARow >= MAX_IN_A_ROW && (isTooLong || !hasServed));
      // That it asks for a rest may be about this file, until the next one is refused as well.
      const askedMs = inARow === 1 || isTooLong ? 0 : retryAfterMs;
      const restMs = askedMs + someOf(pauseAfter(inARow, askedMs), random);
      // A rest that a host asks for is no silence, once.
      if (hasServed && inARow <= 2) silentSinceMs = nowMs + restMs;
      return nowMs + restMs;
    },
  };
}

/** When the next one may begin. */
function createRests(
  { clock, signal }: Session,
  isGivenUp: () => boolean,
): Pick<Standing, "restMs" | "pause"> & {
  readonly lengthen: (atMs: number) => void;
  readonly shorten: (atMs: number) => void;
} {
  let nextMs = 0;
  let waking = new AbortController();
  return {
    restMs: ({ untilMs }) => {
      const nowMs = clock.now();
      if (isGivenUp() || Math.max(nowMs, nextMs) >= untilMs)
        throw new AvalaError("timeout", "It is not asked any more.");
      return nextMs - nowMs;
    },
    pause: async (ms) => {
      const { signal: woken } = waking;
      const signals = [woken, ...(signal === undefined ? [] : [signal])];
      await clock.sleep(ms, forMany(AbortSignal.any(signals))).catch((error: unknown) => {
        if (!woken.aborted) throw error;
      });
    },
    lengthen: (atMs) => {
      nextMs = Math.max(nextMs, atMs);
    },
    shorten: (atMs) => {
      if (nextMs <= atMs) return;
      nextMs = atMs;
      waking.abort("It has served.");
      waking = new AbortController();
    },
  };
}

export function createStanding(session: Session): Standing {
  const { clock } = session;
  const [width, presence, spacing] = [createWidth(), createPresence(session), createSpacing(clock)];
  const { refusedInARow, isGivenUp } = presence;
  const rests = createRests(session, isGivenUp);
  /** By their numbers: how many have begun, of these at the last refusal of the host, and the latest that was served. */
  let [begun, atRefusal, latestServed] = [0, 0, 0];
  const begin: Standing["begin"] = () => {
    const number = (begun += 1);
    presence.begun();
    rests.lengthen(clock.now() + spacing.gapMs());
    const isNew = (): boolean => number > atRefusal;
    const served = (): void => {
      latestServed = Math.max(latestServed, number);
      presence.served();
      spacing.served(number);
      width.served(!isNew());
      rests.shorten(clock.now() + spacing.gapMs());
    };
    const refused: Begun["refused"] = ({ error, limits, before = Number.POSITIVE_INFINITY }) => {
      if (latestServed > before && width.isProven()) {
        spacing.refused(begun, true);
        return "file";
      }
      if (!isNew()) return "together";
      atRefusal = begun;
      // Where nothing was served in between, the rest is what was too short.
      spacing.refused(begun, width.isProven() && refusedInARow() === 0);
      width.narrow();
      rests.lengthen(presence.refused(error, limits));
      return "host";
    };
    return { served, refused };
  };
  const asked = { begun: () => begun, refusedInARow, isGivenUp };
  return { run: width.run, restMs: rests.restMs, pause: rests.pause, begin, ...asked };
}
