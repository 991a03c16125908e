// Since when tries of an upload fail and nothing of it goes forward. Knows nothing of what is tried.
import type { Failing } from "../events";
import type { Retry } from "../flow/retry";

// One that fails is nothing to wait for yet.
const MIN_FAILING_MS = 2_000;

export interface FailingTracker {
  readonly note: (retry: Pick<Retry, "waitMs" | "error">) => void;
  /** More of it has been sent than ever before, or a file of it has landed. */
  readonly goForward: () => void;
  /** Bytes of it go, which may be those of another try. */
  readonly move: () => void;
  /** Nothing is tried any more. */
  readonly end: () => void;
  /** Absent while no tries fail, or bytes go. */
  readonly now: () => Failing | undefined;
}

export function trackFailing(now: () => number): FailingTracker {
  let movedMs = Number.NEGATIVE_INFINITY;
  let failing: { sinceMs: number; nextMs: number; error: Retry["error"] } | undefined;
  return {
    note: ({ waitMs, error }) => {
      // A limit is no failure.
      if (error.code === "rate_limited") return;
      const { sinceMs = now(), nextMs = Number.POSITIVE_INFINITY } = failing ?? {};
      const isPending = nextMs > now();
      const againMs = now() + waitMs;
      failing = { sinceMs, error, nextMs: isPending ? Math.min(nextMs, againMs) : againMs };
    },
    goForward: () => {
      failing = undefined;
      movedMs = now();
    },
    move: () => void (movedMs = now()),
    end: () => void (failing &&= { ...failing, nextMs: Number.NEGATIVE_INFINITY }),
    now: () => {
      if (failing === undefined) return undefined;
      const { sinceMs, nextMs, error } = failing;
      const nowMs = now();
      if (nowMs - Math.max(sinceMs, movedMs) < MIN_FAILING_MS) return undefined;
      const next = nextMs > nowMs ? { nextSeconds: (nextMs - nowMs) / 1000 } : {};
      return { error, seconds: (nowMs - sinceMs) / 1000, ...next };
    },
  };
}
