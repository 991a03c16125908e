// What is known and said of waits: how long anyone waited, of which each moment counts once, and until when one does.
import { repeatEvery } from "../clock";

/** Called each five seconds of a wait, with when it is likely to end: `Infinity` while that is not known. */
export type OnWait = (untilMs: number) => void;

const SAY_EVERY_MS = 5000;

export function sayWhile<T>(
  wait: Promise<T>,
  onWait: OnWait | undefined,
  untilMs: () => number,
): Promise<T> {
  if (onWait === undefined) return wait;
  return wait.finally(repeatEvery(SAY_EVERY_MS, () => onWait(untilMs())));
}

interface Waited {
  /** Counts it until it is settled, however that is. */
  readonly count: (wait: Promise<unknown>) => void;
  /** Until now. */
  readonly ms: () => number;
}

export function createWaited(now: () => number): Waited {
  let beforeMs = 0;
  let sinceMs = 0;
  let waiting = 0;
  const ms = (): number => beforeMs + (waiting === 0 ? 0 : now() - sinceMs);
  const end = (): void => {
    beforeMs = waiting === 1 ? ms() : beforeMs;
    waiting -= 1;
  };
  return {
    ms,
    count: (wait) => {
      if (waiting === 0) sinceMs = now();
      waiting += 1;
      void wait.then(end, end);
    },
  };
}
