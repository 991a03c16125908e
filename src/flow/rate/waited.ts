// How long anyone waited: of several at once each moment counts once.

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
