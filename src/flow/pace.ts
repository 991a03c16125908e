// Permits from the rate-limit headers: spends the whole budget and never draws a 429.
// Knows nothing of what is sent, how many things are done at once, or of tries.
import type { RateLimit } from "../errors";
import { createBudget } from "./budget";
import { createBurst } from "./burst";
import { cancelled, type Clock } from "./clock";

export type { RateLimit };

/** Leave to send one request. */
export interface Permit {
  /** Is called once, when the request has ended, with what its reply said of the limit. */
  done(headers?: RateLimit): void;
}

export interface Pace {
  /**
   * Resolves when a request may be sent, in the order of the calls; at once while no reply carried the headers.
   * @throws AvalaError `cancelled` at once when `signal` aborts
   */
  acquire(signal?: AbortSignal): Promise<Permit>;
  /** What a reply said that had no permit. */
  learn(headers: RateLimit | undefined): void;
  /** Nothing more is sent before `untilMs`: the server has throttled us, and told for how long. */
  hold(untilMs: number): void;
  /** What is known of the budget now. `undefined` while no reply carried the headers. */
  snapshot(): RateLimit | undefined;
}

export interface PaceOptions {
  readonly clock: Clock;
  /** The contract's "burst of 20 a second". @default 20 */
  readonly burstPerSecond?: number | undefined;
}

interface Waiter {
  readonly resolve: (permit: Permit) => void;
  isGone: boolean;
}

/**
 * Two rules, each proved against a server that counts in fixed windows and one that counts in sliding ones: the minute's
 * budget ({@link createBudget}), and the second's burst ({@link createBurst}). Both count a request from the moment it
 * is sent to the moment its reply is here, since the server counted it somewhere in between.
 */
export function createPace({ clock, burstPerSecond = 20 }: PaceOptions): Pace {
  const budget = createBudget();
  const burst = createBurst(burstPerSecond);
  const waiters: Waiter[] = [];
  let heldUntilMs = 0;
  let timer: AbortController | undefined;

  /** When one more request may go; `Infinity`: when one under way has ended. */
  const nextMs = (nowMs: number): number => {
    const { limit } = budget;
    return Math.max(
      heldUntilMs,
      burst.nextMs(nowMs, limit),
      limit === undefined ? 0 : budget.nextMs(nowMs),
    );
  };

  const permit = (): Permit => {
    burst.start();
    const request = budget.start(clock.now());
    let isDone = false;
    return {
      done: (headers) => {
        if (isDone) return;
        isDone = true;
        const nowMs = clock.now();
        burst.end(nowMs);
        budget.end(request, headers, nowMs);
        if (waiters.length > 0) pump();
      },
    };
  };

  const waitUntil = (atMs: number, nowMs: number): void => {
    timer?.abort();
    timer = undefined;
    if (atMs === Number.POSITIVE_INFINITY) return;
    const mine = new AbortController();
    timer = mine;
    clock.sleep(atMs - nowMs, mine.signal).then(pump, () => undefined);
  };

  function pump(): void {
    const nowMs = clock.now();
    while (waiters[0]?.isGone === true) waiters.shift();
    while (waiters.length > 0) {
      const atMs = nextMs(nowMs);
      if (atMs > nowMs) {
        waitUntil(atMs, nowMs);
        return;
      }
      const waiter = waiters.shift();
      if (waiter?.isGone === false) waiter.resolve(permit());
    }
    timer?.abort();
    timer = undefined;
  }

  const enqueue = (signal: AbortSignal | undefined): Promise<Permit> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiter.isGone = true;
        // Also stops the timer when nobody is left to wait.
        pump();
        reject(cancelled("Waiting for the rate limit"));
      };
      const waiter: Waiter = {
        isGone: false,
        resolve: (given) => {
          signal?.removeEventListener("abort", leave);
          resolve(given);
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      waiters.push(waiter);
      pump();
    });

  return {
    acquire: async (signal) => {
      if (signal?.aborted === true) throw cancelled("Waiting for the rate limit");
      const isFree = waiters.length === 0 && nextMs(clock.now()) <= clock.now();
      return isFree ? permit() : enqueue(signal);
    },
    learn: (headers) => {
      if (headers !== undefined) budget.learn(headers, clock.now());
      pump();
    },
    hold: (untilMs) => {
      heldUntilMs = Math.max(heldUntilMs, untilMs);
    },
    snapshot: () => budget.snapshot(),
  };
}
