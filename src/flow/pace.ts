// Permits from the rate-limit headers: spends the whole budget and never draws a 429.
// Knows nothing of what is sent, how many things are done at once, or of tries.
import type { RateLimit } from "../errors";
import type { Clock } from "./clock";

export type { RateLimit };

/** Leave to send one request. */
export interface Permit {
  /** Must be called once when the request has ended, with what its reply said of the limit. */
  done(headers?: RateLimit): void;
}

export interface Pace {
  /** Resolves when a request may be sent; in the order of the calls. @throws AvalaError `cancelled` when `signal` aborts */
  acquire(signal?: AbortSignal): Promise<Permit>;
  /** What a reply said that had no permit. */
  learn(headers: RateLimit | undefined): void;
  /** Nothing is sent before `untilMs`: the server has throttled us and told for how long. */
  hold(untilMs: number): void;
  /** What is known of the budget now. `undefined` while no reply carried the headers. */
  snapshot(): RateLimit | undefined;
}

export interface PaceOptions {
  readonly clock: Clock;
  /** The contract's "burst of 20 a second". @default 20 */
  readonly burstPerSecond?: number | undefined;
}

export function createPace(_options: PaceOptions): Pace {
  throw new Error("coming");
}
