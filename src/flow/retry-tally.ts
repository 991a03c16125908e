// What was tried again, and why: one line a cause. Knows nothing of what is tried.
import { isApiError, type ErrorCode } from "../errors";
import type { Retry } from "./retry";

/** One cause of retries. */
export interface RetryCause {
  readonly code: ErrorCode;
  /** Of the API's answer. */
  readonly status?: number;
  readonly count: number;
  /** The first of them: what was tried and why it failed. */
  readonly example: string;
}

export interface RetryTally {
  note(retry: Pick<Retry, "what" | "error">): void;
  readonly total: number;
  /** Most frequent first. */
  causes(): readonly RetryCause[];
}

export function createRetryTally(): RetryTally {
  const byCause = new Map<string, RetryCause>();
  let total = 0;
  return {
    note: ({ what, error }) => {
      total += 1;
      const { code } = error;
      const status = isApiError(error) ? { status: error.status } : {};
      const key = `${code} ${status.status ?? ""}`;
      const cause = byCause.get(key);
      const example = cause?.example ?? `${what}: ${error.message}`;
      byCause.set(key, { code, ...status, count: (cause?.count ?? 0) + 1, example });
    },
    get total() {
      return total;
    },
    causes: () => [...byCause.values()].sort((a, b) => b.count - a.count),
  };
}

/** `rate limit (429)` */
export function describeCause({ code, status }: Pick<RetryCause, "code" | "status">): string {
  const word = code === "rate_limited" ? "rate limit" : code.replaceAll("_", " ");
  return status === undefined ? word : `${word} (${status})`;
}

/** `3 × rate limit (429), 1 × network`. */
export function describeRetries(causes: readonly RetryCause[]): string {
  return causes.map((cause) => `${cause.count} × ${describeCause(cause)}`).join(", ");
}
