// What the lines of a set chose, kept for as long as nothing was added to, taken from or renamed in a folder that they led to:
// each of these changes its folder's times. Knows neither lines nor what is made of a choice.
import { statSync } from "node:fs";
import { isRecord } from "../../json";
import { cachePath, readCacheFile, replaceCacheFile } from "./cache-files";
import { isCacheHeader, type CacheHeader } from "./cache-format";
import { isSetBack, type ClockMark } from "./clock-mark";
import { pathsId, pathsIn, pathText, type ReadPaths } from "./kept-paths";
import { seal, unseal } from "./sealed";
import { isNumber, isText } from "./shapes";
import {
  deviceOf,
  isSameStamp,
  isSettled,
  putStamp,
  stampBytes,
  stampIn,
  stampLength,
} from "./stamp";

/** Plain data, and the paths that it is about: one text, as there are many. */
export interface Choice<Facts = unknown> {
  readonly facts: Facts;
  readonly paths: readonly string[];
}

/** What a choice depends on. */
interface Ground {
  /** Absolute paths of the folders that were listed, and of the files whose lines were read. */
  readonly seen: readonly string[];
  /** When the first of them was read, or earlier, by the machine's clock. */
  readonly sinceMs: number;
}

export interface KeptChoice {
  /** What was chosen, if it would be chosen again. Its facts may have any shape. Never rejects. */
  recall(): Promise<Choice | undefined>;
  /**
   * Keeps what was chosen, for later processes; `undefined` is what must not be kept. Never rejects: what is not kept is found
   * again.
   */
  keep(choice: Choice | undefined, ground: Ground): Promise<void>;
}

interface ChoiceOptions {
  /** Where choices are kept; without one, none is. */
  readonly folder: string | undefined;
  /** The lines and all else that decides, the root, the machine, the user and the version of Node, as one word. */
  readonly place: string;
  /** By which is chosen. */
  readonly rules: string;
  readonly markClock: () => ClockMark;
  /** Whether the device shows every change of a folder in its inode and times; a path of it is given too. */
  readonly isSteady: (device: number, path: string) => boolean;
  readonly readPaths: ReadPaths;
  /** Whether a choice that is known is to be made all the same. */
  readonly isDrawn: () => boolean;
  /** What was kept is wrong, by all signs: forgets it, and says so. */
  readonly onRefuted: () => Promise<void>;
}

interface Head extends CacheHeader {
  readonly facts: unknown;
  readonly seen: number;
  readonly seenBytes: number;
  readonly files: number;
  /** Which paths they have. */
  readonly paths: string;
}

interface Kept {
  readonly head: Head;
  readonly choice: Choice;
  readonly seen: readonly string[];
  readonly stamps: Float64Array;
}

const kind = "choice 3";

function isHead(value: unknown): value is Head {
  if (!isRecord(value) || !isCacheHeader(value) || !("facts" in value)) return false;
  const { seen, seenBytes, files, paths } = value;
  return [seen, seenBytes, files].every(isNumber) && isText(paths);
}

export function keepChoice(options: ChoiceOptions): KeptChoice {
  const { folder, place, rules, markClock, isSteady, readPaths, isDrawn, onRefuted } = options;
  if (folder === undefined)
    return { recall: () => Promise.resolve(undefined), keep: () => Promise.resolve() };
  const file = cachePath(folder, place, "choice");
  const opened = markClock();
  let doubted: Kept | undefined;
  const isAsIt = ({ seen, stamps }: Kept): boolean =>
    seen.every((path, index) => {
      const [before, now] = [stampIn(stamps, index), stampOf(path)];
      return now !== undefined && isSameStamp(before, now) && isSteady(deviceOf(now), path);
    });
  return {
    recall: async () => {
      const kept = decode((await readCacheFile(file))?.bytes, readPaths);
      if (kept === undefined) return undefined;
      const { head } = kept;
      if (head.place !== place || head.rules !== rules) return undefined;
      if (isSetBack(head.clock, markClock()) || !isAsIt(kept)) return undefined;
      if (isDrawn()) doubted = kept;
      return doubted === undefined ? kept.choice : undefined;
    },
    keep: async (choice, { seen, sinceMs }) => {
      if (doubted !== undefined && isAsIt(doubted) && !isSameChoice(doubted.choice, choice)) {
        await onRefuted();
        return;
      }
      if (doubted !== undefined || choice === undefined) return;
      const clock = markClock();
      const stamps = seen.map(stampOf);
      const isBelieved = stamps.every(
        (stamp, index) =>
          stamp !== undefined &&
          isSettled(stamp, sinceMs) &&
          isSteady(deviceOf(stamp), seen[index] ?? ""),
      );
      if (!isBelieved || isSetBack(opened, clock)) return;
      const pieces = encode({ place, rules, clock }, choice, { seen, stamps });
      await replaceCacheFile(file, pieces).catch(() => undefined);
    },
  };
}

function stampOf(path: string): Float64Array | undefined {
  try {
    const stamp = new Float64Array(stampLength);
    putStamp(stamp, 0, statSync(path));
    return stamp;
  } catch {
    return undefined;
  }
}

function isSameChoice(one: Choice, other: Choice | undefined): boolean {
  return (
    other !== undefined &&
    JSON.stringify(one.facts) === JSON.stringify(other.facts) &&
    one.paths.length === other.paths.length &&
    one.paths.every((path, index) => path === other.paths[index])
  );
}

function encode(
  header: CacheHeader,
  { facts, paths }: Choice,
  at: { readonly seen: readonly string[]; readonly stamps: readonly (Float64Array | undefined)[] },
): Generator<Uint8Array> {
  const seen = JSON.stringify(at.seen);
  const stamps = at.stamps.flatMap((stamp) => (stamp === undefined ? [] : [bytesOf(stamp)]));
  const counts = { seen: at.seen.length, seenBytes: Buffer.byteLength(seen), files: paths.length };
  const head: Head = { ...header, ...counts, paths: pathsId(paths), facts };
  return seal(kind, head, partsOf([...stamps, seen], paths));
}

function* partsOf(
  first: Iterable<Uint8Array | string>,
  paths: readonly string[],
): Generator<Uint8Array | string> {
  yield* first;
  yield* pathText(paths);
}

function bytesOf(stamp: Float64Array): Uint8Array {
  return new Uint8Array(stamp.buffer, stamp.byteOffset, stamp.byteLength);
}

function decode(bytes: Buffer | undefined, readPaths: ReadPaths): Kept | undefined {
  const opened = bytes && unseal(kind, bytes, isHead);
  if (opened === undefined) return undefined;
  const { head, body } = opened;
  const stampsEnd = head.seen * stampBytes;
  const seenEnd = stampsEnd + head.seenBytes;
  const seen = pathsIn(body.subarray(stampsEnd, seenEnd));
  const paths = readPaths(body.subarray(seenEnd), { files: head.files, id: head.paths });
  if (seen?.length !== head.seen || paths === undefined || body.length < seenEnd) return undefined;
  // Copied, as a small buffer may lie anywhere.
  const stamps = new Float64Array(Uint8Array.from(body.subarray(0, stampsEnd)).buffer);
  return { head, seen, stamps, choice: { facts: head.facts, paths } };
}
