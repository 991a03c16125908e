// What the increments hold that were looked at now. Judged once all stores were asked: what one of them shows to differ counts
// only if others of its items agree. Asks for nothing.
import { kindOf, leadsToFiles } from "../items/store-evidence";
import type { GrowingFile, GrowTarget } from "./growth";
import type { HeldEntry, StoredContent } from "./growth-plan";
import { pathOf } from "./item-homes";
import type { Knowledge, Place } from "./knowledge";
import { isMd5Shown, isUnknown, sizeOf } from "./left-items";
import type { SameContent } from "./same-content";
import { isUnclear } from "./unclear-items";

/** `undefined` where the store has not answered: then it is asked again. */
function storedOf({ entry, item, evidence }: Place): StoredContent | undefined {
  if (item.stored === undefined) return undefined;
  const { sizeBytes, md5 } = item.stored;
  if (evidence === undefined || !leadsToFiles(kindOf(evidence, pathOf(entry), item.stored)))
    return { sizeBytes, md5, doubtful: "all" };
  const isMd5 = md5 === undefined || evidence.same > 0;
  return isMd5 ? { sizeBytes, md5 } : { sizeBytes, md5, doubtful: "md5" };
}

type ByPath = ReadonlyMap<string, GrowingFile>;

function createSizes(files: ByPath): (candidates: readonly string[]) => ReadonlySet<number> {
  const known = new Map<readonly string[], ReadonlySet<number>>();
  return (candidates) => {
    const sizes =
      known.get(candidates) ??
      new Set(candidates.flatMap((path) => files.get(path)?.sizeBytes ?? []));
    known.set(candidates, sizes);
    return sizes;
  };
}

/** An item that is shown to be none of its candidates is not unclear any more: its file is gone. */
function createNarrowing(
  files: ByPath,
  same: SameContent | undefined,
): (entry: HeldEntry) => HeldEntry {
  const sizesOf = createSizes(files);
  return (entry) => {
    const { path, candidates = [], stored } = entry;
    const sizeBytes = sizeOf(entry);
    if (sizeBytes === undefined) return entry;
    const isShown = isMd5Shown(entry);
    const areRead = same !== undefined && !same.unread.has(sizeBytes);
    if ((isShown && areRead) || !sizesOf(candidates).has(sizeBytes))
      return { path, sizeBytes, stored, notSha256: files.get(path)?.sha256 };
    return { ...entry, sizeBytes };
  };
}

/**
 * An item that is not known by its MD5 has not the content of the file at its path, if that was held against all MD5s: a
 * comparison by paths may have ended before it came to the file.
 */
function besideRead(
  entry: HeldEntry,
  file: GrowingFile | undefined,
  same: SameContent | undefined,
): HeldEntry {
  if (file === undefined || same?.compared.has(file) !== true) return entry;
  const isOther = isMd5Shown(entry) && sizeOf(entry) !== undefined;
  return isOther ? { ...entry, notSha256: file.sha256 } : entry;
}

/** @param same what was found to be the same, if that was looked for */
export function judgeLooks(
  target: GrowTarget,
  { entries, fresh, looks, places, settled }: Knowledge,
  same: SameContent | undefined,
): void {
  const files = new Map(target.files.map((file) => [file.path, file]));
  const narrowed = createNarrowing(files, same);
  for (const [uid, look] of looks) {
    const before = entries.get(uid) ?? [];
    const looked = look().map(({ entry }, index): HeldEntry => {
      const one = before[index];
      if (one !== undefined && settled.has(one)) return one;
      const place = one && places.get(one);
      if (place === undefined || !isUnknown(entry)) return entry;
      const shown = { ...entry, stored: storedOf(place) };
      return isUnclear(entry) ? narrowed(shown) : besideRead(shown, files.get(pathOf(entry)), same);
    });
    // What its list lacks stands behind what was looked at.
    const judged = [...looked, ...before.slice(looked.length)];
    entries.set(uid, judged);
    // It is looked at in each run until it is known what they are.
    if (judged.some(isUnclear)) fresh.delete(uid);
  }
}
