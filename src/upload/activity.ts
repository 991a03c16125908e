// The time of an upload without that in which all of it stood still, for the rate limit or since nothing responded. Knows nothing
// of how far it has come.
import { SILENT_MS } from "../api/transport/unanswered";
import type { Pace } from "../flow/rate/pace";

// Shorter waits for the limit are those between single calls.
const MIN_PAUSE_MS = 1000;
const PAUSED_SHARE = 0.9;
// What stands still more often for about as long goes at that pace.
const MAX_STALLS = 2;
const ALIKE = 0.5;
// Until then what goes after a stall may be what was held up in it.
const STEADY_MS = 4000;

export interface Activity {
  /** Bytes went, or a file ended. */
  readonly move: () => void;
  /** Whether all stands still for the rate limit. */
  readonly isPaused: () => boolean;
  /** Whether it goes at a pace that is known: not while it has stalled, nor in the first seconds after that. */
  readonly isSteady: () => boolean;
  /** Ms since anything moved. */
  readonly quietMs: () => number;
  /** Ms since the start, without those in which all stood still. */
  readonly activeMs: () => number;
}

export function createActivity(now: () => number, pace: Pick<Pace, "waitedMs">): Activity {
  const startedMs = now();
  let movedMs = startedMs;
  let waitedAtMoveMs = pace.waitedMs();
  let stoodMs = 0;
  const stallsMs: number[] = [];
  let steadyAtMs = 0;
  const quietMs = (): number => now() - movedMs;
  const pauseMs = (): number => {
    const ms = quietMs();
    const isPause = ms >= MIN_PAUSE_MS && pace.waitedMs() - waitedAtMoveMs >= PAUSED_SHARE * ms;
    return isPause ? ms : 0;
  };
  const isStalled = (): boolean => quietMs() >= SILENT_MS && pauseMs() === 0;
  const activeAt = (ms: number): number => ms - startedMs - stoodMs;
  const stallMs = (): number => {
    const ms = isStalled() ? quietMs() : 0;
    const alike = stallsMs.filter((earlierMs) => earlierMs >= ALIKE * ms);
    return alike.length < MAX_STALLS ? ms : 0;
  };
  return {
    move: () => {
      const stall = stallMs();
      stoodMs += pauseMs() + stall;
      movedMs = now();
      if (stall > 0) {
        stallsMs.push(stall);
        steadyAtMs = activeAt(movedMs) + STEADY_MS;
      }
      waitedAtMoveMs = pace.waitedMs();
    },
    isPaused: () => pauseMs() > 0,
    isSteady: () => !isStalled() && activeAt(movedMs) >= steadyAtMs,
    quietMs,
    activeMs: () => activeAt(now()) - pauseMs() - stallMs(),
  };
}
