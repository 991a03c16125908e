// The sha256 of files, taken off the main thread, with flat memory. Knows nothing of where files come from.
import { AvalaError } from "../errors";
import { LET_WRITERS_END } from "../hints";
import { aCount, aFunction, anObject, aSignal, maybe, optionsOf, refuse } from "../shapes";
import { counted, listed, shown } from "../text";
import { cancelled } from "../flow/clock";
import { runPool } from "../flow/pool";
import type { KnownFiles } from "./digests/known-files";
import { stampIn } from "./digests/stamp";
import { isGoneCode, readHint } from "../system-error";
import { aFileList, withoutDigest, type LocalFile } from "./local-file";
import { pause } from "./look";
import { defaultWorkerCount, withFileWorkers, type FileWorkers } from "./workers/file-workers";
import { hashJobOf, hasChanged, type FileFault } from "./workers/jobs";
import { manifestOf, type Manifest, type ManifestEntry } from "./manifest/manifest";

export interface HashProgress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface HashOptions {
  /** Threads. @default one for each core, 1 to 4; none for a few small files */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where the digests are noted, so that files that have not changed need not be read again. */
  readonly known?: KnownFiles | undefined;
  /** Leaves out files that changed, and gets their paths. @default such files are an error */
  readonly onChanged?: ((paths: readonly string[]) => void) | undefined;
  /** Called at the start, as files are done, within large files about each 16 MiB, and at the end. */
  readonly onProgress?: ((progress: HashProgress) => void) | undefined;
}

const HASH_OPTIONS = optionsOf<HashOptions>({
  concurrency: maybe(aCount(0)),
  signal: maybe(aSignal),
  known: maybe(anObject),
  onChanged: maybe(aFunction),
  onProgress: maybe(aFunction),
});

// A thread takes 60 to 80 ms of processor time to start and compiles all of it once more: two take as much time for 2,000
// files of 10 KiB that lie in the system's cache as hashing them here, and twice the processor time.
const FEW_FILES = 2000;
const FEW_BYTES = 32 * 1024 * 1024;
// What a thread gets at once: enough that the message costs nothing, little enough that all threads end together.
const PORTION_FILES = 256;
const PORTION_BYTES = 16 * 1024 * 1024;

/** Whether what there is to read is done before a thread has started. */
export function isQuick({
  filesTotal,
  bytesTotal,
}: Pick<HashProgress, "filesTotal" | "bytesTotal">): boolean {
  return filesTotal <= FEW_FILES && bytesTotal <= FEW_BYTES;
}

/**
 * The manifest of `files`: each of which the digest is not known is read once, in small chunks. May be repeated.
 * @throws InputError for a number of threads that is none; AvalaError `file_changed`, naming the files whose size is not what was listed or which changed while they were
 * read (size, times, inode); `file` for ones that can't be read; `cancelled`
 */
export async function hashFiles(
  files: readonly LocalFile[],
  options: HashOptions = {},
): Promise<Manifest> {
  refuse(aFileList("files", files), HASH_OPTIONS("options", options));
  try {
    const known = knownEntries(files);
    if (known !== undefined) return manifestOf(known);
    const digests: Digests = files.map(({ sha256 }) => sha256);
    await readDigests(files, digests, options);
    return manifestOf([...entriesOf(files, digests)]);
  } finally {
    await options.known?.save();
  }
}

/** When each digest is known. */
function knownEntries(files: readonly LocalFile[]): ManifestEntry[] | undefined {
  return files.length > 0 && files.every(isEntry) ? files.map(entryOf) : undefined;
}

function isEntry(file: LocalFile): file is LocalFile & ManifestEntry {
  return file.sha256 !== undefined;
}

function entryOf({ path, sizeBytes, sha256 }: ManifestEntry): ManifestEntry {
  return { path, sizeBytes, sha256 };
}

/** By the files' places; of one that was not read, or that changed, there is none. */
type Digests = (string | undefined)[];

function* entriesOf(
  files: readonly LocalFile[],
  digests: Readonly<Digests>,
): Generator<ManifestEntry> {
  for (const [place, { path, sizeBytes }] of files.entries()) {
    const sha256 = digests[place];
    if (sha256 !== undefined) yield { path, sizeBytes, sha256 };
  }
}

/** A file and its place in the list. */
type Placed = readonly [place: number, file: LocalFile];

/** Puts the digests that are not known into their places. */
async function readDigests(
  files: readonly LocalFile[],
  digests: Digests,
  options: HashOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  if (signal?.aborted === true) throw cancelled("Hashing");
  const unknown = (): Iterable<Placed> => withoutDigest(files);
  const total = { files: 0, bytes: 0 };
  for (const [, { sizeBytes }] of unknown()) {
    total.files += 1;
    total.bytes += sizeBytes;
  }
  const isFew = isQuick({ filesTotal: total.files, bytesTotal: total.bytes });
  const count = options.concurrency ?? (isFew ? 0 : defaultWorkerCount());
  let [filesDone, bytesDone] = [0, 0];
  const reportProgress = (): void =>
    onProgress?.({ filesDone, filesTotal: total.files, bytesDone, bytesTotal: total.bytes });
  await withFileWorkers(count, signal, async (workers) => {
    reportProgress();
    await runPool(portionsOf(unknown), { concurrency: workers.count, signal }, async (portion) => {
      if (count === 0) await pause();
      const onBytes = (bytes: number): void => {
        bytesDone += bytes;
        reportProgress();
      };
      const { onChanged, known } = options;
      const job = { portion: portion.map(([, file]) => file), onBytes, onChanged, known };
      const hashed = await hashPortion(workers, job);
      for (const [index, [place]] of portion.entries()) {
        digests[place] = hashed[index];
        if (hashed[index] !== undefined) filesDone += 1;
      }
      reportProgress();
    });
  });
}

function isLarge([, { sizeBytes }]: Placed): boolean {
  return sizeBytes >= PORTION_BYTES;
}

/** Large files first, the largest before all: one that began last would be read by one thread while the others wait. */
function* portionsOf(unknown: () => Iterable<Placed>): Generator<readonly Placed[]> {
  const large: Placed[] = [];
  for (const placed of unknown()) if (isLarge(placed)) large.push(placed);
  for (const placed of large.sort(([, a], [, b]) => b.sizeBytes - a.sizeBytes)) yield [placed];
  yield* smallPortionsOf(unknown());
}

function* smallPortionsOf(unknown: Iterable<Placed>): Generator<readonly Placed[]> {
  let portion: Placed[] = [];
  let bytes = 0;
  for (const placed of unknown) {
    if (isLarge(placed)) continue;
    portion.push(placed);
    bytes += placed[1].sizeBytes;
    if (portion.length < PORTION_FILES && bytes < PORTION_BYTES) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

interface Portion extends Pick<HashOptions, "onChanged" | "known"> {
  readonly portion: readonly LocalFile[];
  readonly onBytes: (bytes: number) => void;
}

/** The digest of each. */
async function hashPortion(
  workers: FileWorkers,
  { portion, onBytes, onChanged, known }: Portion,
): Promise<Readonly<Digests>> {
  const sinceMs = known?.nowMs() ?? 0;
  const { sha256, stamps, faults } = await workers.hash(hashJobOf(portion), onBytes);
  const digests = sha256.map((digest) => (digest === "" ? undefined : digest));
  portion.forEach(({ absolutePath }, index) => {
    const digest = digests[index];
    const file = { absolutePath, stamp: stampIn(stamps, index), sinceMs };
    if (digest !== undefined) known?.noteDigest(file, digest);
  });
  const changed = faults.filter(hasChanged);
  const errors = onChanged === undefined ? faults : faults.filter((fault) => !hasChanged(fault));
  if (errors.length > 0) throw faultError(portion, errors);
  if (changed.length > 0) onChanged?.(changed.map(({ index }) => portion[index]?.path ?? ""));
  return digests;
}

function faultError(portion: readonly LocalFile[], faults: readonly FileFault[]): AvalaError {
  const nameOf = ({ index }: FileFault): string => shown(portion[index]?.path ?? "");
  const changed = faults.filter(hasChanged);
  if (changed.length > 0) {
    const names = changed.map((fault) => nameOf(fault) + (isGoneCode(fault.code) ? " (gone)" : ""));
    return new AvalaError(
      "file_changed",
      names.length === 1
        ? `${names[0] ?? ""} changed while it was read.`
        : `${counted(names.length, "file")} changed while they were read:${listed(names)}`,
      { hint: LET_WRITERS_END },
    );
  }
  const names = faults.map((fault) => `${nameOf(fault)} (${fault.code})`);
  return new AvalaError(
    "file",
    names.length === 1
      ? `${names[0] ?? ""} can't be read.`
      : `Files can't be read:${listed(names)}`,
    { hint: readHint(faults[0]?.code ?? "", "Make them readable, or leave them out.") },
  );
}
