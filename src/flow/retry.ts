// The only loop that tries again. It asks the error whether that may help; it knows nothing of statuses or endpoints.
import { isAvalaError, type AvalaError } from "../errors";
import { cancelled, type Clock, type Random } from "./clock";
import { pastDeadline } from "./deadline";

export interface Retry {
  readonly what: string;
  /** The try that failed, from 1. */
  readonly attempt: number;
  readonly waitMs: number;
  readonly error: AvalaError;
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  /** What is tried, for events: `upload a.jpg`. */
  readonly what: string;
  /** @default 8 */
  readonly maxTries?: number | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  /** Ms since the epoch; no wait reaches beyond it. */
  readonly deadlineMs?: number | undefined;
}

export const DEFAULT_TRIES = 8;

const BASE_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** A server that asks for more is down for longer than a run should hang: fail at once and say so. */
export const LONGEST_SERVER_WAIT_MS = 15 * 60_000;

/**
 * The wait before the next try, in ms: anywhere up to an exponentially growing bound (full jitter, so that many clients
 * don't come back together). The server's own wait is a floor: jitter is added to it, never subtracted.
 */
export function delayFor(attempt: number, error: AvalaError, random: Random): number {
  const bound = Math.min(LONGEST_BACKOFF_MS, BASE_MS * 2 ** (attempt - 1));
  const jitter = random.next() * bound;
  const floor = error.retryAfterMs;
  // One base of jitter spreads the workers of a run; more would idle below the limit that the server told.
  return Math.round(floor === undefined ? jitter : floor + Math.min(jitter, BASE_MS));
}

/** `Retry-After` in ms: seconds or an HTTP date (contract, "Errors"). `undefined` for anything else. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // `Date.parse` takes bare numbers and much else for dates; an HTTP date has a month's name.
  if (!/^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined;
  // Of the three forms of an HTTP date one, asctime's, names no zone, and means GMT as the others do (RFC 9110, 5.6.7).
  const atMs = Date.parse(/:\d{2} \d{4}$/.test(text) ? `${text} GMT` : text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

function mayHelp(error: unknown): error is AvalaError {
  if (!isAvalaError(error) || !error.retryable) return false;
  return (error.retryAfterMs ?? 0) <= LONGEST_SERVER_WAIT_MS;
}

/**
 * Runs `operation` until it succeeds, throws what another try can't help, or `maxTries` have failed; then its last error
 * is thrown as it is. Errors that are not ours are bugs and are not tried again.
 * @throws AvalaError `cancelled` at once when `signal` aborts, also in the middle of a wait; that of
 * `pastDeadline` instead of a wait that reaches beyond the deadline
 */
export async function retry<T>(
  operation: (attempt: number, signal: AbortSignal) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { clock, random, what } = options;
  const signal = options.signal ?? new AbortController().signal;
  const { maxTries = DEFAULT_TRIES, deadlineMs = Number.POSITIVE_INFINITY } = options;
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw cancelled(what);
    try {
      return await operation(attempt, signal);
    } catch (error) {
      if (attempt >= maxTries || !mayHelp(error)) throw error;
      const waitMs = delayFor(attempt, error, random);
      if (clock.now() + waitMs >= deadlineMs) throw pastDeadline(what, error);
      options.onRetry?.({ what, attempt, waitMs, error });
      await clock.sleep(waitMs, signal);
    }
  }
}
