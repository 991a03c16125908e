// Paths that a list names: then nothing else is taken of what the lines choose. Pure; knows nothing of where the list is from.
import { parentOf } from "./tree";

export interface Listed {
  /** Whether the list names a path, or a folder that it is in. */
  has(path: string): boolean;
  /** Also whether something in it is named. */
  reaches(path: string): boolean;
}

/** Nothing is left out where there is no list. */
export const everything: Listed = { has: () => true, reaches: () => true };

/** `paths` are POSIX and relative to the root; `""` is all of it. Names are the same in either Unicode form. */
export function createListed(paths: Iterable<string>): Listed {
  const named = new Set<string>();
  const above = new Set<string>();
  for (const path of paths) {
    const name = path.normalize("NFC");
    named.add(name);
    for (let at = name; at !== "" && !above.has(parentOf(at)); at = parentOf(at))
      above.add(parentOf(at));
  }
  const has = (path: string): boolean => {
    if (named.has("")) return true;
    for (let at = path.normalize("NFC"); at !== ""; at = parentOf(at))
      if (named.has(at)) return true;
    return false;
  };
  return { has, reaches: (path) => above.has(path.normalize("NFC")) || has(path) };
}
