// One limit over all waits of a run: `timeout-minutes`.
import type { Clock } from "../src/flow/clock";

export interface WaitBudget {
  /** Ms that may still be waited. The first call starts the time. */
  readonly leftMs: () => number;
  /** As `leftMs`, and starts nothing: for a wait that most runs don't have. */
  readonly peekMs: () => number;
  /** How long an outage may be waited for in a step that must not fail by a moment: a minute at least. */
  readonly patienceMs: () => number;
  /** Takes off such a wait; after the first `leftMs` the time runs anyway. */
  readonly spend: (ms: number) => void;
  /** Takes out ms that just went by and were work. */
  readonly exclude: (ms: number) => void;
}

// The last steps of a run often come when its time is over. A moment of a server's must not decide them even then.
const MIN_PATIENCE_MS = 60_000;

export function createWaitBudget(totalMs: number, clock: Clock): WaitBudget {
  let startedMs: number | undefined;
  let workedMs = 0;
  let spentMs = 0;
  const peekMs = (): number => {
    const runningMs = startedMs === undefined ? 0 : clock.now() - startedMs - workedMs;
    return Math.max(0, totalMs - spentMs - runningMs);
  };
  return {
    peekMs,
    patienceMs: () => Math.max(MIN_PATIENCE_MS, peekMs()),
    leftMs() {
      startedMs ??= clock.now();
      return peekMs();
    },
    spend(ms) {
      if (startedMs === undefined) spentMs += ms;
    },
    exclude(ms) {
      if (startedMs !== undefined) workedMs += ms;
    },
  };
}

/** What a run may wait, as its workflow names it, for messages: `timeout-minutes (30, for all waits together)`. */
export function budgetText(timeoutMs: number): string {
  return `timeout-minutes (${Number((timeoutMs / 60_000).toFixed(3))}, for all waits together)`;
}
