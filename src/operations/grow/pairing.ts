// Items whose keys may be those of several files, and files that have their contents: which stands for which. Pure.
import type { GrowingFile } from "./growth";
import type { HeldEntry } from "./growth-plan";

/**
 * At which path an item is, once it is known of which files it has the content: of unclear ones at one of its candidates, as
 * long as no other of them is there. One that was renamed as well is where its key says; a second one of that key, which no
 * path tells apart, where its file is now.
 */
export function createPairing(): (
  entry: HeldEntry,
  datasetUid: string,
  files: readonly GrowingFile[],
) => string {
  const taken = new Set<string>();
  const take = (key: string): boolean => !taken.has(key) && taken.add(key) !== undefined;
  const free = new Map<readonly string[], Map<readonly GrowingFile[], string[]>>();
  const sets = new Map<readonly string[], ReadonlySet<string>>();
  const nextOf = (candidates: readonly string[], files: readonly GrowingFile[]): string[] => {
    const byFiles = free.get(candidates) ?? new Map<readonly GrowingFile[], string[]>();
    free.set(candidates, byFiles);
    const known = byFiles.get(files);
    if (known !== undefined) return known;
    const isCandidate = sets.get(candidates) ?? new Set(candidates);
    sets.set(candidates, isCandidate);
    const paths = files.flatMap(({ path }) => (isCandidate.has(path) ? path : [])).reverse();
    byFiles.set(files, paths);
    return paths;
  };
  return (entry, datasetUid, files) => {
    const { path, candidates } = entry;
    if (candidates === undefined) return path;
    const paths = nextOf(candidates, files);
    const [last] = paths;
    for (let next = paths.pop(); next !== undefined; next = paths.pop())
      if (take(`at ${next}`)) return next;
    if (last !== undefined) return last;
    return take(`${datasetUid} ${path}`) ? path : (files[0]?.path ?? path);
  };
}
