// What is done with the bytes of many files: two jobs that run in worker threads, or here for a few files.
// Knows nothing of threads.
import { createHash, hash as hashAtOnce } from "node:crypto";
import * as fs from "node:fs";
import { endings } from "../content/endings";
import type { Flaw, OpenFile } from "../content/open-file";
import { isGoneCode, systemErrorCode } from "../../system-error";
import { putStamp, stampLength } from "../digests/stamp";

const flawByName: ReadonlyMap<string, (file: OpenFile) => Flaw | undefined> = new Map(
  Object.entries(endings),
);

/** Size and first bytes of each file, whether its structure is as it should be, and the digest of a small one. */
export interface InspectJob {
  readonly kind: "inspect";
  readonly paths: readonly string[];
  /** First bytes to read of each; 0 opens the file and reads nothing. */
  readonly sampleBytes: number;
  /** For each file the name of the function that looks at its structure; `""` without one. */
  readonly endings: readonly string[];
  /** What may be read of each after its head: a file decides how much there is to read of it, and may be made to stall. */
  readonly maxReads: number;
  readonly maxReadBytes: number;
}

export interface HashJob {
  readonly kind: "hash";
  readonly paths: readonly string[];
  /** What each had when it was listed. */
  readonly sizesBytes: readonly number[];
  /** Bytes read at a time. */
  readonly chunkBytes: number;
}

// What is read is still in the core's cache when it is hashed: 1.1 GB/s a core, and 0.8 with 256 KiB or 1 MiB.
const hashChunkBytes = 128 * 1024;

export function hashJobOf(
  files: readonly { readonly absolutePath: string; readonly sizeBytes: number }[],
): HashJob {
  return {
    kind: "hash",
    paths: files.map(({ absolutePath }) => absolutePath),
    sizesBytes: files.map(({ sizeBytes }) => sizeBytes),
    chunkBytes: hashChunkBytes,
  };
}

export interface FileFault {
  /** Index into the job's files. */
  readonly index: number;
  /** The system's code, or `CHANGED`. */
  readonly code: string;
}

/** @throws what is not the system's: a fault of ours is not the file's */
function faultCode(error: unknown): string {
  // Node's own complaints of an argument have a code too, and no number of the system's.
  const code = systemErrorCode(error);
  if (code === undefined || !("errno" in (error as object))) throw error;
  return code;
}

/** Whether a file that was listed a moment ago is another one now, is no longer a file, or is gone. */
export function hasChanged({ code }: Pick<FileFault, "code">): boolean {
  return code === "CHANGED" || isGoneCode(code);
}

export interface InspectResult {
  readonly sizesBytes: readonly number[];
  /** Of each file as it was opened; zeros at a fault. */
  readonly stamps: Float64Array;
  /** Of the small files whose bytes were read, in hex digits; `""` for the others. */
  readonly sha256: readonly string[];
  /** For each file `sampleBytes` of its head, filled up with zeros. */
  readonly samples: Uint8Array;
  /** Of the files whose structure is wrong, by their indices. */
  readonly flaws: readonly { readonly index: number; readonly flaw: Flaw }[];
  /** Indices of the files that would take more than the job's bounds to look at; they count as whole. */
  readonly undecided: readonly number[];
  readonly faults: readonly FileFault[];
}

export interface HashResult {
  /** Hex digits; `""` at a fault. */
  readonly sha256: readonly string[];
  /** Of each file as it was read; zeros at a fault. */
  readonly stamps: Float64Array;
  readonly faults: readonly FileFault[];
}

interface Opened {
  readonly handle: number;
  /** Where what is read lies until the next read. */
  readonly window: Buffer;
  /** Thrown when the file would take more than the job's bounds. */
  readonly pastBounds: Error;
}

/** Reads of one file, until it has taken as much as the job allows. */
function readerOf(
  { maxReads, maxReadBytes }: Pick<InspectJob, "maxReads" | "maxReadBytes">,
  { handle, window, pastBounds }: Opened,
): OpenFile["read"] {
  let reads = 0;
  let bytes = 0;
  return (position, count) => {
    const length = fs.readSync(handle, window, 0, Math.min(count, window.length), position);
    reads += 1;
    bytes += length;
    if (reads > maxReads || bytes > maxReadBytes) throw pastBounds;
    return window.subarray(0, length);
  };
}

/** The same where all of it was read. */
function readerIn(bytes: Buffer): OpenFile["read"] {
  return (position, count) => {
    const from = Math.max(0, position);
    return bytes.subarray(from, from + count);
  };
}

function isSameFile(one: fs.Stats, other: fs.Stats): boolean {
  return (
    one.ino === other.ino &&
    one.dev === other.dev &&
    one.size === other.size &&
    one.mtimeMs === other.mtimeMs &&
    one.ctimeMs === other.ctimeMs // shows a time that was put back
  );
}

/** All of a file that is shorter than the window; `undefined` where it changes meanwhile, or its size is not what it has. */
function wholeOf(handle: number, window: Buffer, stats: fs.Stats): Buffer | undefined {
  if (stats.size >= window.length) return undefined;
  const length = fs.readSync(handle, window, 0, stats.size + 1, 0);
  const isWhole = length === stats.size && isSameFile(stats, fs.fstatSync(handle));
  return isWhole ? window.subarray(0, length) : undefined;
}

const windowBytes = 64 * 1024;
// Not blocking: a pipe that took the place of a file would be waited on for ever. Windows has neither.
const readFlags = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/**
 * Opens each file once, so that one that can't be read is known before anything is sent. What fits into one read is read as a
 * whole: to open it again for its digest takes longer than that.
 */
export function inspect(job: InspectJob): InspectResult {
  const { paths, sampleBytes } = job;
  const samples = new Uint8Array(paths.length * sampleBytes);
  const window = Buffer.allocUnsafeSlow(sampleBytes === 0 ? 0 : windowBytes);
  const sha256 = paths.map(() => "");
  const sizesBytes: number[] = [];
  const stamps = new Float64Array(paths.length * stampLength);
  const flaws: { index: number; flaw: Flaw }[] = [];
  const undecided: number[] = [];
  const pastBounds = new Error("past the job's bounds");
  const faults: FileFault[] = [];
  const look = (handle: number, index: number, stats: fs.Stats): void => {
    const sizeBytes = stats.size;
    const whole = wholeOf(handle, window, stats);
    if (whole !== undefined) sha256[index] = hashAtOnce("sha256", whole);
    const length = Math.min(sampleBytes, sizeBytes);
    if (length === 0) return;
    const offset = index * sampleBytes;
    if (whole !== undefined) samples.set(whole.subarray(0, length), offset);
    else fs.readSync(handle, samples, offset, length, 0);
    const flawOf = flawByName.get(job.endings[index] ?? "");
    if (flawOf === undefined) return;
    const head = Buffer.from(samples.buffer, offset, length);
    const read = whole ? readerIn(whole) : readerOf(job, { handle, window, pastBounds });
    try {
      const flaw = flawOf({ sizeBytes, head, read });
      if (flaw !== undefined) flaws.push({ index, flaw });
    } catch (error) {
      if (error !== pastBounds) throw error;
      undecided.push(index);
    }
  };
  paths.forEach((path, index) => {
    let handle: number | undefined;
    try {
      handle = fs.openSync(path, readFlags);
      const stats = fs.fstatSync(handle);
      sizesBytes.push(stats.size);
      putStamp(stamps, index, stats);
      if (stats.isFile()) look(handle, index, stats);
      else faults.push({ index, code: "CHANGED" });
    } catch (error) {
      sizesBytes[index] ??= 0;
      faults.push({ index, code: faultCode(error) });
    } finally {
      if (handle !== undefined) fs.closeSync(handle);
    }
  });
  return { sizesBytes, stamps, sha256, samples, flaws, undecided, faults };
}

/** The sha256 of each file, and `CHANGED` for one that is no longer what was listed or changes while it is read. */
export function hash(job: HashJob, onBytes: (bytes: number) => void): HashResult {
  const buffer = Buffer.allocUnsafeSlow(job.chunkBytes);
  const faults: FileFault[] = [];
  const stamps = new Float64Array(job.paths.length * stampLength);
  const digestOf = (path: string, index: number): string => {
    const sizeBytes = job.sizesBytes[index] ?? -1;
    const handle = fs.openSync(path, readFlags);
    try {
      const before = fs.fstatSync(handle);
      if (!before.isFile() || before.size !== sizeBytes) return "";
      const digest = createHash("sha256");
      let position = 0;
      for (;;) {
        const read = fs.readSync(handle, buffer, 0, buffer.length, position);
        if (read === 0) break;
        position += read;
        digest.update(read === buffer.length ? buffer : buffer.subarray(0, read));
        onBytes(read);
        if (position > sizeBytes || (read < buffer.length && position === sizeBytes)) break;
      }
      // By name: a file that was replaced keeps its old inode open.
      const isSame = position === sizeBytes && isSameFile(before, fs.statSync(path));
      if (isSame) putStamp(stamps, index, before);
      return isSame ? digest.digest("hex") : "";
    } finally {
      fs.closeSync(handle);
    }
  };
  const sha256 = job.paths.map((path, index) => {
    let digits = "";
    try {
      digits = digestOf(path, index);
      if (digits === "") faults.push({ index, code: "CHANGED" });
    } catch (error) {
      faults.push({ index, code: faultCode(error) });
    }
    return digits;
  });
  return { sha256, stamps, faults };
}
