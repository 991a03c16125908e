// What octokit's retry and throttling plugins need to know of errors and limits. Knows nothing of what is asked for.
import type { Clock } from "../../src/flow/clock";

const MAX_WAITS = 3;

interface Limited {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** A 403 may be a limit or a missing permission: a limit says when to come back, or that nothing is left. */
export function isLimit({ status, headers }: Limited): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return headers["retry-after"] !== undefined || String(headers["x-ratelimit-remaining"]) === "0";
}

interface Hooks {
  readonly hook: {
    error(
      name: "request",
      handler: (error: Error, options: { request?: { signal?: AbortSignal } }) => never,
    ): unknown;
  };
}

/** No status of GitHub's: what a cancel ended. */
export const CANCELLED_STATUS = 499;

/**
 * A plugin that words errors as the others know them. The throttling plugin knows limits with `Retry-After` by "secondary
 * rate" only in their text; the retry plugin takes a cancel for a failure. Must be the first, so that it sees an error first.
 */
export function labelErrors(octokit: Hooks): Record<string, never> {
  octokit.hook.error("request", (error, options) => {
    const { response } = error as { readonly response?: Limited };
    if (options.request?.signal?.aborted === true) {
      throw Object.assign(error, { status: CANCELLED_STATUS });
    }
    if (response !== undefined && isLimit(response) && !isQuota(response)) {
      error.message = `secondary rate limit: ${error.message}`;
    }
    throw error;
  });
  return {};
}

/** The hour's quota, whose end the throttling plugin reads from its own headers. */
function isQuota({ headers }: Limited): boolean {
  return headers["retry-after"] === undefined && String(headers["x-ratelimit-remaining"]) === "0";
}

export interface Waiting {
  /** Ms that may still be waited. */
  readonly leftMs: () => number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

type LimitHandler = (
  retryAfterSeconds: number,
  options: unknown,
  octokit: unknown,
  retryCount: number,
) => Promise<boolean>;

/** Waits, and says whether to try again: not for longer than is left, and not after a cancel. */
export function waitForLimit({ leftMs, clock, signal }: Waiting): LimitHandler {
  return async (retryAfterSeconds, _options, _octokit, retryCount) => {
    const ms = retryAfterSeconds * 1000;
    if (retryCount >= MAX_WAITS || ms > leftMs()) return false;
    return clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
  };
}
