// Permits from the rate-limit headers: spends the whole budget and never draws a 429.
// Knows nothing of what is sent, how many things are done at once, or of tries.
import type { RateLimit } from "../errors";
import { createBudget } from "./budget";
import { createBurst, type Burst } from "./burst";
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

type Waiter = (permit: Permit) => void;

/**
 * Two rules, each proved against a server that counts in fixed windows and one that counts in sliding ones: the minute's
 * budget ({@link createBudget}), and the second's burst ({@link createBurst}). Both count a request from the moment it
 * is sent to the moment its reply is here, since the server counted it somewhere in between.
 */
export function createPace({ clock, burstPerSecond = 20 }: PaceOptions): Pace {
  return new HeaderPace(clock, createBurst(burstPerSecond));
}

class HeaderPace implements Pace {
  private readonly budget = createBudget();
  private readonly waiters: Waiter[] = [];
  private heldUntilMs = 0;
  private timer: AbortController | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly burst: Burst,
  ) {}

  async acquire(signal?: AbortSignal): Promise<Permit> {
    if (signal?.aborted === true) throw cancelled("Waiting for the rate limit");
    const nowMs = this.clock.now();
    if (this.waiters.length === 0 && this.nextMs(nowMs) <= nowMs) return this.permit(nowMs);
    return this.enqueue(signal);
  }

  learn(headers: RateLimit | undefined): void {
    if (headers !== undefined) this.budget.learn(headers, this.clock.now());
    this.pump();
  }

  hold(untilMs: number): void {
    this.heldUntilMs = Math.max(this.heldUntilMs, untilMs);
  }

  snapshot(): RateLimit | undefined {
    return this.budget.snapshot();
  }

  /** When one more request may go; `Infinity`: when one under way has ended. */
  private nextMs(nowMs: number): number {
    const { burst, budget } = this;
    return Math.max(this.heldUntilMs, burst.nextMs(budget.limit), budget.nextMs(nowMs));
  }

  private permit(startMs: number): Permit {
    this.burst.start();
    const request = this.budget.start(startMs);
    let isDone = false;
    return {
      done: (headers) => {
        if (isDone) return;
        isDone = true;
        const nowMs = this.clock.now();
        this.burst.end(nowMs);
        this.budget.end(request, headers, nowMs);
        this.pump();
      },
    };
  }

  private enqueue(signal: AbortSignal | undefined): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        // Sets the timer for who is first now, and none for nobody.
        this.pump();
        reject(cancelled("Waiting for the rate limit"));
      };
      const waiter: Waiter = (given) => {
        signal?.removeEventListener("abort", leave);
        resolve(given);
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.waiters.push(waiter);
      this.pump();
    });
  }

  /** Lets go who may go now, and wakes up for the next. */
  private readonly pump = (): void => {
    this.timer?.abort();
    this.timer = undefined;
    const nowMs = this.clock.now();
    for (let first = this.waiters[0]; first !== undefined; first = this.waiters[0]) {
      const atMs = this.nextMs(nowMs);
      if (atMs > nowMs) {
        this.wakeAt(atMs, nowMs);
        return;
      }
      this.waiters.shift();
      first(this.permit(nowMs));
    }
  };

  private wakeAt(atMs: number, nowMs: number): void {
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.timer = new AbortController();
    this.clock.sleep(atMs - nowMs, this.timer.signal).then(this.pump, () => undefined);
  }
}
