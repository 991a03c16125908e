// Which row a path has. Knows nothing of rows.

/** So many paths of a list, one after the other. */
export interface PathRun {
  readonly list: readonly string[];
  readonly start: number;
  readonly count: number;
}

export interface PathIndex {
  paths(): readonly string[];
  readonly find: (path: string) => number | undefined;
  /** The row of the first, when each other one has the row after the one before it. */
  readonly findRun: (run: PathRun) => number | undefined;
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
    findRun: ({ list, start, count }) => {
      // The list itself need not be compared, as when what lines chose is what is known.
      const first = list === paths && count > 0 ? start : find(list[start] ?? "");
      if (first === undefined) return undefined;
      if (list !== paths)
        for (let n = 1; n < count; n++) if (list[start + n] !== paths[first + n]) return undefined;
      next = first + count;
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
