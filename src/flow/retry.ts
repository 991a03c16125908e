// The only loop that tries again. It asks the error whether that may help; it knows nothing of statuses or endpoints.
// By hand and not by p-retry: that waits by the machine's timer, where tests give a clock, and has no wait that the server asks
// for and no deadline that ends a wait before it begins.
import { isAvalaError, type AvalaError } from "../errors";
import { cancelled, type Clock, type Random } from "./clock";
import { isPastDeadline, pastDeadline } from "./deadline";

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
  /** How many may fail otherwise than by a 429; 1: none is repeated, for the caller repeats the whole. @default 8 */
  readonly maxTries?: number | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  /** Hears of each wait that the rate limit makes. */
  readonly countWait?: ((wait: Promise<unknown>) => void) | undefined;
  /** Ms since the epoch; no wait reaches beyond it. */
  readonly deadlineMs?: number | undefined;
}

export const DEFAULT_TRIES = 8;
// Of replies that are not JSON: at a wrong address all are, and whoever gave it should not wait long to hear that.
const MAX_UNREAD = 4;
// In a row, of what was presigned anew for each try but the first and had ended by the store's clock: then a clock is wrong, and no
// try rights it. What a store only calls expired may be the server's own session to sign with, which the server renews.
const MAX_ENDED = 4;

const BASE_MS = 500;
const MAX_BACKOFF_MS = 30_000;
/** A server that is down for longer is not waited for: fail at once and say so. A limit is, for as long as the run has time. */
export const MAX_SERVER_WAIT_MS = 15 * 60_000;

/**
 * Without a deadline, how long one operation may be refused only by 429. Others may be using up the budget of the key, and
 * that is not a failure: four runs of 300 files need 12 minutes at 100 calls a minute. Who loses every minute's draw for an hour
 * is not behind others, but shut out.
 */
export const maxThrottledMs = 60 * 60_000;

/**
 * The wait before the next try, in ms: anywhere up to an exponentially growing bound (full jitter, so that many clients
 * don't come back together). The server's own wait is a floor: jitter is added to it, never subtracted.
 */
export function delayFor(attempt: number, error: AvalaError, random: Random): number {
  const bound = Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** (attempt - 1));
  const jitter = random.next() * bound;
  const floor = error.retryAfterMs;
  // One base of jitter spreads the workers of a run; more would idle below the server's limit.
  const waitMs = floor === undefined ? jitter : floor + Math.min(jitter, BASE_MS);
  // A 429 is repeated without a count: whatever the server asks for and chance says, never in a tight loop.
  const minMs = error.isThrottled && attempt > 1 ? BASE_MS : 0;
  return Math.round(Math.max(minMs, waitMs));
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

/** Whether a run waits as long as the server asks it to, should it have the time. */
export function isBearable({ isThrottled, retryAfterMs = 0 }: AvalaError): boolean {
  return isThrottled || retryAfterMs <= MAX_SERVER_WAIT_MS;
}

/**
 * Whether a deadline comes before the end of a wait so long that it holds no other call: these may still be in time
 * (`src/api/paced-request.ts`).
 */
export function isLateAlone(error: unknown): error is AvalaError {
  if (!isAvalaError(error) || !isPastDeadline(error)) return false;
  return (error.retryAfterMs ?? 0) > MAX_SERVER_WAIT_MS;
}

function mayHelp(error: unknown): error is AvalaError {
  return isAvalaError(error) && error.retryable && isBearable(error);
}

/** What the failures of one operation have used up. A 429 costs no try, for the server did nothing, but time. */
interface Spent {
  readonly tries: number;
  /** How many of these ended with a reply that is not JSON. */
  readonly unread: number;
  /** How many were refused in a row where what was presigned had ended by the store's clock. */
  readonly ended: number;
  readonly throttledSinceMs: number | undefined;
}

function spend(
  { tries, unread, ended, throttledSinceMs }: Spent,
  { isThrottled, isUnread, isEndedByClock }: AvalaError,
  nowMs: number,
): Spent {
  if (isThrottled) return { tries, unread, ended, throttledSinceMs: throttledSinceMs ?? nowMs };
  return {
    tries: tries + 1,
    unread: unread + (isUnread ? 1 : 0),
    ended: isEndedByClock ? ended + 1 : 0,
    throttledSinceMs: undefined,
  };
}

/** Whether another try at `atMs` is beyond what is left of tries or, without a deadline, of patience. */
function isSpent(
  { tries, unread, ended, throttledSinceMs = Number.POSITIVE_INFINITY }: Spent,
  { maxTries = DEFAULT_TRIES, deadlineMs }: RetryOptions,
  atMs: number,
): boolean {
  if (tries >= maxTries || maxTries === 1) return true;
  if (unread >= MAX_UNREAD || ended >= MAX_ENDED) return true;
  return deadlineMs === undefined && atMs - throttledSinceMs > maxThrottledMs;
}

/**
 * Runs `operation` until it succeeds, throws what another try can't help, or `maxTries` have failed, fewer where replies are
 * not JSON or what was presigned has always ended by the store's clock; then its last error is thrown as it is. A 429 is not one
 * of these: it is repeated until the deadline, without one for an hour. Errors that are not ours are bugs and are not tried again.
 * @throws AvalaError `cancelled` at once when `signal` aborts, also in the middle of a wait; that of
 * `pastDeadline` instead of a wait that reaches beyond the deadline
 */
export async function retry<T>(
  operation: (attempt: number, signal: AbortSignal) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { clock, random, what } = options;
  const signal = options.signal ?? new AbortController().signal;
  const { deadlineMs = Number.POSITIVE_INFINITY } = options;
  let spent: Spent = { tries: 0, unread: 0, ended: 0, throttledSinceMs: undefined };
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw cancelled(what);
    try {
      return await operation(attempt, signal);
    } catch (error) {
      if (!mayHelp(error)) throw error;
      spent = spend(spent, error, clock.now());
      const waitMs = delayFor(attempt, error, random);
      if (isSpent(spent, options, clock.now() + waitMs)) throw error;
      if (clock.now() + waitMs >= deadlineMs) throw pastDeadline(what, error);
      options.onRetry?.({ what, attempt, waitMs, error });
      const wait = clock.sleep(waitMs, signal);
      // A store that throttles has another limit.
      if (error.code === "rate_limited") options.countWait?.(wait);
      await wait;
    }
  }
}
