// Asks stores about the first items of a list while the rest is listed: that waits for the rate limit, and stores have none. What
// a store has not shown by then is asked for as if it had not been asked. Of a store whose ETags are not MD5s little can be
// compared, and a list may have 100,000 items: until one has been the MD5 of a file, few are asked about.
import type { Avala } from "../../api/connection";
import { STORE_READS_AT_ONCE } from "../../api/limits";
import type { StoredObject } from "../../api/storage/stored-object";
import { readUntil } from "../../flow/disk/reading-disk";
import { createMutex } from "../../flow/mutex";
import { forMany } from "../../flow/signals";
import type { UploadFile } from "../../upload/request";
import { readMd5 } from "../../upload/send/chunks";
import { askStore } from "./ask-store";
import { matchKeys, type KeyMatch } from "./item-keys";
import type { ItemFacts } from "./key-comparison";
import { MAX_UNLIKE_BEFORE_ALIKE } from "./store-evidence";
import { beginLook } from "./store-hosts";

// In all, for what is read is read a second time for the comparison. Enough for one video.
const MAX_READ_BYTES = 256 * 1024 * 1024;

// What has another size than its file is asked about once more, to see why: of so many, which show where all of them lead.
const MAX_SIGNED = 1000;

/** By path. */
export type LocalFiles = ReadonlyMap<string, UploadFile>;

interface EarlyLooks {
  /** Asks about what has been listed, as more is to come. */
  readonly go: () => void;
  /** The list never waits for a store. */
  readonly stop: () => void;
}

/** Its path may name the item (url-paths.ts). */
function withoutSignature(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/**
 * Finds the file that an item may be; `undefined` of an item that is none, `"unknown"` where its key may be made of a path in
 * some other way.
 * @param first the first page
 */
function createFinder(
  first: readonly ItemFacts[],
  files: LocalFiles,
): (index: number, key: string | undefined) => UploadFile | "unknown" | undefined {
  const matches = matchKeys(
    files.keys(),
    first.map(({ key }) => key),
  );
  const pathOf = (match: KeyMatch): string => (match.kind === "path" ? match.path : "");
  const arePaths = matches.some((match, index) => pathOf(match) === first[index]?.key);
  return (index, key = "") => {
    const match = matches[index];
    if (match !== undefined) return files.get(pathOf(match));
    return files.get(key) ?? (arePaths ? undefined : "unknown");
  };
}

/** Whether a store has shown the MD5 of the file; reads little to see it. @throws what reading the file throws */
function createMd5Check({
  disk,
  signal,
}: Avala): (stored: StoredObject, file: UploadFile | "unknown") => Promise<boolean> {
  let leftBytes = MAX_READ_BYTES;
  return async ({ sizeBytes, md5 }, file) => {
    if (file === "unknown" || md5 === undefined) return false;
    if (sizeBytes !== file.sizeBytes || sizeBytes > leftBytes) return false;
    leftBytes -= sizeBytes;
    return (await readMd5(readUntil(disk, signal), file)) === md5;
  };
}

/**
 * @param items in which what is shown is put in the place of the URL's signature, which is long.
 * @param files that the items are held against
 */
export function beginEarlyLooks(avala: Avala, items: ItemFacts[], files: LocalFiles): EarlyLooks {
  const ending = new AbortController();
  const signals = [ending.signal, ...(avala.signal === undefined ? [] : [avala.signal])];
  const asking = { ...avala, signal: forMany(AbortSignal.any(signals)) };
  const hosts = beginLook(asking, Number.POSITIVE_INFINITY);
  // One is enough, most often the first.
  const reading = createMutex();
  const hasMd5 = createMd5Check(asking);
  let [next, underWay] = [0, 0];
  let find: ReturnType<typeof createFinder> | undefined;
  let isAlike = false;
  /** Asked about before one was alike, and not known to have no ETag that could be an MD5: these are all compared by their sizes. */
  let doubtful = 0;
  let signed = 0;
  const learn = (stored: StoredObject, file: UploadFile | "unknown"): Promise<void> =>
    reading(async () => {
      if (!isAlike && (await hasMd5(stored, file))) isAlike = true;
      go();
    });
  const look = async (index: number): Promise<void> => {
    const item = items[index];
    const file = find?.(index, item?.key);
    if (item?.url === undefined || file === undefined) return;
    const { url } = item;
    doubtful += 1;
    const stored = await askStore(asking, hosts, { url });
    if (stored === undefined) return;
    const isOtherSize = file !== "unknown" && stored.sizeBytes !== file.sizeBytes;
    if (isOtherSize) signed += 1;
    const isAskedAgain = isOtherSize && signed <= MAX_SIGNED;
    items[index] = { ...item, url: isAskedAgain ? url : withoutSignature(url), stored };
    if (stored.md5 === undefined) doubtful -= 1;
    else if (!isAlike) void learn(stored, file).catch(() => undefined); // read again, and thrown then
  };
  const mayAsk = (): boolean =>
    underWay < STORE_READS_AT_ONCE && (isAlike || doubtful < MAX_UNLIKE_BEFORE_ALIKE);
  const go = (): void => {
    find ??= createFinder(items, files);
    for (; mayAsk() && next < items.length; next += 1) {
      if (asking.signal.aborted) return;
      underWay += 1;
      void look(next)
        .catch(() => undefined) // it is asked for again, and thrown then
        .finally(() => {
          underWay -= 1;
          go();
        });
    }
  };
  return { go, stop: () => ending.abort() };
}
