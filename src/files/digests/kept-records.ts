// The records of one root on the disk: read when they can be believed, written together with what others wrote meanwhile.
// Knows nothing of single files.
import { maxCacheBytes, readCacheFile, removeCacheFile, replaceCacheFile } from "./cache-files";
import { decodeCache, encodeCache, roomIn, type CacheContent } from "./cache-format";
import { isSetBack, laterMark, type ClockMark } from "./clock-mark";
import type { ReadPaths } from "./kept-paths";
import type { Records } from "./records";

export interface KeptOptions {
  /** Where they are kept; without one, nothing is kept beyond this process. */
  readonly file: string | undefined;
  /** The machine, the user and the root, as one word. */
  readonly place: string;
  /** By which findings are made. */
  readonly rules: string;
  readonly markClock: () => ClockMark;
  readonly readPaths: ReadPaths;
}

export interface KeptRecords {
  /** Adds what is kept to the records. Never rejects: a cache that can't be used is none. */
  load(): Promise<void>;
  /** Never rejects: what is not kept is read again. */
  write(isKept: (row: number, path: string) => boolean): Promise<void>;
  remove(): Promise<void>;
  /** Whether the records can still be believed: the clock was not set back. */
  readonly isSound: () => boolean;
}

export function keepRecords(records: Records, options: KeptOptions): KeptRecords {
  const { file: path, place, rules, markClock, readPaths } = options;
  let clock = markClock();
  let version: string | undefined;
  const load = async (): Promise<void> => {
    const file = path === undefined ? undefined : await readCacheFile(path);
    if (file === undefined || file.version === version) return;
    version = file.version;
    const content = believed(decodeCache(file.bytes, readPaths), options, markClock());
    if (content === undefined) return;
    records.add(content.data);
    clock = laterMark(content.header.clock, clock);
  };
  return {
    load,
    write: async (isKept) => {
      if (path === undefined) return;
      await load();
      clock = laterMark(clock, markClock());
      const header = { place, rules, clock };
      const data = records.pick(isKept, roomIn(maxCacheBytes));
      const pieces = encodeCache({ header, data });
      await replaceCacheFile(path, pieces).catch(() => undefined);
    },
    remove: async () => {
      clock = markClock();
      if (path !== undefined) await removeCacheFile(path);
    },
    isSound: () => !isSetBack(clock, markClock()),
  };
}

/** What was kept for this place, unless the clock was set back since; without findings of other rules. */
function believed(
  content: CacheContent | undefined,
  { place, rules }: KeptOptions,
  now: ClockMark,
): CacheContent | undefined {
  if (content === undefined || content.header.place !== place) return undefined;
  if (isSetBack(content.header.clock, now)) return undefined;
  if (content.header.rules === rules) return content;
  return { ...content, data: { ...content.data, findings: [] } };
}
