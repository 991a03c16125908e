// What changed between two manifests. Pure.
import { refuse } from "../../shapes";
import { formatCount } from "../../text";
import { aManifest, type Manifest, type ManifestEntry } from "./manifest";

interface ChangedEntry {
  readonly before: ManifestEntry;
  readonly after: ManifestEntry;
}

export interface ManifestChanges {
  readonly added: readonly ManifestEntry[];
  readonly changed: readonly ChangedEntry[];
  readonly removed: readonly ManifestEntry[];
  readonly unchanged: readonly ManifestEntry[];
}

const MAX_NAMED = 20;

/** Whether both digests say the same, over as many digits as both have: an unpacked manifest keeps 20 of 64. */
export function isSameDigest(a: string, b: string): boolean {
  const digits = Math.min(a.length, b.length);
  return digits > 0 && a.slice(0, digits) === b.slice(0, digits);
}

type Content = Pick<ManifestEntry, "sizeBytes" | "sha256">;

/** Whether there is an entry, and it has this content. */
export function hasContent<T extends Content>(entry: T | undefined, content: Content): entry is T {
  return entry?.sizeBytes === content.sizeBytes && isSameDigest(entry.sha256, content.sha256);
}

/**
 * What changed, each part sorted by path. Either manifest may have been unpacked and then has short digests (see
 * `packManifest`): entries are held against each other by the digits that both have, and the sets' whole digests
 * are the backstop: when those differ and no entry does, every entry counts as changed, so no change is ever missed.
 */
export function compareManifests(before: Manifest, after: Manifest): ManifestChanges {
  refuse(aManifest("before", before), aManifest("after", after));
  const old = new Map(before.entries.map((entry) => [entry.path, entry]));
  const added: ManifestEntry[] = [];
  const changed: ChangedEntry[] = [];
  const unchanged: ManifestEntry[] = [];
  for (const entry of after.entries) {
    const was = old.get(entry.path);
    old.delete(entry.path);
    if (was === undefined) added.push(entry);
    else if (hasContent(was, entry)) unchanged.push(entry);
    else changed.push({ before: was, after: entry });
  }
  const removed = [...old.values()];
  const isSame = added.length + changed.length + removed.length === 0;
  if (isSame && before.digest !== after.digest) return allChanged(before, after);
  return { added, changed, removed, unchanged };
}

function allChanged(before: Manifest, after: Manifest): ManifestChanges {
  const old = new Map(before.entries.map((entry) => [entry.path, entry]));
  const changed = after.entries.flatMap((entry) => {
    const was = old.get(entry.path);
    return was === undefined ? [] : [{ before: was, after: entry }];
  });
  return { added: [], changed, removed: [], unchanged: [] };
}

/** Paths of one kind of change, for people. */
interface ChangeLines {
  readonly sign: string;
  readonly word: string;
  readonly paths: readonly string[];
}

/**
 * The changes for people: `+ added`, `~ changed`, `> old → new` for a file whose content moved to another path, `- removed`;
 * every file up to 20, then counts. A renamed file is sent again all the same, as the API has no copy.
 */
export function describeChanges(changes: ManifestChanges): string {
  const { added, removed, renamed } = findRenames(changes);
  return describeChangeLines([
    { sign: "+", word: "added", paths: added.map((entry) => entry.path) },
    { sign: "~", word: "changed", paths: changes.changed.map(({ after }) => after.path) },
    { sign: ">", word: "renamed", paths: renamed },
    { sign: "-", word: "removed", paths: removed.map((entry) => entry.path) },
  ]);
}

/** Every path up to 20 in all, then counts: `and 5 more` of one kind, `and 5 more added, 1 more removed` of several. */
export function describeChangeLines(groups: readonly ChangeLines[]): string {
  const lines: string[] = [];
  const rest: string[] = [];
  const isOneKind = groups.filter(({ paths }) => paths.length > 0).length === 1;
  for (const { sign, word, paths } of groups) {
    const named = paths.slice(0, MAX_NAMED - lines.length);
    lines.push(...named.map((path) => `${sign} ${path}`));
    const more = paths.length - named.length;
    if (more > 0) rest.push(`${formatCount(more)} more${isOneKind ? "" : ` ${word}`}`);
  }
  if (rest.length > 0) lines.push(`and ${rest.join(", ")}`);
  return lines.length === 0 ? "No changes." : lines.join("\n");
}

function findRenames(changes: ManifestChanges): {
  added: ManifestEntry[];
  removed: ManifestEntry[];
  renamed: string[];
} {
  // The digits that an unpacked manifest keeps. An empty file says nothing: any two are alike.
  const keyOf = (entry: ManifestEntry): string => `${entry.sizeBytes} ${entry.sha256.slice(0, 20)}`;
  const gone = new Map<string, ManifestEntry[]>();
  for (const entry of changes.removed) {
    const list = gone.get(keyOf(entry));
    if (list === undefined) gone.set(keyOf(entry), [entry]);
    else list.push(entry);
  }
  const added: ManifestEntry[] = [];
  const renamed: string[] = [];
  const used = new Set<ManifestEntry>();
  for (const entry of changes.added) {
    const was = entry.sizeBytes === 0 ? undefined : gone.get(keyOf(entry))?.shift();
    if (was === undefined) added.push(entry);
    else {
      used.add(was);
      renamed.push(`${was.path} → ${entry.path}`);
    }
  }
  return { added, removed: changes.removed.filter((entry) => !used.has(entry)), renamed };
}
