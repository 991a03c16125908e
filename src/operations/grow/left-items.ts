// Items whose files are not at their paths any more, and of which no record says what they are: held against the new files by what
// their stores keep, so that a file which was only renamed is not sent again. The same MD5 shows it, and never the size alone.
import type { Avala } from "../../api/connection";
import type { StoredObject } from "../../api/storage/stored-object";
import { readUntil } from "../../flow/disk/reading-disk";
import { runPool } from "../../flow/pool";
import { groupBy } from "../../group-by";
import { readMd5 } from "../../upload/send/chunks";
import { askStore, runByHost } from "../items/ask-store";
import { tellComparing } from "../items/comparing";
import type { ItemFacts } from "../items/key-comparison";
import {
  FILE_READS_AT_ONCE,
  hostOf,
  isDifference,
  lookOn,
  mayRead,
  noteLikeness,
  type StoreHosts,
} from "../items/store-hosts";
import type { WaitMs } from "../wait";
import type { GrowingFile, GrowTarget } from "./growth";
import { isOther, planGrowth, type HeldEntry, type Increment } from "./growth-plan";
import { createPostponed } from "./postponed";

/** Where an item can be looked at, and what the look at the others has shown of its host. */
export interface Place {
  readonly item: ItemFacts;
  readonly hosts: StoreHosts;
}

type Places = ReadonlyMap<HeldEntry, Place>;

type BySize = ReadonlyMap<number, readonly GrowingFile[]>;

interface LeftEntry {
  readonly entry: HeldEntry;
  readonly datasetUid: string;
}

interface Left {
  readonly items: readonly LeftEntry[];
  /** Those that would be sent. Two empty files are alike without being the same. */
  readonly newFiles: BySize;
}

/** Whether the item may be one of the new files, by all that is known of its size. */
function isPossible({ sizeBytes, stored }: HeldEntry, newFiles: BySize): boolean {
  const size = stored?.sizeBytes ?? sizeBytes;
  return newFiles.size > 0 && (size === undefined || newFiles.has(size));
}

/** Items of unknown content that stand for no file at their paths, and may be new files. Pure. */
export function findLeft(target: GrowTarget, increments: readonly Increment[]): Left {
  const isUnknown = ({ sha256 }: HeldEntry): boolean => sha256 === undefined;
  if (!increments.some(({ entries }) => entries.some(isUnknown)))
    return { items: [], newFiles: new Map() };
  const { files, postponed = [] } = target;
  const { toSend } = planGrowth(files, increments, postponed);
  const isNew = new Set(toSend.map(({ path }) => path));
  const fresh = files.filter(({ path, sizeBytes }) => sizeBytes > 0 && isNew.has(path));
  const newFiles = groupBy(fresh, ({ sizeBytes }) => sizeBytes);
  const declared = new Map(files.map((file) => [file.path, file]));
  const isPostponed = createPostponed(postponed);
  const isLeft = (entry: HeldEntry): boolean => {
    const file = declared.get(entry.path);
    return file === undefined ? !isPostponed(entry.path) : isOther(entry, file);
  };
  const items = increments.flatMap(({ dataset, entries }) =>
    entries
      .filter((one) => isUnknown(one) && isPossible(one, newFiles) && isLeft(one))
      .map((entry) => ({ entry, datasetUid: dataset.uid })),
  );
  return { items, newFiles };
}

type Shown = Partial<Pick<StoredObject, "sizeBytes" | "md5">>;

interface Asking {
  readonly places: Places;
  readonly waitMs: () => WaitMs;
}

/** What stores say of the items; of those that were asked about before, what was kept of it. */
async function askStores(
  avala: Avala,
  { name }: GrowTarget,
  items: readonly LeftEntry[],
  { places, waitMs }: Asking,
): Promise<ReadonlyMap<HeldEntry, Shown>> {
  const shown = new Map<HeldEntry, Shown>();
  const telling = tellComparing(avala, `${name.before}{increment}`, items.length);
  const urlOf = (entry: HeldEntry): string | undefined => places.get(entry)?.item.url;
  const askAll = async (hosts: StoreHosts, entries: readonly HeldEntry[]): Promise<void> =>
    runByHost(avala, hosts, { items: entries, urlOf }, async (entry) => {
      const { url, stored } = places.get(entry)?.item ?? {};
      const asked = url && { url, stored };
      const found = asked && (await askStore(avala, hosts, asked));
      telling.next();
      if (found) shown.set(entry, { sizeBytes: found.sizeBytes, md5: found.md5 });
    });
  const entriesLeft = items.map(({ entry }) => entry);
  // By the look that they were seen in; none of those that were asked about by an earlier run.
  const byLook = groupBy(entriesLeft, (entry) => places.get(entry)?.hosts);
  try {
    for (const [hosts, entries] of byLook) {
      if (hosts !== undefined) await lookOn(avala, hosts, waitMs(), () => askAll(hosts, entries));
      else for (const entry of entries) if (entry.stored) shown.set(entry, entry.stored);
    }
  } finally {
    telling.end();
  }
  return shown;
}

/** A file is only read where an item that may be it has its size and an MD5. */
async function readMd5s(
  avala: Avala,
  { items, newFiles }: Left,
  shown: ReadonlyMap<HeldEntry, Shown>,
  places: Places,
): Promise<ReadonlyMap<GrowingFile, string>> {
  const wanted = new Set<GrowingFile>();
  for (const { entry } of items) {
    const { sizeBytes = 0, md5 } = shown.get(entry) ?? {};
    const place = places.get(entry);
    // Of a store whose ETags are not MD5s each file would be read for nothing.
    const isMd5 = place === undefined || mayRead(hostOf(place.hosts, place.item.url));
    if (md5 === undefined || !isMd5) continue;
    for (const file of newFiles.get(sizeBytes) ?? [])
      if (file.sha256 !== entry.notSha256) wanted.add(file);
  }
  const md5s = new Map<GrowingFile, string>();
  const pool = { concurrency: FILE_READS_AT_ONCE, signal: avala.signal };
  await runPool(wanted, pool, async (file) => {
    const md5 = await readMd5(readUntil(avala.disk, avala.signal), file);
    if (md5 !== undefined) md5s.set(file, md5);
  });
  return md5s;
}

/** What counts of what a host shows of an item that is none of the new files. */
function counting(
  { sizeBytes, md5 }: Partial<Shown> = {},
  { hosts, item }: Place,
): HeldEntry["stored"] {
  const host = hostOf(hosts, item.url);
  return {
    ...(sizeBytes !== undefined && isDifference(host, "wrong-size") && { sizeBytes }),
    ...(md5 !== undefined && isDifference(host, "other") && { md5 }),
  };
}

/**
 * What is known of items that are left once they were held against the new files: of some that they are those, of the others
 * what their stores show. Costs no API call; where no file is new, nothing at all.
 * @throws AvalaError `file_changed`, `cancelled`
 */
export async function compareLeft(
  avala: Avala,
  target: GrowTarget,
  increments: readonly Increment[],
  asking: Asking,
): Promise<ReadonlyMap<HeldEntry, HeldEntry>> {
  const { places } = asking;
  const left = findLeft(target, increments);
  const { items, newFiles } = left;
  const compared = new Map<HeldEntry, HeldEntry>();
  if (items.length === 0) return compared;
  const shown = await askStores(avala, target, items, asking);
  const md5s = await readMd5s(avala, left, shown, places);
  for (const { entry } of items) {
    const { sizeBytes = 0, md5 } = shown.get(entry) ?? {};
    if (md5 === undefined) continue;
    const file = newFiles.get(sizeBytes)?.find((one) => md5s.get(one) === md5);
    if (file === undefined) continue;
    const place = places.get(entry);
    if (place !== undefined)
      noteLikeness(hostOf(place.hosts, place.item.url), "same", { isTagged: false });
    compared.set(entry, { path: entry.path, sizeBytes, sha256: file.sha256 });
  }
  // What hosts show to be another file counts once they have shown one to be the same.
  for (const { entry } of items) {
    const place = places.get(entry);
    if (compared.has(entry) || place === undefined) continue;
    compared.set(entry, { ...entry, stored: counting(shown.get(entry), place) });
  }
  return compared;
}
