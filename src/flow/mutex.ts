// One thing at a time, in the order of asking. Knows nothing of what is done.

/** Runs `work` when everything that was asked for before has ended, well or not. */
export type Mutex = <T>(work: () => Promise<T>) => Promise<T>;

export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
