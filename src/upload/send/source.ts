// Reads a file that is sent, once, and makes sure that what is sent is one state of it, as far as that shows: the hash is
// taken on the way, and the last bytes are held back until its size is right, and its hash the one that is known of it. Where
// none is, its times must be what they were. So content that changed under us never lands whole, with one exception: writing to a
// mapped page that is not on the disk yet changes no time, and without a hash from before nothing else shows it. What lands then
// has the digest that is said of it, and may be no state of the file.
import { hash } from "node:crypto";
import { AvalaError, isAvalaError, messageOf } from "../../errors";
import type { RunningDigest } from "../../files/workers/digest-thread";
import { LET_WRITERS_END } from "../../hints";
import { readHint, systemErrorCode } from "../../system-error";
import type { Disk } from "../../flow/disk/disk";
import { isSameStamp, type FileStamp, type ReadHandle } from "../../flow/disk/read-handle";
import type { PieceMemory } from "./piece-memory";

export interface SourceFile {
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
  /** Known when the manifest was made before; then what is sent must have it. */
  readonly sha256?: string | undefined;
}

function unreadable(file: SourceFile, cause: unknown): AvalaError {
  const reason = systemErrorCode(cause) ?? messageOf(cause);
  return new AvalaError("file", `${file.path} can't be read (${reason}).`, {
    hint: readHint(reason, "Make the file readable, or leave it out, and run again."),
    cause,
  });
}

function changed(file: SourceFile, how: string): AvalaError {
  return new AvalaError(
    "file_changed",
    `${file.path} changed while it was being uploaded: ${how}.`,
    { hint: LET_WRITERS_END },
  );
}

/** What of the disk is waited for to read it. */
async function reading<T>(file: SourceFile, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw isAvalaError(error) ? error : unreadable(file, error);
  }
}

function requireSize(file: SourceFile, sizeBytes: number): void {
  if (sizeBytes !== file.sizeBytes) {
    throw changed(file, `it has ${sizeBytes} bytes, and had ${file.sizeBytes} when it was listed`);
  }
}

async function stampIn(handle: ReadHandle, file: SourceFile): Promise<FileStamp> {
  const stamp = await handle.stamp();
  requireSize(file, stamp.sizeBytes);
  return stamp;
}

/** What its size says may not be so: the system makes some files up, and what a server says of one may be old. */
function requireNoMore(file: SourceFile, bytesRead: number): void {
  if (bytesRead > file.sizeBytes) {
    throw changed(file, `it has more than the ${file.sizeBytes} bytes that it was listed with`);
  }
}

/** What the disk says of it once all of it was read. */
async function requireEnd(handle: ReadHandle, file: SourceFile): Promise<FileStamp> {
  const beyond = await reading(file, handle.read(Buffer.alloc(1), file.sizeBytes));
  requireNoMore(file, file.sizeBytes + beyond);
  return stampIn(handle, file);
}

/**
 * Of a file that was read: where no hash is known of it, only its times show that it stayed as it was. They move as well when it is
 * touched or linked, or another takes its name, which a known hash proves to be harmless.
 */
function requireUntouched(file: SourceFile, before: FileStamp, after: FileStamp): void {
  if (file.sha256 !== undefined || isSameStamp(before, after)) return;
  throw changed(file, "it was written to, replaced or removed, or its attributes were changed");
}

function requireHashed(file: SourceFile, sha256: string | undefined): string {
  if (sha256 !== undefined) return sha256;
  const hint = "Run again. If it happens again, the machine may be short of memory.";
  const text = `${file.path} was not hashed: the thread for it has ended.`;
  throw new AvalaError("file", text, { retryable: true, hint }); // the next one needs no thread
}

/** Whether reading the file again helps: of what is thrown here, only a thread's end is retryable. */
export function isUnhashed(error: unknown): boolean {
  return isAvalaError(error) && error.code === "file" && error.retryable;
}

/** The digest that it has; the text that is known already, as the same one twice is 80 bytes more for each file. */
function requireDigest(file: SourceFile, sha256: string): string {
  if (file.sha256 !== undefined && file.sha256 !== sha256) {
    throw changed(file, "its content is not what its manifest says");
  }
  return file.sha256 ?? sha256;
}

/** What the disk says of a file, which has the size that it was listed with. @throws as {@link readSmall} */
export async function stampOf(disk: Disk, file: SourceFile): Promise<FileStamp> {
  const handle = await reading(file, disk.openToRead(file.absolutePath));
  try {
    return await stampIn(handle, file);
  } finally {
    await handle.close();
  }
}

interface Content {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/**
 * A small file as one buffer with its sha256.
 * @throws AvalaError `file` (unreadable) or `file_changed`
 */
export async function readSmall(disk: Disk, file: SourceFile): Promise<Content> {
  const { bytes, before, after } = await reading(
    file,
    disk.readWhole(file.absolutePath, file.sizeBytes),
  );
  requireSize(file, before.sizeBytes);
  requireNoMore(file, bytes.length);
  requireSize(file, after.sizeBytes);
  requireSize(file, bytes.length);
  requireUntouched(file, before, after);
  return { bytes, sha256: requireDigest(file, hash("sha256", bytes)) };
}

interface Stretch {
  readonly bytes: Buffer;
  /** Of the file when it was opened. */
  readonly stamp: FileStamp;
  /** The last one has it: of the file once all of it was read. */
  readonly end: FileStamp | undefined;
}

/**
 * A large file in stretches, the last one shorter, read once. When it has not the size that it was listed with, the last one is
 * never handed out and the iteration throws. Who takes it decides what another time in the end means.
 * @throws AvalaError `file` (unreadable) or `file_changed`
 */
export async function* readSteadily(
  disk: Disk,
  file: SourceFile,
  memory: PieceMemory,
): AsyncGenerator<Stretch> {
  const handle = await reading(file, disk.openToRead(file.absolutePath));
  try {
    const stamp = await stampIn(handle, file);
    if (file.sizeBytes === 0) await requireEnd(handle, file);
    let position = 0;
    while (position < file.sizeBytes) {
      const bytes = await memory.take(Math.min(memory.pieceBytes, file.sizeBytes - position));
      const filled = await reading(file, handle.read(bytes, position));
      position += filled;
      if (filled < bytes.length) {
        await stampIn(handle, file);
        requireSize(file, position); // it may have its size again by now
      }
      const isLast = position === file.sizeBytes;
      yield { bytes, stamp, end: isLast ? await requireEnd(handle, file) : undefined };
    }
  } finally {
    await handle.close();
  }
}

/** How a file is read. */
interface Reading {
  readonly memory: PieceMemory;
  readonly sha256: RunningDigest;
  /** Another digest that is taken on the way. */
  readonly also?: RunningDigest | undefined;
  /** Whether each piece comes with a digest; else only the last one does. */
  readonly isEachDigested: boolean;
}

/** A file as it was when it was read. */
export interface WasRead {
  readonly sha256: string;
  readonly stamp: FileStamp;
}

interface Piece {
  readonly bytes: Buffer;
  /** The last piece has it. */
  readonly whole?: WasRead;
  /** Of the file up to the end of another piece, on its way while the next one is read. */
  readonly soFar?: Promise<string | undefined> | undefined;
}

/** {@link readSteadily} with digests. It throws also where the file has not the sha256, or without one the times, that are known of it. */
export async function* readPieces(
  disk: Disk,
  file: SourceFile,
  { memory, sha256, also, isEachDigested }: Reading,
): AsyncGenerator<Piece> {
  for await (const { bytes, stamp, end } of readSteadily(disk, file, memory)) {
    memory.keepUntil(bytes, Promise.all([sha256.add(bytes), also?.add(bytes)]));
    if (end === undefined) {
      yield { bytes, soFar: isEachDigested ? sha256.soFar() : undefined };
      continue;
    }
    requireUntouched(file, stamp, end);
    const digest = requireHashed(file, await sha256.digest());
    yield { bytes, whole: { sha256: requireDigest(file, digest), stamp } };
  }
}

export interface Part {
  readonly bytes: Buffer;
  /** Of the file up to the end of the part. It may be on its way, and may reject, while the next part is read. */
  readonly sha256: Promise<string>;
}

/** {@link readPieces} in the parts of an upload. */
export async function* readParts(
  disk: Disk,
  file: SourceFile,
  reading: Omit<Reading, "isEachDigested" | "also">,
): AsyncGenerator<Part, undefined> {
  const pieces = readPieces(disk, file, { ...reading, isEachDigested: true });
  for await (const { bytes, whole, soFar } of pieces) {
    const sha256 = (async () => whole?.sha256 ?? requireHashed(file, await soFar))();
    sha256.catch(() => undefined); // thrown where it is waited for
    yield { bytes, sha256 };
  }
}
