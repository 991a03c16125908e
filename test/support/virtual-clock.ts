// Time that stands still until it is moved: whole minutes of waiting play in milliseconds.
import { setImmediate } from "node:timers/promises";
import { cancelled, type Clock, type Random } from "../../src/flow/clock";

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export interface VirtualClock extends Clock {
  /** Sleepers that are waiting. */
  readonly waiting: number;
  /** Moves time on by `ms`, waking everybody on the way, in the order of their times. */
  advance(ms: number): Promise<void>;
  /** Moves time on, from sleeper to sleeper, until `work` has ended. */
  run<T>(work: Promise<T>): Promise<T>;
}

/** Lets everything that waits for nothing but promises go on. */
export async function settle(): Promise<void> {
  await setImmediate();
}

export function virtualClock(startMs = Date.UTC(2026, 10, 24, 12)): VirtualClock {
  const sleepers = new Set<Sleeper>();
  let nowMs = startMs;
  let order = 0;
  let onSleep = (): void => undefined;

  const next = (): Sleeper | undefined => {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (first === undefined || sleeper.atMs < first.atMs) first = sleeper;
      else if (sleeper.atMs === first.atMs && sleeper.order < first.order) first = sleeper;
    }
    return first;
  };
  const wake = async (sleeper: Sleeper): Promise<void> => {
    nowMs = Math.max(nowMs, sleeper.atMs);
    sleepers.delete(sleeper);
    sleeper.wake();
    await settle();
  };
  const advance = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    await settle();
    for (let first = next(); first !== undefined && first.atMs <= untilMs; first = next()) {
      await wake(first);
    }
    nowMs = untilMs;
    await settle();
  };
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(cancelled("A wait"));
          return;
        }
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(cancelled("A wait"));
        };
        const sleeper: Sleeper = {
          atMs: nowMs + Math.max(0, ms),
          order: order++,
          wake: () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        sleepers.add(sleeper);
        onSleep();
        signal?.addEventListener("abort", stop, { once: true });
      }),
    get waiting() {
      return sleepers.size;
    },
    advance,
    run: async (work) => {
      let hasEnded = false;
      const end = (): void => {
        hasEnded = true;
      };
      const ended = work.then(end, end);
      await settle();
      while (!hasEnded) {
        const sleeper = next();
        if (sleeper !== undefined) {
          await wake(sleeper);
          continue;
        }
        // What it waits for takes real time, as a reply over a socket does.
        await Promise.race([ended, new Promise<void>((resolve) => (onSleep = resolve))]);
        await settle();
      }
      return work;
    },
  };
}

/** Chance from a seed: the same numbers each time (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join("");
  return {
    next,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  };
}

/** Always the same number: `0` is no jitter, just under `1` the most. */
export function fixedRandom(value: number): Random {
  return { next: () => value, uuid: () => "00000000-0000-4000-8000-000000000000" };
}

/** For tests over real sockets: a wait takes no time, and time has moved on by it. */
export function skippingClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  let skippedMs = 0;
  return {
    now: () => Date.now() + skippedMs,
    sleep: async (ms, signal) => {
      const requireGoing = (): void => {
        if (signal?.aborted === true) throw cancelled("A wait");
      };
      requireGoing();
      waits.push(ms);
      const untilMs = Date.now() + skippedMs + ms;
      await settle();
      skippedMs = Math.max(skippedMs, untilMs - Date.now());
      requireGoing();
    },
    waits,
  };
}
