// What is known of the files of one root: recalled for a file that is as it was, noted for one that was read, and kept on the
// disk. Reads no file of the set.
import { sep } from "node:path";
import type { Finding } from "./finding";
import { keepRecords, type KeptOptions, type KeptRecords } from "./kept-records";
import type { PathRun } from "./path-index";
import { createRecords, type Records } from "./records";
import { areOfOneDevice, deviceOf, isSettled, isWrittenBack } from "./stamp";

interface Known {
  readonly sha256?: string | undefined;
  readonly finding?: Finding | undefined;
}

interface KnownRun {
  /** As one text, 64 hex digits each. */
  readonly digests: string;
  readonly finding: Finding | undefined;
}

/** A file as it was when it was read. */
interface ReadFile {
  readonly absolutePath: string;
  /** From before the first byte was read. */
  readonly stamp: Float64Array;
  /** When the reading began, or earlier, by the machine's clock. */
  readonly sinceMs: number;
}

export interface KnownFiles {
  /** By the machine's clock, as the times of files are. */
  nowMs(): number;
  /** Whether nothing is known, so that no file need be asked about. */
  isEmpty(): boolean;
  /** Where nothing is known: the paths under the root, POSIX, of files that will be noted. */
  expect(paths: readonly string[]): void;
  /** What a file is known by: its path under the root, POSIX. */
  pathOf(absolutePath: string): string;
  /** What is known of a file that has now the stamp at a place in a list of stamps. */
  readonly recall: (path: string, stamps: Float64Array, index: number) => Known | undefined;
  /**
   * What is known of files that have now the stamps of a list, in its order: where each is known and they differ in nothing but
   * their digests, as nearly all do. Many take little longer than one by {@link recall}.
   */
  readonly recallRun: (run: PathRun, stamps: Float64Array) => KnownRun | undefined;
  noteFinding(file: ReadFile, finding: Finding): void;
  noteDigest(file: ReadFile, sha256: string): void;
  /** Whether a file of which the digest is known is to be read all the same. */
  isDrawn(): boolean;
  /** What was known of the file is wrong: forgets everything, on the disk too, and says so. */
  refute(absolutePath: string): Promise<void>;
  /** Whether what is known can still be believed: the clock was not set back. */
  isSound(): boolean;
  /** Keeps what is known for later processes. Never rejects: what is not kept is read again. */
  save(): Promise<void>;
}

interface KnownFilesOptions extends KeptOptions {
  readonly root: string;
  /** Whether the device shows every change of a file in its inode and times; a path of it is given too. */
  readonly isSteady: (device: number, path: string) => boolean;
  /** How long a page of a file may wait to be written back. */
  readonly writingBackMs: number;
  readonly isDrawn: () => boolean;
  readonly onRefuted: (absolutePath: string) => Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1000;
const maxUnusedDays = 30;
/** Writing all of it only to note that it was used is worth it once a week. */
const maxUnnotedDays = 7;

/** Reads what was kept. Never rejects: a cache that can't be used is none. */
export async function openKnownFiles(options: KnownFilesOptions): Promise<KnownFiles> {
  const records = createRecords();
  const kept = keepRecords(records, options);
  await kept.load();
  return knowing(records, kept, options);
}

function knowing(records: Records, kept: KeptRecords, options: KnownFilesOptions): KnownFiles {
  const places = placesIn(options.root);
  const memory = createMemory(records, places, options);
  const forget = (): Promise<void> => {
    records.clear();
    return kept.remove();
  };
  return {
    nowMs: () => options.markClock().wallMs,
    isEmpty: records.isEmpty,
    expect: records.expect,
    recall: memory.recall,
    recallRun: memory.recallRun,
    noteFinding: (file, finding) => {
      const row = memory.rowFor(file);
      if (row !== undefined) records.setFinding(row, finding);
    },
    noteDigest: (file, sha256) => {
      const row = memory.rowFor(file);
      if (row !== undefined) records.setDigest(row, sha256);
    },
    pathOf: places.pathOf,
    isDrawn: options.isDrawn,
    refute: async (absolutePath) => {
      await forget();
      await options.onRefuted(absolutePath);
    },
    isSound: kept.isSound,
    save: async () => {
      if (!kept.isSound()) return forget();
      if (memory.takeNews()) await kept.write(memory.isKept);
    },
  };
}

interface Places {
  /** Under the root, POSIX. */
  readonly pathOf: (absolutePath: string) => string;
  readonly absoluteOf: (path: string) => string;
}

function placesIn(root: string): Places {
  const start = root.endsWith(sep) ? root : root + sep;
  const under = (absolutePath: string): string =>
    absolutePath.startsWith(start) ? absolutePath.slice(start.length) : absolutePath;
  return {
    pathOf: sep === "/" ? under : (absolutePath) => under(absolutePath).replaceAll(sep, "/"),
    absoluteOf: (path) => start + path,
  };
}

interface Memory extends Pick<KnownFiles, "recall" | "recallRun"> {
  /** The row of a file that was read, if a later change of it would show. */
  rowFor(file: ReadFile): number | undefined;
  /** Whether a row is for later processes. */
  readonly isKept: (row: number, path: string) => boolean;
  /** Whether there is more to keep than when this was last asked. */
  takeNews(): boolean;
}

function createMemory(
  records: Records,
  places: Places,
  { isSteady, markClock, writingBackMs }: KnownFilesOptions,
): Memory {
  const { rows } = records;
  const { pathOf, absoluteOf } = places;
  const today = Math.floor(markClock().wallMs / dayMs);
  let hasNews = false;
  const noteUse = (first: number, count: number): void => {
    const day = rows.dayOf(first);
    if (day === today) return;
    hasNews ||= today - day > maxUnnotedDays;
    for (let row = first; row < first + count; row++) rows.setDay(row, today);
  };
  return {
    rowFor: ({ absolutePath, stamp, sinceMs }) => {
      if (!isSettled(stamp, sinceMs)) return undefined;
      const row = records.put(pathOf(absolutePath), stamp);
      // In a process that ends soon it is as if all of the set had been read at its start.
      if (!isWrittenBack(stamp, sinceMs, writingBackMs)) rows.markPassing(row);
      hasNews ||= !rows.isPassing(row) && isSteady(deviceOf(stamp), absolutePath);
      rows.setDay(row, today);
      return row;
    },
    ...recallBy(records, { isSteady, absoluteOf, noteUse }),
    isKept: (row, path) =>
      !rows.isPassing(row) &&
      today - rows.dayOf(row) <= maxUnusedDays &&
      (rows.isFromDisk(row) || isSteady(rows.deviceOf(row), absoluteOf(path))),
    takeNews: () => {
      const had = hasNews;
      hasNews = false;
      return had;
    },
  };
}

interface RecallOptions extends Pick<KnownFilesOptions, "isSteady">, Pick<Places, "absoluteOf"> {
  /** That so many rows were used, all of them last on the same day. */
  readonly noteUse: (first: number, count: number) => void;
}

function recallBy(
  records: Records,
  { isSteady, absoluteOf, noteUse }: RecallOptions,
): Pick<KnownFiles, "recall" | "recallRun"> {
  const { rows } = records;
  const isBelieved = (row: number, device: number, path: string): boolean =>
    // The number may be another device's since.
    !rows.isFromDisk(row) || isSteady(device, absoluteOf(path));
  const recall: KnownFiles["recall"] = (path, stamps, index) => {
    const row = records.find(path);
    if (row === undefined || !rows.isStamp(row, stamps, index)) return undefined;
    if (!isBelieved(row, deviceOf(stamps, index), path)) return undefined;
    noteUse(row, 1);
    return { sha256: records.digestAt(row), finding: records.findingAt(row) };
  };
  return {
    recall,
    recallRun: (run, stamps) => {
      const { list, start, count } = run;
      const first = records.findRun(run);
      if (first === undefined || !rows.areStamps(first, count, stamps)) return undefined;
      if (!rows.areMarkedAlike(first, count) || !areOfOneDevice(stamps, count)) return undefined;
      if (!isBelieved(first, deviceOf(stamps), list[start] ?? "")) return undefined;
      const digests = records.digestsAt(first, count);
      if (digests === undefined) return undefined;
      noteUse(first, count);
      return { digests, finding: records.findingAt(first) };
    },
  };
}
