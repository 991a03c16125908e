// The map that the engine prints entry by entry when a file set changes: files while there are few, folders above that.
// Bounded, since it is in the state. Pure.
import { digestOf, type Manifest, type ManifestEntry } from "../../../src/files/manifest/manifest";
import { shortDigest } from "../../../src/files/manifest/dataset-name";

interface FolderContents {
  readonly files: number;
  readonly bytes: number;
  readonly digest: string;
}

/** path → short digest, or folder → what is in it. */
export type Contents = Readonly<Record<string, string | FolderContents>>;

const MAX_FILES = 300;
const MAX_FOLDERS = 200;
const MAX_DEPTH = 6;
/** Everything of one map that would be too long. A name that no path of a dataset has. */
const REST = "/";

/** Its first folders, at most `depth` of them. */
function folderOf(path: string, depth: number): string {
  let end = path.indexOf("/");
  for (let level = 1; level < depth && end !== -1; level++) {
    const next = path.indexOf("/", end + 1);
    if (next === -1) break;
    end = next;
  }
  return end === -1 ? "." : path.slice(0, end);
}

/** `undefined` when there are too many. */
function groupBy(
  entries: readonly ManifestEntry[],
  depth: number,
): ReadonlyMap<string, ManifestEntry[]> | undefined {
  const groups = new Map<string, ManifestEntry[]>();
  for (const entry of entries) {
    const folder = folderOf(entry.path, depth);
    const group = groups.get(folder);
    if (group !== undefined) group.push(entry);
    else if (groups.size === MAX_FOLDERS) return undefined;
    else groups.set(folder, [entry]);
  }
  return groups;
}

/** The deepest cut into folders that is not too long. */
function cut(entries: readonly ManifestEntry[]): ReadonlyMap<string, readonly ManifestEntry[]> {
  for (let depth = MAX_DEPTH; depth > 0; depth -= 1) {
    const groups = groupBy(entries, depth);
    if (groups !== undefined) return groups;
  }
  return new Map([[REST, entries]]);
}

function describe(entries: readonly ManifestEntry[]): FolderContents {
  const bytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { files: entries.length, bytes, digest: shortDigest(digestOf(entries)) };
}

export function contentsOf({ entries }: Manifest): Contents {
  if (entries.length <= MAX_FILES) {
    return Object.fromEntries(entries.map(({ path, sha256 }) => [path, shortDigest(sha256)]));
  }
  return Object.fromEntries([...cut(entries)].map(([folder, group]) => [folder, describe(group)]));
}
