// Whether other content was sent under a name than its dataset is to be made of, as far as the journal that runs on one
// machine share shows it: while this run sends, and long after, when another process confirms what one sent.
import { hasContent } from "../../files/manifest/compare";
import type { ManifestEntry } from "../../files/manifest/manifest";
import type { PlaceTag } from "../check/place-tag";
import { isIn, knowsOther } from "./batch";
import { readJournalChanges, type Journal, type JournalPlace } from "./journal";
import type { Change, Records } from "./journal-lines";
import type { UploadResult } from "../result";

/** Of `own` what another run has landed otherwise, or is about to replace. */
function contested(
  own: ReadonlyMap<string, ManifestEntry>,
  keptAsIs: ReadonlySet<string>,
  changes: Iterable<Change>,
): readonly string[] {
  const [others, takenBack] = [new Set<string>(), new Set<string>()];
  for (const { path, landed } of changes) {
    const entry = own.get(path);
    if (entry === undefined) continue;
    // What this run was to send it has taken back itself before, if there was something else, and has recorded it since.
    if (landed === undefined) takenBack.add(path);
    else if (landed.sha256 === entry.sha256) takenBack.delete(path);
    else others.add(path);
  }
  for (const path of takenBack) if (keptAsIs.has(path)) others.add(path);
  return [...others].sort();
}

/**
 * The paths of an upload that another run has sent with other content since this one began. Reads the journal once; where
 * it is gone or can't be read, none is named, and it was not watched.
 */
export async function findRivals(
  journal: Journal | undefined,
  { manifest, unchanged }: UploadResult,
): Promise<{ readonly paths: readonly string[]; readonly isWatched: boolean }> {
  if (journal === undefined) return { paths: [], isWatched: true };
  const changes = await journal.changes().catch(() => undefined);
  if (changes === undefined) return { paths: [], isWatched: false };
  const own = new Map<string, ManifestEntry>();
  for (const entry of manifest.entries) own.set(entry.path, entry);
  const paths = contested(own, new Set(unchanged.map(({ path }) => path)), changes);
  return { paths, isWatched: true };
}

/** What came last of each path that any run sent: its entry, or `undefined` where that was to be replaced. */
type LastSent = ReadonlyMap<string, Change["landed"]>;

/** Reads all of the destination's journal; `undefined` where there is none, or it can't be read. */
export async function readLastSent(place: JournalPlace): Promise<LastSent | undefined> {
  const changes = await readJournalChanges(place).catch(() => undefined);
  if (changes === undefined) return undefined;
  const lastSent = new Map<string, Change["landed"]>();
  for (const { path, landed } of changes) lastSent.set(path, landed);
  return lastSent;
}

type Expected = Pick<ManifestEntry, "path" | "sizeBytes"> & {
  /** Of an unpacked manifest a prefix. */
  readonly sha256?: string | undefined;
};

/** Holds what should lie under a name against what was sent last. */
export function heldAgainst(
  expected: readonly Expected[],
  lastSent: LastSent,
): { readonly others: readonly string[]; readonly unknown: readonly string[] } {
  const others: string[] = [];
  const unknown: string[] = [];
  for (const { path, sizeBytes, sha256 } of expected) {
    const last = lastSent.get(path);
    if (!lastSent.has(path) || sha256 === undefined) unknown.push(path);
    else if (!hasContent(last, { sizeBytes, sha256 })) others.push(path);
  }
  return { others, unknown };
}

interface HeldInBatch {
  /** Something else was sent to their places, or was about to be. */
  readonly others: readonly string[];
  /** Sent, or begun, in another batch since: a server that keeps one place for both may have them there. */
  readonly moved: readonly string[];
  readonly unknown: readonly string[];
}

const NOTHING: ReadonlyMap<string, ManifestEntry> = new Map();

/** Holds what should be in a batch against what is recorded of it. */
export function heldInBatch(
  batch: string | undefined,
  expected: readonly Expected[],
  records: Records,
): HeldInBatch {
  const others: string[] = [];
  const moved: string[] = [];
  const unknown: string[] = [];
  for (const { path, sizeBytes, sha256 } of expected) {
    const landed = records.landed.get(path);
    if (sha256 === undefined) unknown.push(path);
    else if (records.replaced.has(path)) others.push(path);
    else if (landed !== undefined && !hasContent(landed, { sizeBytes, sha256 })) others.push(path);
    else if (isIn(batch, { path, sizeBytes, sha256 }, { records, stored: NOTHING })) continue;
    else if (knowsOther(records, path, batch)) moved.push(path);
    else unknown.push(path);
  }
  return { others, moved, unknown };
}

/** What the store called what it keeps of them, where that was recorded. */
export function tagsOf(
  expected: readonly Expected[],
  lastSent: LastSent,
): ReadonlyMap<string, PlaceTag> {
  const tags = new Map<string, PlaceTag>();
  for (const { path, sizeBytes, sha256 } of expected) {
    const last = lastSent.get(path);
    if (last?.tag === undefined) continue;
    if (hasContent(last, { sizeBytes, sha256: sha256 ?? last.sha256 })) tags.set(path, last.tag);
  }
  return tags;
}
