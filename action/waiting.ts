// One limit over all waits of a run: `timeout-minutes`.
import type { Clock } from "../src/flow/clock";

export interface WaitBudget {
  /** Ms that may still be waited. The first call starts the time. */
  readonly leftMs: () => number;
  /** Takes out ms that just went by and were work. */
  readonly exclude: (ms: number) => void;
}

export function createWaitBudget(totalMs: number, clock: Clock): WaitBudget {
  let startedMs: number | undefined;
  let workedMs = 0;
  return {
    leftMs() {
      startedMs ??= clock.now();
      return Math.max(0, totalMs - (clock.now() - startedMs - workedMs));
    },
    exclude(ms) {
      if (startedMs !== undefined) workedMs += ms;
    },
  };
}
