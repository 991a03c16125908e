// Keys that stand for a path in another spelling: percent-encoded, of another Unicode form or case, or with the suffix of
// what the file was converted to. Such a key shows neither that the file is there nor that it is missing. Pure.
import { tailsOf, type KeyMatch } from "./item-keys";

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

/** The paths of one name, and how many of the first ones are taken: many files may share a name, as `1/image.jpg`. */
interface Named {
  readonly paths: string[];
  taken: number;
}

/** The first that is not taken. What is once taken stays so, and each is stepped over once. */
function firstFree(named: Named, taken: ReadonlySet<string>): string | undefined {
  const { paths } = named;
  for (; named.taken < paths.length; named.taken += 1) {
    const path = paths[named.taken];
    if (path !== undefined && !taken.has(path)) return path;
  }
  return undefined;
}

/**
 * The folder that stands before the path in all of the keys, `set/` of `set/a/x.jpg`: that of a key whose path is known, or the
 * dataset's own. Empty where there is none.
 */
export function folderBefore(
  keys: readonly string[],
  matches: readonly KeyMatch[],
  datasetName: string,
): string {
  const at = matches.findIndex((match) => match.kind === "path");
  const [key = "", match] = [keys[at], matches[at]];
  const isBelow = match?.kind === "path" && key.endsWith(`/${match.path}`);
  const known = isBelow ? key.slice(0, key.length - match.path.length) : "";
  const before = match?.kind === "path" ? known : `${datasetName}/`;
  return keys.every((one) => one.startsWith(before)) ? before : "";
}

/** For each of the keys that is another spelling of one of the paths, that path; of each path once. */
export function alteredPaths(
  keys: readonly string[],
  paths: readonly string[],
  { keepsFolders }: { readonly keepsFolders: boolean },
): ReadonlyMap<string, string> {
  const [byWhole, byTail] = [new Map<string, Named>(), new Map<string, Named>()];
  const note = (names: Map<string, Named>, name: string, path: string): void => {
    const known = names.get(name);
    if (known === undefined) names.set(name, { paths: [path], taken: 0 });
    else known.paths.push(path);
  };
  const tails = (name: string): readonly string[] => (keepsFolders ? [] : tailsOf(name));
  for (const path of paths) {
    const whole = folded(path);
    note(byWhole, whole, path);
    for (const tail of tails(whole)) note(byTail, tail, path);
  }
  // Either may lack folders that the other has. Of `a/x.jpg` and `b/x.jpg` both have their own: they are two files.
  const namedBy = (key: string): readonly (Named | undefined)[] => {
    const whole = folded(key);
    const below = tails(whole).map((tail) => byWhole.get(tail));
    return [byWhole.get(whole), byTail.get(whole), ...below];
  };
  const altered = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of keys) {
    if (altered.has(key)) continue;
    for (const named of namedBy(key)) {
      const path = named && firstFree(named, taken);
      if (path === undefined) continue;
      taken.add(path);
      altered.set(key, path);
      break;
    }
  }
  return altered;
}
