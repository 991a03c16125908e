// What is known of files from before, so that what has not changed is not read again: one cache for each root, in this
// process, and in a folder where one is given. Knows nothing of sets.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { systemRandom, type Random } from "../../flow/clock";
import { shown } from "../../text";
import { cachePath, removeCacheFiles } from "./cache-files";
import { markClock, type ClockMark } from "./clock-mark";
import { openKnownFiles, type KnownFiles } from "./known-files";
import { keepChoice, type KeptChoice } from "./kept-choice";
import { createPathReader } from "./kept-paths";
import { RULES } from "./rules";
import { createSteadyDevices, isOnSteadyDevice } from "./steady-devices";
import { writingBackMs } from "./writing-back";

export interface DigestCache {
  /** What is known of the files below a root, or of one of its folders. */
  open(root: string, folder?: string): Promise<KnownFiles>;
  /** What lines chose there; `lines` is all that decides but for the disk. */
  choice(lines: string, root: string, folder?: string): KeptChoice;
}

interface DigestCacheOptions {
  /** Absolute. Without one, nothing is kept beyond this process. */
  readonly folder?: string | undefined;
  /** Called when the cache was wrong. */
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly random?: Pick<Random, "next"> | undefined;
  /** @default this machine's */
  readonly machine?: string | undefined;
  /** By which content is checked and files are chosen. @default this package's */
  readonly rules?: string | undefined;
  readonly markClock?: (() => ClockMark) | undefined;
  /** How long a page of a file may wait to be written back. @default as this machine's settings say */
  readonly writingBackMs?: number | undefined;
  /** Whether a file system shows every change of a file in its inode and times. */
  readonly isSteady?: ((path: string) => boolean) | undefined;
}

// Reads a thousandth of what would be read without a cache.
const drawnShare = 1 / 1000;
// To choose again costs less than to read that thousandth.
const drawnChoices = 1 / 50;

export function createDigestCache(options: DigestCacheOptions = {}): DigestCache {
  const { folder: cacheFolder, random = systemRandom, onWarning, rules = RULES } = options;
  const isSteady = createSteadyDevices(options.isSteady ?? isOnSteadyDevice);
  const opened = new Map<string, Promise<KnownFiles>>();
  const machine = options.machine ?? ownMachine();
  const common = {
    rules,
    markClock: options.markClock ?? markClock,
    isSteady,
    writingBackMs: options.writingBackMs ?? writingBackMs(),
    readPaths: createPathReader(),
  };
  const openPlace = (root: string, name: string): Promise<KnownFiles> =>
    openKnownFiles({
      ...common,
      root,
      // One for each root, whatever the machine: in a folder that is carried from job to job they would become ever more.
      file: cacheFolder === undefined ? undefined : cachePath(cacheFolder, name, "digests"),
      place: placeOf(machine, name),
      isDrawn: () => random.next() < drawnShare,
      onRefuted: async (path) => {
        // Where a file changes with no sign of it, so may a folder; of which root a choice is, its name does not say.
        if (cacheFolder !== undefined) await removeCacheFiles(cacheFolder, "choice");
        onWarning?.(refutedText(path));
      },
    });
  const open = async (root: string, folder?: string): Promise<KnownFiles> => {
    const name = fingerprint([root, folder ?? null]);
    const before = await opened.get(name);
    if (before?.isSound() === true) return before;
    const now = openPlace(root, name);
    opened.set(name, now);
    return now;
  };
  return {
    open,
    choice: (lines, root, folder) =>
      keepChoice({
        ...common,
        folder: cacheFolder,
        // Node brings the tables by which names are matched and put in one form: with two in turn, each has its own.
        place: placeOf(machine, fingerprint([root, folder ?? null, lines, process.version])),
        isDrawn: () => random.next() < drawnChoices,
        onRefuted: async () => (await open(root, folder)).refute(root),
      }),
  };
}

function refutedText(path: string): string {
  return `The digest cache was wrong about ${shown(path)}, which has changed although its times have not: the cache was discarded, and all files are read. If it happens again, set AVALA_HASH_CACHE to off.`;
}

/** Of another machine or user the same numbers mean other files. */
function placeOf(machine: string, name: string): string {
  return fingerprint([machine, process.getuid?.() ?? null, name]);
}

function fingerprint(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function ownMachine(): string {
  try {
    const id = readFileSync("/etc/machine-id", "utf8").trim();
    if (id !== "") return id;
  } catch {
    // Not on every system.
  }
  return hostname();
}
