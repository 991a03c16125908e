// Since when tries of an upload fail and nothing of it goes forward. Knows nothing of what is tried.
import { isStoreRefusal } from "../api/storage/storage-error";
import { isApiError, type AvalaError } from "../errors";
import type { Failing } from "../events";
import type { Retry } from "../flow/retry";

// One that fails is nothing to wait for yet.
const MIN_FAILING_MS = 2_000;

/** What one failure has in common with another, as lines name it. */
function causeOf(error: AvalaError): string {
  if (isApiError(error)) return String(error.status);
  return isStoreRefusal(error) ? error.host : error.code;
}

interface Known extends Pick<Retry, "error"> {
  readonly sinceMs: number;
  readonly nextMs: number;
  /** Since when each cause fails tries: they may take turns, as a store that breaks connections with an API in trouble. */
  readonly causes: ReadonlyMap<string, number>;
}

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
  let failing: Known | undefined;
  return {
    note: ({ waitMs, error }) => {
      // A limit is no failure.
      if (error.code === "rate_limited") return;
      const { sinceMs = now(), nextMs = Number.POSITIVE_INFINITY } = failing ?? {};
      const causes = new Map([[causeOf(error), now()], ...(failing?.causes ?? [])]);
      const isPending = nextMs > now();
      const againMs = now() + waitMs;
      const soonerMs = isPending ? Math.min(nextMs, againMs) : againMs;
      failing = { sinceMs, error, causes, nextMs: soonerMs };
    },
    goForward: () => {
      failing = undefined;
      movedMs = now();
    },
    move: () => void (movedMs = now()),
    end: () => void (failing &&= { ...failing, nextMs: Number.NEGATIVE_INFINITY }),
    now: () => {
      if (failing === undefined) return undefined;
      const { sinceMs, nextMs, error, causes } = failing;
      const nowMs = now();
      if (nowMs - Math.max(sinceMs, movedMs) < MIN_FAILING_MS) return undefined;
      const next = nextMs > nowMs ? { nextSeconds: (nextMs - nowMs) / 1000 } : {};
      const seconds = (nowMs - (causes.get(causeOf(error)) ?? sinceMs)) / 1000;
      return { error, seconds, ...next };
    },
  };
}
