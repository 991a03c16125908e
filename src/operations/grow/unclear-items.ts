// Items whose keys may be those of several files, as bare names of files in folders, and of which nothing else shows which file
// each is. Such an item may have been annotated: no file that it may be is sent again, and it is never called superseded. Pure.
import type { ManifestEntry } from "../../files/manifest/manifest";
import type { PostponedItem } from "./postponed";

interface Unclear {
  readonly path: string;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly candidates?: readonly string[] | undefined;
}

interface UnclearItem {
  readonly entry: Unclear;
  readonly datasetUid: string;
}

/** Those of one key and size. */
interface Alike {
  readonly items: UnclearItem[];
  /** How many of them stand for a file by now: each for one. */
  standing: number;
}

/** By size: `undefined` where that is not known. */
type OfKey = Map<number | undefined, Alike>;

export interface UnclearItems {
  /** The dataset of an item that may be the file. */
  readonly holding: (file: Pick<ManifestEntry, "path" | "sizeBytes">) => string | undefined;
  /** Those that are left when no file may be one of them any more: of these nothing is decided. */
  readonly others: () => readonly PostponedItem[];
}

export function isUnclear({ candidates, sha256 }: Unclear): boolean {
  return candidates !== undefined && sha256 === undefined;
}

/** By their candidates: items of one key have one list of them, which may be long. */
function groupUnclear(items: readonly UnclearItem[]): ReadonlyMap<readonly string[], OfKey> {
  const groups = new Map<readonly string[], OfKey>();
  for (const item of items) {
    const { candidates = [], sizeBytes } = item.entry;
    const ofKey: OfKey = groups.get(candidates) ?? new Map<number | undefined, Alike>();
    groups.set(candidates, ofKey);
    const alike = ofKey.get(sizeBytes);
    if (alike === undefined) ofKey.set(sizeBytes, { items: [item], standing: 0 });
    else alike.items.push(item);
  }
  return groups;
}

/** Of a set of many increments a path may be a candidate in each: lists that grow in place. */
function groupByCandidate(
  groups: ReadonlyMap<readonly string[], OfKey>,
): ReadonlyMap<string, readonly OfKey[]> {
  const byPath = new Map<string, OfKey[]>();
  for (const [candidates, ofKey] of groups)
    for (const path of candidates) {
      const ofKeys = byPath.get(path);
      if (ofKeys === undefined) byPath.set(path, [ofKey]);
      else ofKeys.push(ofKey);
    }
  return byPath;
}

export function createUnclearItems(items: readonly UnclearItem[]): UnclearItems {
  const groups = groupUnclear(items);
  const byPath = groupByCandidate(groups);
  return {
    holding: ({ path, sizeBytes }) => {
      let first: string | undefined;
      for (const ofKey of byPath.get(path) ?? [])
        for (const alike of [ofKey.get(sizeBytes), ofKey.get(undefined)]) {
          if (alike === undefined) continue;
          const free = alike.items[alike.standing];
          if (free !== undefined) {
            alike.standing += 1;
            return free.datasetUid;
          }
          first ??= alike.items[0]?.datasetUid;
        }
      return first;
    },
    others: () =>
      [...groups.values()].flatMap((ofKey) =>
        [...ofKey.values()].flatMap(({ items: alike, standing }) =>
          alike.slice(standing).map(({ entry: { path }, datasetUid }) => ({ path, datasetUid })),
        ),
      ),
  };
}
