// Items of which no record says what they are, and the declared files that no item is known to hold: any of these may be any of
// those, as after files were renamed, numbered anew or swapped.
import type { Avala } from "../../api/connection";
import { groupBy } from "../../group-by";
import { askStore, runByHost } from "../items/ask-store";
import { tellComparing } from "../items/comparing";
import { hostOf, lookOn } from "../items/store-hosts";
import type { WaitMs } from "../wait";
import type { GrowingFile, GrowTarget } from "./growth";
import { planGrowth, type HeldEntry, type Increment } from "./growth-plan";
import type { Knowledge } from "./knowledge";
import { nameOfSet } from "./increment-name";

type BySize = ReadonlyMap<number, readonly GrowingFile[]>;

interface LeftEntry {
  readonly entry: HeldEntry;
  readonly datasetUid: string;
}

export interface Left {
  /** In the order of their increments. */
  readonly items: readonly LeftEntry[];
  /** By size. Without empty ones: two of them are alike without being the same. */
  readonly files: BySize;
}

export const isUnknown = ({ sha256 }: HeldEntry): boolean => sha256 === undefined;

/** Whether storage shows its MD5, and others vouch that it is one. */
export const isMd5Shown = ({ stored }: HeldEntry): boolean =>
  stored?.md5 !== undefined && stored.doubtful === undefined;

/** As far as it is known: one that may be a preview's is not. */
export function sizeOf({ sizeBytes, stored }: HeldEntry): number | undefined {
  return sizeBytes ?? (stored?.doubtful === "all" ? undefined : stored?.sizeBytes);
}

export function filesBySize(files: readonly GrowingFile[]): BySize {
  return groupBy(
    files.filter(({ sizeBytes }) => sizeBytes > 0),
    ({ sizeBytes }) => sizeBytes,
  );
}

/** Whether the item may be one of the files, by all that is known of its size. */
export function isPossible(entry: HeldEntry, files: BySize): boolean {
  const size = sizeOf(entry);
  return files.size > 0 && (size === undefined || files.has(size));
}

/** Pure. */
export function findLeft(target: GrowTarget, increments: readonly Increment[]): Left {
  const unknown = increments.flatMap(({ dataset, entries }) =>
    entries.filter(isUnknown).map((entry) => ({ entry, datasetUid: dataset.uid })),
  );
  if (unknown.length === 0) return { items: [], files: new Map() };
  const { postponed = [] } = target;
  const { toSend, unverified } = planGrowth(target.files, increments, postponed);
  const paths = new Set([...toSend, ...unverified].map(({ path }) => path));
  // Also where a file is held: the item may be another one of it.
  for (const candidates of new Set(unknown.map(({ entry }) => entry.candidates)))
    for (const path of candidates ?? []) paths.add(path);
  const files = filesBySize(target.files.filter(({ path }) => paths.has(path)));
  const items = unknown.filter(({ entry }) => isPossible(entry, files));
  return { items, files };
}

/** Asks the stores of items that were not asked about in this run, as far as these may be asked. */
export async function askAboutLeft(
  avala: Avala,
  { name }: GrowTarget,
  { items }: Left,
  { places, hosts }: Knowledge,
  waitMs: () => WaitMs,
): Promise<void> {
  const asked = items.flatMap(({ entry }) => {
    const place = places.get(entry);
    const { url, stored } = place?.item ?? {};
    if (place === undefined || place.isAsked === true || stored !== undefined) return [];
    const mayAsk = url !== undefined && hostOf(hosts, url).refusal === undefined;
    return mayAsk ? [{ entry, place, url }] : [];
  });
  if (asked.length === 0) return;
  const telling = tellComparing(avala, nameOfSet(name), asked.length);
  const byUrl = { items: asked, urlOf: ({ url }: { readonly url: string }) => url };
  const ask = (): Promise<void> =>
    runByHost(avala, hosts, byUrl, async ({ entry, place, url }) => {
      const stored = await askStore(avala, hosts, { url });
      telling.next();
      places.set(entry, { ...place, item: { ...place.item, stored }, isAsked: true });
    });
  await lookOn(avala, hosts, waitMs(), ask).finally(telling.end);
}
