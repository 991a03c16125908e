// Keys that stand for a path in another spelling: percent-encoded, of another Unicode form or case, or with the suffix of
// what the file was converted to. Such a key shows neither that the file is there nor that it is missing. Pure.
import { tailsOf } from "./item-keys";

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // a percent sign of a name
  }
}

/** `A/My%20Photo.JPG` → `a/my photo`. */
function folded(key: string): string {
  const name = decoded(key).normalize("NFC").toLowerCase();
  return name.replace(/\.gz$/, "").replace(/\.[^./]+$/, "");
}

/** For each of the keys that is another spelling of one of the paths, that path; of each path once. */
export function alteredPaths(
  keys: readonly string[],
  paths: readonly string[],
  { keepsFolders }: { readonly keepsFolders: boolean },
): ReadonlyMap<string, string> {
  const byName = new Map<string, string[]>();
  const spellings = (name: string): readonly string[] =>
    keepsFolders ? [name] : [name, ...tailsOf(name)];
  for (const path of paths) {
    for (const name of spellings(folded(path)))
      byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  const altered = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of keys) {
    const found = spellings(folded(key)).flatMap((name) => byName.get(name) ?? []);
    const path = found.find((one) => !taken.has(one));
    if (path === undefined || altered.has(key)) continue;
    taken.add(path);
    altered.set(key, path);
  }
  return altered;
}
