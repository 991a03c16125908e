// Which sent path each item's key stands for. A server may keep the path, put a folder before it, leave one out, make one name
// of it, or keep the name only; it may also keep no key (contract, "Items"). Pure; knows nothing of sizes or of what a difference means.
import { groupBy } from "../../group-by";

/** What one key says. */
export type KeyMatch =
  /** It is this path's, and no other item's. */
  | { readonly kind: "path"; readonly path: string }
  /** It belongs to no path. */
  | { readonly kind: "none" }
  /** There is no key, or it may be that of several paths, or of one that another item claims too. */
  | { readonly kind: "unclear"; readonly candidates: readonly string[] };

type Unclear = Extract<KeyMatch, { readonly kind: "unclear" }>;
type Keys = readonly (string | undefined)[];
type Paths = Pick<ReadonlySet<string>, "has">;
/** The path that a key stands for where all keys are made in one way. */
type Undo = (key: string) => string | undefined;

const none: KeyMatch = { kind: "none" };

/** `a/b/c.jpg` → `b/c.jpg`, `c.jpg`. */
export function tailsOf(path: string): string[] {
  const tails: string[] = [];
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    tails.push(path.slice(slash + 1));
  }
  return tails;
}

/** `a/b.jpg` → `a_b.jpg`, `a-b.jpg`: a server may keep no folders, and yet tell their files apart. */
function flattened(path: string): string[] {
  return path.includes("/") ? [path.replaceAll("/", "_"), path.replaceAll("/", "-")] : [];
}

/** Which paths end in one of the keys, from a slash on, or are that key when flattened. Of a small increment few are kept. */
function createTails(paths: ReadonlySet<string>, keys: Keys): (key: string) => readonly string[] {
  const byTail = new Map<string, string[]>();
  for (const key of keys) if (key !== undefined) byTail.set(key, []);
  const lengths = new Set([...byTail.keys()].map(({ length }) => length));
  for (const path of paths) {
    for (const tail of tailsOf(path)) byTail.get(tail)?.push(path);
    if (lengths.has(path.length)) for (const name of flattened(path)) byTail.get(name)?.push(path);
  }
  return (key) => byTail.get(key) ?? [];
}

/** For keys that equal no path: the paths that they may stand for. */
function createCandidates(
  paths: ReadonlySet<string>,
  { found, isEqual }: Matched,
  keys: Keys,
): (key: string) => readonly string[] {
  const taken = new Set(found.values());
  // A key that equals a path shows that nothing is put before it, and one with a folder that folders are kept.
  const keepsFolders = isEqual && [...taken].some((path) => path.includes("/"));
  if (keepsFolders) return () => [];
  const hasTail = createTails(paths, keys);
  if (isEqual && taken.size > 0) {
    return (key) => [...(taken.has(key) ? [key] : []), ...hasTail(key)];
  }
  return (key) =>
    [...hasTail(key), ...tailsOf(key).filter((tail) => paths.has(tail))].filter(
      (path) => !taken.has(path),
    );
}

/** The first item of each path that `undo` finds; a second one of that path is another file. */
function matchBy(undo: Undo, paths: Paths, keys: Keys): ReadonlyMap<number, string> {
  const taken = new Set<string>();
  const found = new Map<number, string>();
  keys.forEach((key, index) => {
    const path = key === undefined ? undefined : undo(key);
    if (path === undefined || !paths.has(path) || taken.has(path)) return;
    taken.add(path);
    found.set(index, path);
  });
  return found;
}

/** The folder before a path that most keys show, as `set/` in `set/a/x.jpg`. */
function commonestBefore(paths: ReadonlySet<string>, keys: Keys): string | undefined {
  const counts = new Map<string, number>();
  let commonest: string | undefined;
  for (const key of keys) {
    if (key === undefined) continue;
    for (const tail of tailsOf(key)) {
      if (!paths.has(tail)) continue;
      const before = key.slice(0, key.length - tail.length);
      const count = (counts.get(before) ?? 0) + 1;
      counts.set(before, count);
      if (count > (counts.get(commonest ?? "") ?? 0)) commonest = before;
    }
  }
  return commonest;
}

/** The folders that all paths lie in, `a/` and `a/b/`. */
function sharedFolders(paths: ReadonlySet<string>): readonly string[] {
  let shared: string | undefined;
  for (const path of paths) {
    shared ??= path.slice(0, path.lastIndexOf("/") + 1);
    while (shared !== "" && !path.startsWith(shared)) {
      shared = shared.slice(0, shared.lastIndexOf("/", shared.length - 2) + 1);
    }
    if (shared === "") return [];
  }
  const folder = shared ?? "";
  return tailsOf(folder).map((tail) => folder.slice(0, folder.length - tail.length));
}

interface Matched {
  /** By the place of the key. */
  readonly found: ReadonlyMap<number, string>;
  /** Whether keys are taken for paths as they are. */
  readonly isEqual: boolean;
}

/**
 * The one way of making keys that finds the most paths: as they are, one folder before all of them, or one left out of all
 * of them. Then a key that equals a path by chance stands for the path that it was made of. Another way than the first has
 * to explain all keys or all paths, or more than are equal.
 */
function bestMatch(
  equal: ReadonlyMap<number, string>,
  paths: ReadonlySet<string>,
  keys: Keys,
): Matched {
  const before = commonestBefore(paths, keys);
  const undoes: Undo[] = sharedFolders(paths).map((folder) => (key) => folder + key);
  if (before !== undefined)
    undoes.unshift((key) => (key.startsWith(before) ? key.slice(before.length) : undefined));
  const all = keys.filter((key) => key !== undefined).length;
  let best: Matched = { found: equal, isEqual: true };
  for (const undo of undoes) {
    const found = matchBy(undo, paths, keys);
    // Of a single path any key that ends in it would explain it.
    const isWhole = found.size === all || (found.size === paths.size && paths.size > 1);
    const explains = equal.size > 0 || isWhole;
    if (explains && found.size > best.found.size) best = { found, isEqual: false };
  }
  return best;
}

/** The same of keys that are known to be whole paths, of declared files or of others. */
export function matchWholeKeys(sent: Paths, keys: Keys): readonly KeyMatch[] {
  const found = matchBy((key) => key, sent, keys);
  return keys.map((_key, index): KeyMatch => {
    const path = found.get(index);
    return path === undefined ? none : { kind: "path", path };
  });
}

/** For each key, in its place, what it stands for. */
export function matchKeys(sent: Iterable<string>, keys: Keys): readonly KeyMatch[] {
  const paths = new Set(sent);
  const equal = matchBy((key) => key, paths, keys);
  // Most often all keys are paths, and nothing else is to be built.
  if (equal.size === keys.length)
    return [...equal.values()].map((path) => ({ kind: "path", path }));
  const matched = bestMatch(equal, paths, keys);
  const taken = new Set(matched.found.values());
  const candidatesOf = createCandidates(paths, matched, keys);
  const unfound = keys.filter((key, index) => key !== undefined && !matched.found.has(index));
  // Once for each key: many files may share a name, and many items have it.
  const byKey = new Map<string | undefined, Unclear>();
  const claims = new Map<string, number>();
  for (const [key = "", { length: count }] of groupBy(unfound, (one) => one)) {
    const candidates = candidatesOf(key);
    byKey.set(key, { kind: "unclear", candidates });
    for (const path of candidates) claims.set(path, (claims.get(path) ?? 0) + count);
  }
  return keys.map((key, index): KeyMatch => {
    const path = matched.found.get(index);
    if (path !== undefined) return { kind: "path", path };
    const unclear = byKey.get(key) ?? { kind: "unclear", candidates: [] };
    const [only, ...others] = unclear.candidates.slice(0, 2);
    if (key === undefined) return unclear;
    if (only === undefined || (others.length === 0 && taken.has(only))) return none;
    const isOnly = others.length === 0 && claims.get(only) === 1;
    return isOnly ? { kind: "path", path: only } : unclear;
  });
}
