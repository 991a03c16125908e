// Asks until something is done: slower and slower, never past the deadline. Knows nothing of what is awaited.
import { AvalaError } from "../errors";
import { cancelled, type Clock, type Random } from "./clock";
import { isPastDeadline } from "./deadline";

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
  readonly onValue?: ((value: T) => void) | undefined;
}

// Each wait is half as long again: 60 minutes of waiting cost about 250 reads, and something that takes 10 s is
// noticed within 4.
const GROWTH = 1.5;
// Up to a tenth is taken off, so that the jobs of a matrix don't all ask in the same second.
const JITTER = 0.1;

// The last read starts at the deadline, and may have to wait for the rate limit like any other.
const GRACE_MS = 60_000;

function timedOut<T>({ what, timeoutMs }: PollOptions<T>, cause?: unknown): AvalaError {
  const text = `Waiting for ${what} took longer than ${formatWait(timeoutMs)}.`;
  const hint = "It may still end well: run again to go on waiting, or allow more time.";
  return new AvalaError("timeout", text, { hint, cause });
}

/**
 * Reads until `isDone`, and returns that value. A failed read ends it: `read` itself decides what is tried again, and until
 * when, for which it is given a deadline.
 * @throws AvalaError `timeout` when the deadline comes first, `cancelled` when `signal` aborts
 */
export async function poll<T>(
  read: (deadlineMs: number) => Promise<T>,
  options: PollOptions<T>,
): Promise<T> {
  const { clock, random, signal, what } = options;
  const deadlineMs = clock.now() + options.timeoutMs;
  const readInTime = async (): Promise<T> => {
    try {
      return await read(Math.max(deadlineMs, clock.now() + GRACE_MS));
    } catch (error) {
      throw isPastDeadline(error) ? timedOut(options, error) : error;
    }
  };
  const maxWaitMs = options.maxWaitMs ?? 15_000;
  let waitMs = Math.min(maxWaitMs, options.firstWaitMs ?? 1000);
  for (;;) {
    if (signal?.aborted === true) throw cancelled(`Waiting for ${what}`);
    const value = await readInTime();
    options.onValue?.(value);
    if (options.isDone(value)) return value;
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) throw timedOut(options);
    const jittered = Math.max(1, Math.round(waitMs * (1 - JITTER * random.next())));
    await clock.sleep(Math.min(leftMs, jittered), signal);
    waitMs = Math.min(maxWaitMs, waitMs * GROWTH);
  }
}

function formatWait(ms: number): string {
  if (ms >= 120_000) return `${Math.round(ms / 60_000)} minutes`;
  return ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${ms} ms`;
}
