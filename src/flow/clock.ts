// Time and chance as parameters, so that a whole run can play in virtual time from one seed.
// The only file that reads the clock, sets a timer or draws a random number. How long the machine has run is in
// `files/digests/clock-mark.ts`.
import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { AvalaError } from "../errors";

/** A timer that is set for longer fires at once (Node, "timers"). */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Clock {
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms`, or {@link MAX_TIMER_MS}; rejects at once with code `cancelled` when `signal` is or becomes aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The error of everything that a signal stopped. */
export function cancelled(what: string): AvalaError {
  return new AvalaError("cancelled", `${what} was stopped before it was done.`, {
    hint: "Run it again to continue: interrupted uploads resume.",
  });
}

/** Of what is longer, whoever waits looks at the clock again: it is almost 25 days. */
function timerMs(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}

export const systemClock: Clock = {
  // From the start of the process on it only goes forward, whatever is done to the machine's clock: a wait is as long as
  // it was meant to be.
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(cancelled("A wait"));
        return;
      }
      const stop = (): void => {
        clearTimeout(timer);
        reject(cancelled("A wait"));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, timerMs(ms));
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
};

/** Calls `action` after `ms` of the system's time, for what sits on a real socket; returns how to give that up. */
export function startTimer(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, timerMs(ms));
  return () => clearTimeout(timer);
}

/** Calls `action` every `ms` of the system's time, and keeps no process alive for it; returns how to stop. */
export function repeatEvery(ms: number, action: () => void): () => void {
  const timer = setInterval(action, timerMs(ms));
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Ms since the epoch as the machine's clock has it at this moment. It jumps when that is set, and so do the times of files:
 * only for comparing with those.
 */
export function wallClockMs(): number {
  return Date.now();
}
