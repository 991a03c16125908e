// The time of an upload without that in which all of it stood still for the rate limit. Knows nothing of how far it has come.
import type { Pace } from "../flow/rate/pace";

// Shorter waits for the limit are those between single calls.
const MIN_PAUSE_MS = 1000;
const PAUSED_SHARE = 0.9;

export interface Activity {
  /** Bytes went, or a file ended. */
  readonly move: () => void;
  /** Whether all stands still for the rate limit. */
  readonly isPaused: () => boolean;
  /** Ms since anything moved. */
  readonly quietMs: () => number;
  /** Ms since the start, without those in which all stood still for the rate limit. */
  readonly activeMs: () => number;
}

export function createActivity(now: () => number, pace: Pick<Pace, "waitedMs">): Activity {
  const startedMs = now();
  let movedMs = startedMs;
  let waitedAtMoveMs = pace.waitedMs();
  let pausedMs = 0;
  const pauseMs = (): number => {
    const ms = now() - movedMs;
    const isPause = ms >= MIN_PAUSE_MS && pace.waitedMs() - waitedAtMoveMs >= PAUSED_SHARE * ms;
    return isPause ? ms : 0;
  };
  return {
    move: () => {
      pausedMs += pauseMs();
      movedMs = now();
      waitedAtMoveMs = pace.waitedMs();
    },
    quietMs: () => now() - movedMs,
    isPaused: () => pauseMs() > 0,
    activeMs: () => now() - startedMs - pausedMs - pauseMs(),
  };
}
