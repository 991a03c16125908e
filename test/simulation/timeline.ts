// Virtual time for a whole world: when nothing is left to do, the clock jumps to the next thing that waits.
import { cancelled, type Clock } from "../../src/flow/clock";

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export interface Timeline extends Clock {
  /** Lets time pass until `work` has settled. Throws when nothing waits any more and it has not. */
  play<T>(work: Promise<T>): Promise<T>;
}

const START_MS = Date.UTC(2026, 0, 1);

export function createTimeline(): Timeline {
  let nowMs = START_MS;
  let order = 0;
  const sleepers: Sleeper[] = [];

  const add = (sleeper: Sleeper): void => {
    let index = sleepers.length;
    while (index > 0) {
      const before = sleepers[index - 1]!;
      if (
        before.atMs < sleeper.atMs ||
        (before.atMs === sleeper.atMs && before.order < sleeper.order)
      )
        break;
      index -= 1;
    }
    sleepers.splice(index, 0, sleeper);
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
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(cancelled("A wait"));
        };
        const sleeper: Sleeper = {
          atMs: nowMs + Math.max(0, ms),
          order: (order += 1),
          wake: () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        signal?.addEventListener("abort", stop, { once: true });
        add(sleeper);
      }),
    play: async (work) => {
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
      };
      work.then(settle, settle);
      for (;;) {
        // A turn of the event loop runs every promise that can run: then whoever is left, waits for time.
        await new Promise((resolve) => setImmediate(resolve));
        if (isSettled) return work;
        const next = sleepers.shift();
        if (next === undefined)
          throw new Error("Nothing waits any more, and the run has not ended.");
        nowMs = next.atMs;
        next.wake();
      }
    },
  };
}
