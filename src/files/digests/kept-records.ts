// The records of one root on the disk: read when they can be believed, written together with what others wrote meanwhile.
// Knows nothing of single files.
import { systemRandom } from "../../flow/clock";
import { createMutex } from "../../flow/mutex";
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

type IsKept = (row: number, path: string) => boolean;

export interface KeptRecords {
  /** Adds what is kept to the records. Never rejects: a cache that can't be used is none. */
  load(): Promise<void>;
  /** Never rejects: what is not kept is read again. */
  write(isKept: IsKept): Promise<void>;
  /** Also from the records. */
  remove(): Promise<void>;
  /** Whether the records can still be believed: the clock was not set back. */
  readonly isSound: () => boolean;
}

/** Another process may write while this one does: then what it wrote has to be read first. */
const maxTries = 3;

export function keepRecords(records: Records, options: KeptOptions): KeptRecords {
  const { file: path, place, rules, markClock, readPaths } = options;
  const inOrder = createMutex();
  let clock = markClock();
  // All that the records have of the disk is of this file.
  let version: string | undefined;
  let origin: string | undefined;
  const load = async (): Promise<void> => {
    const file = path === undefined ? undefined : await readCacheFile(path);
    if (file?.version === version) return;
    version = file?.version;
    const content = file && believed(decodeCache(file.bytes, readPaths), options, markClock());
    // The one that was read is gone, maybe since it was found to be wrong; one that was begun anew does not bring it back.
    if (content?.origin !== origin) records.forgetDisk();
    origin = content?.origin;
    if (content === undefined) return;
    records.add(content.data);
    clock = laterMark(content.header.clock, clock);
  };
  const tryToWrite = async (to: string, isKept: IsKept): Promise<boolean> => {
    await load();
    clock = laterMark(clock, markClock());
    origin ??= systemRandom.uuid();
    const data = records.pick(isKept, roomIn(maxCacheBytes));
    const pieces = encodeCache({ header: { place, rules, clock }, origin, data });
    const written = await replaceCacheFile(to, pieces, (now) => now === version);
    if (written === undefined) return false;
    version = written;
    data.noteWritten();
    return true;
  };
  const write = async (isKept: IsKept): Promise<void> => {
    if (path === undefined) return;
    for (let n = 0; n < maxTries; n++) if (await tryToWrite(path, isKept)) return;
  };
  return {
    load,
    write: (isKept) => inOrder(() => write(isKept)).catch(() => undefined),
    remove: () =>
      inOrder(async () => {
        records.forgetDisk();
        [version, origin] = [undefined, undefined];
        clock = markClock();
        if (path !== undefined) await removeCacheFile(path);
      }),
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
