// A moment after which nothing more is started or waited for, and what is under way is let end. Sets no timer.
import { AvalaError, isAvalaError, type AvalaErrorOptions } from "../errors";
import type { Clock } from "./clock";
import { runPool, type PoolOptions } from "./pool";

class PastDeadline extends AvalaError {
  constructor(
    message: string,
    options: AvalaErrorOptions,
    /** Ms since the epoch: no call starts before. */
    readonly untilMs?: number,
  ) {
    super("timeout", message, options);
  }
}

/**
 * The error of what would have to wait beyond a deadline. It is not tried again. `untilMs`: the deadline, in ms since the epoch,
 * where no call at all may start before.
 */
export function pastDeadline(what: string, cause?: unknown, untilMs?: number): AvalaError {
  const [reason, retryAfterMs] = isAvalaError(cause)
    ? [`: ${cause.message}`, cause.retryAfterMs]
    : ["."];
  const text = `${what} would exceed the deadline${reason}`;
  return new PastDeadline(text, { retryAfterMs, cause }, untilMs);
}

/** The same error, `ambiguous` if it is one of a deadline: the reply to something that was asked before was lost. */
export function ambiguousIfLate(error: unknown): unknown {
  if (!(error instanceof PastDeadline)) return error;
  const { message, retryAfterMs, cause } = error;
  return new PastDeadline(message, { retryAfterMs, cause, ambiguous: true });
}

export function isPastDeadline(error: unknown): boolean {
  return error instanceof PastDeadline;
}

/** Whether it shows that no call may start before `deadlineMs`. */
export function isHeldUntil(error: unknown, deadlineMs: number): boolean {
  return error instanceof PastDeadline && (error.untilMs ?? 0) >= deadlineMs;
}

/**
 * For `.catch`: what `late` makes of what could not be waited for, which it gets in a sentence and as the error.
 * @throws what failed otherwise
 */
export function ifLate<T>(
  late: (waitedFor: string, error: AvalaError) => T,
): (error: unknown) => T {
  return (error) => {
    if (!(error instanceof PastDeadline)) throw error;
    return late(isAvalaError(error.cause) ? error.cause.message : error.message, error);
  };
}

interface DeadlineOptions extends PoolOptions {
  readonly clock: Clock;
  /** Ms since the epoch. @default never */
  readonly deadlineMs?: number | undefined;
}

type Source<T> = Iterable<T> | AsyncIterable<T>;

function* whileIn<T>(items: Iterable<T>, isIn: () => boolean): Generator<T> {
  for (const item of items) {
    if (!isIn()) return;
    yield item;
  }
}

async function* whileInAsync<T>(items: AsyncIterable<T>, isIn: () => boolean): AsyncGenerator<T> {
  for await (const item of items) {
    if (!isIn()) return;
    yield item;
  }
}

/**
 * {@link runPool} until the deadline: then, or when one item would have to wait beyond it (as all others would, sooner or
 * later), no further item is taken, and those under way end.
 * @returns whether every item was done
 */
export async function runUntil<T>(
  items: Source<T>,
  options: DeadlineOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const { clock, deadlineMs = Number.POSITIVE_INFINITY } = options;
  let isWhole = true;
  const isIn = (): boolean => {
    isWhole &&= clock.now() < deadlineMs;
    return isWhole;
  };
  const inTime = Symbol.asyncIterator in items ? whileInAsync(items, isIn) : whileIn(items, isIn);
  await runPool<T>(inTime, options, async (item, signal) => {
    try {
      await work(item, signal);
    } catch (error) {
      if (!isPastDeadline(error)) throw error;
      isWhole = false;
    }
  });
  return isWhole;
}
