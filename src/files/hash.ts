// The sha256 of files, taken off the main thread, with flat memory. Knows nothing of where files come from.
import { AvalaError } from "../errors";
import { listed, shown } from "../text";
import { cancelled } from "../flow/clock";
import { runPool } from "../flow/pool";
import type { KnownFiles } from "./digests/known-files";
import { stampIn } from "./digests/stamp";
import type { LocalFile } from "./local-file";
import { defaultWorkerCount, withFileWorkers, type FileWorkers } from "./workers/file-workers";
import { hashJobOf, type FileFault } from "./workers/jobs";
import { createManifest, type Manifest, type ManifestEntry } from "./manifest/manifest";

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
  /** Leaves out files that changed, and is told their paths. @default such files are an error */
  readonly onChanged?: ((paths: readonly string[]) => void) | undefined;
  /** Called at the start, as files are done, within large files about each 16 MiB, and at the end. */
  readonly onProgress?: ((progress: HashProgress) => void) | undefined;
}

// A thread takes about 30 ms to start: less than this is hashed sooner here.
const FEW_FILES = 200;
const FEW_BYTES = 8 * 1024 * 1024;
// What a thread gets at once: enough that the message costs nothing, little enough that all threads end together.
const BATCH_FILES = 256;
const BATCH_BYTES = 16 * 1024 * 1024;

/**
 * The manifest of `files`: each of which the digest is not known is read once, in small chunks. May be repeated.
 * @throws AvalaError `file_changed`, naming the files whose size is not what was listed or which changed while they were
 * read (size, times, inode); `file` for ones that can't be read; `cancelled`
 */
export async function hashFiles(
  files: readonly LocalFile[],
  options: HashOptions = {},
): Promise<Manifest> {
  const known = files.filter(isHashed);
  const unknown = known.length === files.length ? [] : files.filter((file) => !isHashed(file));
  try {
    if (unknown.length === 0 && known.length > 0) return createManifest(known);
    return createManifest([...known, ...(await readDigests(unknown, options))]);
  } finally {
    await options.known?.save();
  }
}

function isHashed(file: LocalFile): file is LocalFile & ManifestEntry {
  return file.sha256 !== undefined;
}

async function readDigests(
  files: readonly LocalFile[],
  options: HashOptions,
): Promise<readonly ManifestEntry[]> {
  const { signal, onProgress } = options;
  if (signal?.aborted === true) throw cancelled("Hashing");
  const bytesTotal = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const isSmall = files.length <= FEW_FILES && bytesTotal <= FEW_BYTES;
  const count = options.concurrency ?? (isSmall ? 0 : defaultWorkerCount());
  const entries: ManifestEntry[] = [];
  let bytesDone = 0;
  const tell = (): void =>
    onProgress?.({ filesDone: entries.length, filesTotal: files.length, bytesDone, bytesTotal });
  await withFileWorkers(count, signal, async (workers) => {
    tell();
    await runPool(batchesOf(files), { concurrency: workers.count, signal }, async (batch) => {
      const onBytes = (bytes: number): void => {
        bytesDone += bytes;
        tell();
      };
      const { onChanged, known } = options;
      const hashed = await hashBatch({ workers, batch, onBytes, onChanged, known });
      entries.push(...hashed);
      tell();
    });
  });
  return entries;
}

/** Large files first, the largest before all: one that began last would be read by one thread while the others wait. */
function* batchesOf(files: readonly LocalFile[]): Generator<readonly LocalFile[]> {
  const isLarge = ({ sizeBytes }: LocalFile): boolean => sizeBytes >= BATCH_BYTES;
  for (const file of files.filter(isLarge).sort((a, b) => b.sizeBytes - a.sizeBytes)) yield [file];
  yield* smallBatchesOf(files.filter((file) => !isLarge(file)));
}

function* smallBatchesOf(files: readonly LocalFile[]): Generator<readonly LocalFile[]> {
  let batch: LocalFile[] = [];
  let bytes = 0;
  for (const file of files) {
    batch.push(file);
    bytes += file.sizeBytes;
    if (batch.length < BATCH_FILES && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

interface Batch {
  readonly workers: FileWorkers;
  readonly batch: readonly LocalFile[];
  readonly onBytes: (bytes: number) => void;
  readonly onChanged: HashOptions["onChanged"];
  readonly known: HashOptions["known"];
}

async function hashBatch({
  workers,
  batch,
  onBytes,
  onChanged,
  known,
}: Batch): Promise<readonly ManifestEntry[]> {
  const sinceMs = known?.nowMs() ?? 0;
  const { sha256, stamps, faults } = await workers.hash(hashJobOf(batch), onBytes);
  batch.forEach(({ absolutePath }, index) => {
    const digest = sha256[index] ?? "";
    const file = { absolutePath, stamp: stampIn(stamps, index), sinceMs };
    if (digest !== "") known?.noteDigest(file, digest);
  });
  const changed = new Set(faults.filter(hasChanged).map(({ index }) => index));
  const errors = onChanged === undefined ? faults : faults.filter((fault) => !hasChanged(fault));
  if (errors.length > 0) throw faultError(batch, errors);
  if (changed.size > 0) onChanged?.([...changed].map((index) => batch[index]?.path ?? ""));
  const entries = batch.map(({ path, sizeBytes }, index) => ({
    ...{ path, sizeBytes },
    sha256: sha256[index] ?? "",
  }));
  return entries.filter((_, index) => !changed.has(index));
}

/** A file that was listed a moment ago and is gone now has changed, too. */
function hasChanged({ code }: FileFault): boolean {
  return code === "CHANGED" || code === "ENOENT";
}

function faultError(batch: readonly LocalFile[], faults: readonly FileFault[]): AvalaError {
  const nameOf = ({ index }: FileFault): string => shown(batch[index]?.path ?? "");
  const changed = faults.filter(hasChanged);
  if (changed.length > 0) {
    const names = changed.map(
      (fault) => nameOf(fault) + (fault.code === "ENOENT" ? " (gone)" : ""),
    );
    return new AvalaError(
      "file_changed",
      names.length === 1
        ? `${names[0] ?? ""} changed while it was read.`
        : `${names.length} files changed while they were read:${listed(names)}`,
      { hint: "Run again once nothing is writing to the files." },
    );
  }
  const names = faults.map((fault) => `${nameOf(fault)} (${fault.code})`);
  return new AvalaError(
    "file",
    names.length === 1
      ? `${names[0] ?? ""} can't be read.`
      : `Files can't be read:${listed(names)}`,
    { hint: "Make them readable, or leave them out." },
  );
}
