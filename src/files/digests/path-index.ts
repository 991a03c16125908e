// Which row a path has. Knows nothing of rows.

export interface PathIndex {
  paths(): readonly string[];
  readonly find: (path: string) => number | undefined;
  /** The row of the first, when each other one has the row after the one before it. */
  readonly findRun: (paths: readonly string[]) => number | undefined;
  append(path: string): number;
  /** Has these, and no others. */
  take(sorted: readonly string[]): void;
}

/**
 * Paths by row. Those that were taken are sorted and need nothing else: a set is looked at in the same order, so that each is
 * found right after the one before, or by halves. A table of all of them takes longer to make than the whole look.
 */
export function createPathIndex(): PathIndex {
  let paths: readonly string[] = [];
  // Only what is appended to is a list of this index's own.
  let own: string[] | undefined;
  let sorted = 0;
  let next = 0;
  const appended = new Map<string, number>();
  const search = (path: string): number | undefined => {
    let [low, high] = [0, sorted];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((paths[middle] ?? "") < path) low = middle + 1;
      else high = middle;
    }
    return low < sorted && paths[low] === path ? low : undefined;
  };
  const find = (path: string): number | undefined => {
    const row = paths[next] === path ? next : (appended.get(path) ?? search(path));
    if (row !== undefined) next = row + 1;
    return row;
  };
  return {
    paths: () => paths,
    find,
    findRun: (run) => {
      const [start] = run;
      const first = start === undefined ? undefined : find(start);
      if (first === undefined) return undefined;
      for (let n = 1; n < run.length; n++) if (run[n] !== paths[first + n]) return undefined;
      next = first + run.length;
      return first;
    },
    append: (path) => {
      own ??= [...paths];
      paths = own;
      appended.set(path, own.length);
      return own.push(path) - 1;
    },
    take: (taken) => {
      paths = taken;
      own = undefined;
      sorted = paths.length;
      next = 0;
      appended.clear();
    },
  };
}
