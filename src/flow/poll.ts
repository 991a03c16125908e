// Asks until something is done: slower and slower, never past the deadline. An outage is waited out like everything else.
// Knows nothing of what is awaited.
import { AvalaError, isAvalaError } from "../errors";
import { MORE_TIME } from "../hints";
import { formatDuration } from "../text";
import { cancelled, type Clock, type Random } from "./clock";
import { isHeldUntil, isPastDeadline } from "./deadline";

interface PollOptions<T> {
  readonly isDone: (value: T) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  /** From the call on; the last read comes at the deadline. */
  readonly timeoutMs: number;
  /** @default 1000 */
  readonly firstWaitMs?: number | undefined;
  /** @default 15000 */
  readonly maxWaitMs?: number | undefined;
  /** What is awaited, for the error: `export 3f9a… to complete`. */
  readonly what: string;
  /** What to do when the deadline comes first. @default to go on waiting for what is under way */
  readonly hint?: string | undefined;
  readonly onValue?: ((value: T) => void) | undefined;
  /** Hears of the first failed read of each outage, and how long the wait can last. */
  readonly onOutage?: ((error: AvalaError, leftMs: number) => void) | undefined;
  /** The same of each further one. */
  readonly onStillOut?: ((error: AvalaError, leftMs: number) => void) | undefined;
  /** Hears of the first good read after an outage, and how long that was. */
  readonly onRecovery?: ((outageMs: number) => void) | undefined;
}

export interface ReadLimits {
  /** Ms since the epoch; the read does not wait beyond it. */
  readonly deadlineMs: number;
  /** 1 for the last read, which has no time left to try again, and in an outage, which the wait itself waits out. */
  readonly maxTries?: number;
  /** The longest time without progress. @default as long as any read has */
  readonly idleTimeoutMs?: number;
}

// Each wait is half as long again: 60 minutes of waiting cost about 250 reads, and something that takes 10 s is
// noticed within 4.
const GROWTH = 1.5;
// Up to a tenth is taken off, so that the jobs of a matrix don't all ask in the same second.
const JITTER = 0.1;

// The last read starts at the deadline, and may have to wait for the pace of the key like any other.
const GRACE_MS = 60_000;
// Where the read before had no answer until long after the deadline, the last one needs no second minute for that.
const MIN_LAST_MS = 5_000;

function lastLimits(deadlineMs: number, nowMs: number): ReadLimits {
  const idleTimeoutMs = Math.max(MIN_LAST_MS, deadlineMs + GRACE_MS - nowMs);
  return { deadlineMs: Math.max(nowMs, deadlineMs) + GRACE_MS, maxTries: 1, idleTimeoutMs };
}

const GOES_ON = `It may still complete: run again to continue waiting, or ${MORE_TIME}.`;

function timedOut(
  { what, timeoutMs, hint = GOES_ON }: Pick<PollOptions<never>, "what" | "timeoutMs" | "hint">,
  isOver: boolean,
  cause?: unknown,
): AvalaError {
  const reason = isAvalaError(cause) ? ` The last read failed: ${cause.message}` : "";
  const text = `Waiting for ${what} ${isOver ? "took" : "would take"} longer than ${formatDuration(timeoutMs / 1000)}.${reason}`;
  return new AvalaError("timeout", text, { hint, cause });
}

type Read<T> = { readonly value: T } | { readonly failure: AvalaError };

/** Where a clock is wrong, no wait rights it. */
function mayPass(error: unknown): error is AvalaError {
  if (!isAvalaError(error)) return false;
  return isPastDeadline(error) || (error.retryable && !error.isEndedByClock);
}

/** What may pass is a value too: patience belongs to the wait, and not to one read. */
async function readOnce<T>(read: () => Promise<T>): Promise<Read<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (mayPass(error)) return { failure: error };
    throw error;
  }
}

/**
 * Reads until `isDone`, and returns that value. A read that fails with what may pass is only one more wait; anything else
 * ends it.
 * @throws AvalaError `timeout` when the deadline comes first, `cancelled` when `signal` aborts
 */
export async function poll<T>(
  read: (limits: ReadLimits) => Promise<T>,
  options: PollOptions<T>,
): Promise<T> {
  try {
    return await readUntilDone(read, options);
  } catch (error) {
    // Whatever it was doing just then: what was awaited is what there is to say.
    const isCancelled = isAvalaError(error) && error.code === "cancelled";
    throw isCancelled && options.signal?.aborted === true
      ? cancelled(`Waiting for ${options.what}`)
      : error;
  }
}

async function readUntilDone<T>(
  read: (limits: ReadLimits) => Promise<T>,
  options: PollOptions<T>,
): Promise<T> {
  const { clock, random, signal, what } = options;
  const deadlineMs = clock.now() + options.timeoutMs;
  const maxWaitMs = options.maxWaitMs ?? 15_000;
  let waitMs = Math.min(maxWaitMs, options.firstWaitMs ?? 1000);
  let outSinceMs: number | undefined;
  let isHeld = false;
  for (;;) {
    if (signal?.aborted === true) throw cancelled(`Waiting for ${what}`);
    const isLast = isHeld || clock.now() >= deadlineMs;
    const limits = isLast
      ? lastLimits(deadlineMs, clock.now())
      : { deadlineMs, ...(outSinceMs === undefined ? {} : { maxTries: 1 }) };
    const startedMs = clock.now();
    const found = await readOnce(() => read(limits));
    const failure = "failure" in found ? found.failure : undefined;
    if ("value" in found) {
      if (outSinceMs !== undefined) options.onRecovery?.(clock.now() - outSinceMs);
      outSinceMs = undefined;
      options.onValue?.(found.value);
      if (options.isDone(found.value)) return found.value;
    }
    if (isLast) throw timedOut(options, clock.now() >= deadlineMs, failure);
    // The last read waits as well as this loop would, and ends at once where not even that can be in time.
    isHeld = isHeldUntil(failure, deadlineMs);
    if (isHeld) continue;
    const leftMs = Math.max(0, deadlineMs - clock.now());
    if (failure !== undefined) {
      const notify = outSinceMs === undefined ? options.onOutage : options.onStillOut;
      notify?.(failure, leftMs);
      outSinceMs ??= startedMs;
    }
    const jittered = Math.max(1, Math.round(waitMs * (1 - JITTER * random.next())));
    await clock.sleep(Math.min(leftMs, Math.max(jittered, failure?.retryAfterMs ?? 0)), signal);
    waitMs = Math.min(maxWaitMs, waitMs * GROWTH);
  }
}
