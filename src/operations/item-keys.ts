// Which sent path each item's key stands for. A server may keep the path, put a folder before it, or keep the name only;
// it may also keep no key (contract, "Items"). Pure; knows nothing of sizes or of what a difference means.

/** What one key says. */
export type KeyMatch =
  /** It is this path's, and no other item's. */
  | { readonly kind: "path"; readonly path: string }
  /** It is no path's. */
  | { readonly kind: "none" }
  /** There is no key, or it may be that of several paths, or of one that another item claims too. */
  | { readonly kind: "unclear"; readonly candidates: readonly string[] };

const none: KeyMatch = { kind: "none" };

/** `a/b/c.jpg` → `b/c.jpg`, `c.jpg`. */
function tailsOf(path: string): string[] {
  const tails: string[] = [];
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    tails.push(path.slice(slash + 1));
  }
  return tails;
}

/** Which paths end in a key, from a slash on. */
function createTails(paths: ReadonlySet<string>): (key: string) => readonly string[] {
  const byTail = new Map<string, string[]>();
  for (const path of paths) {
    for (const tail of tailsOf(path)) {
      const known = byTail.get(tail);
      if (known === undefined) byTail.set(tail, [path]);
      else known.push(path);
    }
  }
  return (key) => byTail.get(key) ?? [];
}

/** For keys that equal no path: the paths that they may stand for. */
function createCandidates(
  paths: ReadonlySet<string>,
  equal: ReadonlySet<string>,
): (key: string) => readonly string[] {
  // A key that equals a path shows that nothing is put before it, and one with a folder that folders are kept.
  const keepsFolders = [...equal].some((path) => path.includes("/"));
  if (keepsFolders) return () => [];
  const hasTail = createTails(paths);
  return (key) => [
    ...(equal.has(key) ? [key] : []),
    ...hasTail(key),
    ...(equal.size > 0 ? [] : tailsOf(key).filter((tail) => paths.has(tail))),
  ];
}

/** The first item of each path whose key equals it; a second one of that key is another file. */
function equalKeys(
  paths: ReadonlySet<string>,
  keys: readonly (string | undefined)[],
): ReadonlyMap<number, string> {
  const taken = new Set<string>();
  const equal = new Map<number, string>();
  keys.forEach((key, index) => {
    if (key === undefined || !paths.has(key) || taken.has(key)) return;
    taken.add(key);
    equal.set(index, key);
  });
  return equal;
}

/** For each key, in its place, what it stands for. */
export function matchKeys(
  sent: Iterable<string>,
  keys: readonly (string | undefined)[],
): readonly KeyMatch[] {
  const paths = new Set(sent);
  const equal = equalKeys(paths, keys);
  const taken = new Set(equal.values());
  // Most often all keys are paths, and nothing else is to be built.
  if (equal.size === keys.length)
    return [...equal.values()].map((path) => ({ kind: "path", path }));
  const candidatesOf = createCandidates(paths, taken);
  const candidates = keys.map((key, index) =>
    key === undefined || equal.has(index) ? [] : candidatesOf(key),
  );
  const claims = new Map<string, number>();
  for (const path of candidates.flat()) claims.set(path, (claims.get(path) ?? 0) + 1);
  return keys.map((key, index): KeyMatch => {
    const path = equal.get(index);
    if (path !== undefined) return { kind: "path", path };
    const [only, ...others] = candidates[index] ?? [];
    if (key === undefined) return { kind: "unclear", candidates: [] };
    if (only === undefined || (others.length === 0 && taken.has(only))) return none;
    const isOnly = others.length === 0 && claims.get(only) === 1;
    return isOnly
      ? { kind: "path", path: only }
      : { kind: "unclear", candidates: [only, ...others] };
  });
}
