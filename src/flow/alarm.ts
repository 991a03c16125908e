// Wakes somebody up at a time that may be set again at any moment. Knows nothing of what is waited for.
import type { Clock } from "./clock";

export interface Alarm {
  /** Instead of the time that was set before; `Infinity`: never. */
  readonly set: (atMs: number, nowMs: number) => void;
}

interface Timer {
  readonly atMs: number;
  readonly controller: AbortController;
}

/** Calls `wake` once for each time that is set and comes. */
export function createAlarm(clock: Clock, wake: () => void): Alarm {
  let timer: Timer | undefined;
  return {
    set: (atMs, nowMs) => {
      // Most often it is the same, and a timer costs more than the look.
      if (timer?.atMs === atMs) return;
      // With a reason, or each would cost an error with its stack, which nothing reads.
      timer?.controller.abort("Another time was set.");
      timer = undefined;
      if (atMs === Number.POSITIVE_INFINITY) return;
      const started: Timer = { atMs, controller: new AbortController() };
      timer = started;
      const ring = (): void => {
        if (timer === started) timer = undefined;
        wake();
      };
      // At a time that no timer can take it rings early, and is set once more by whoever is woken.
      clock.sleep(atMs - nowMs, started.controller.signal).then(ring, () => undefined);
    },
  };
}
