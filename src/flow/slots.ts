// A few things at a time, in the order of asking. Knows nothing of what is done.

export interface Slots {
  /** Runs `work` as soon as fewer than so many others are under way. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  /** What is under way goes on. */
  readonly resize: (count: number) => void;
}

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let [size, underWay] = [count, 0];
  const fill = (): void => {
    for (; underWay < size; underWay += 1) {
      const next = waiting.shift();
      if (next === undefined) return;
      next();
    }
  };
  return {
    run: async (work) => {
      await new Promise<void>((go) => {
        waiting.push(go);
        fill();
      });
      try {
        return await work();
      } finally {
        underWay -= 1;
        fill();
      }
    },
    resize: (to) => {
      size = to;
      fill();
    },
  };
}
