// Reads a file that is sent, once, and makes sure that what is sent is one state of it, as far as that shows: the hash is
// taken on the way, and the last bytes are held back until size, time and hash agree. So content that changed under us never
// lands whole, with one exception: writing to a mapped page that is not on the disk yet changes no time, and without a hash
// from before nothing else shows it. What lands then has the digest that is said of it, and may be no state of the file.
import { hash } from "node:crypto";
import { AvalaError, isAvalaError, messageOf } from "../../errors";
import type { RunningDigest } from "../../files/workers/digest-thread";
import { LET_WRITERS_END } from "../../hints";
import { systemErrorCode } from "../../system-error";
import type { Disk } from "../../flow/disk/disk";
import type { FileStamp, ReadHandle, WholeFile } from "../../flow/disk/read-handle";
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
    hint: "Make the file readable, or leave it out, and run again.",
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

async function open(disk: Disk, file: SourceFile): Promise<ReadHandle> {
  try {
    return await disk.openToRead(file.absolutePath);
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function readAt(
  handle: ReadHandle,
  file: SourceFile,
  buffer: Buffer,
  position: number,
): Promise<number> {
  try {
    return await handle.read(buffer, position);
  } catch (error) {
    throw isAvalaError(error) ? error : unreadable(file, error);
  }
}

function requireSize(file: SourceFile, sizeBytes: number): void {
  if (sizeBytes !== file.sizeBytes) {
    throw changed(file, `it has ${sizeBytes} bytes, and had ${file.sizeBytes} when it was listed`);
  }
}

/** What its size says may not be so: the system makes some files up, and what a server says of one may be old. */
function requireNoMore(file: SourceFile, bytesRead: number): void {
  if (bytesRead > file.sizeBytes) {
    throw changed(file, `it has more than the ${file.sizeBytes} bytes that it was listed with`);
  }
}

async function requireEnd(handle: ReadHandle, file: SourceFile): Promise<void> {
  const beyond = await readAt(handle, file, Buffer.alloc(1), file.sizeBytes);
  requireNoMore(file, file.sizeBytes + beyond);
}

/** Whether a file was neither written nor replaced in between. */
export function isSameStamp(before: FileStamp, after: FileStamp): boolean {
  return (
    before.sizeBytes === after.sizeBytes &&
    before.modifiedMs === after.modifiedMs &&
    before.changedMs === after.changedMs &&
    before.inode === after.inode
  );
}

function requireSameStamp(file: SourceFile, before: FileStamp, after: FileStamp): void {
  requireSize(file, after.sizeBytes);
  if (!isSameStamp(before, after)) throw changed(file, "it was written to");
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
  const handle = await open(disk, file);
  try {
    const stamp = await handle.stamp();
    requireSize(file, stamp.sizeBytes);
    return stamp;
  } finally {
    await handle.close();
  }
}

async function readWhole(disk: Disk, file: SourceFile): Promise<WholeFile> {
  try {
    return await disk.readWhole(file.absolutePath, file.sizeBytes);
  } catch (error) {
    throw isAvalaError(error) ? error : unreadable(file, error);
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
  const { bytes, before, after } = await readWhole(disk, file);
  requireSize(file, before.sizeBytes);
  requireNoMore(file, bytes.length);
  requireSize(file, bytes.length);
  requireSameStamp(file, before, after);
  return { bytes, sha256: requireDigest(file, hash("sha256", bytes)) };
}

interface Stretch {
  readonly bytes: Buffer;
  /** Of the file when it was opened; at its end it has the same. */
  readonly stamp: FileStamp;
  readonly isLast: boolean;
}

/**
 * A large file in stretches, the last one shorter, read once. When the file is not what it was when it was opened, the last one is
 * never handed out and the iteration throws.
 * @throws AvalaError `file` (unreadable) or `file_changed`
 */
export async function* readSteadily(
  disk: Disk,
  file: SourceFile,
  memory: PieceMemory,
): AsyncGenerator<Stretch> {
  const handle = await open(disk, file);
  try {
    const stamp = await handle.stamp();
    requireSize(file, stamp.sizeBytes);
    if (file.sizeBytes === 0) await requireEnd(handle, file);
    let position = 0;
    while (position < file.sizeBytes) {
      const bytes = await memory.take(Math.min(memory.pieceBytes, file.sizeBytes - position));
      const filled = await readAt(handle, file, bytes, position);
      position += filled;
      if (filled < bytes.length) requireSize(file, position);
      const isLast = position === file.sizeBytes;
      if (isLast) {
        await requireEnd(handle, file);
        requireSameStamp(file, stamp, await handle.stamp());
      }
      yield { bytes, stamp, isLast };
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

/** {@link readSteadily} with digests. It throws also where the file has not the sha256 that is known of it. */
export async function* readPieces(
  disk: Disk,
  file: SourceFile,
  { memory, sha256, also, isEachDigested }: Reading,
): AsyncGenerator<Piece> {
  for await (const { bytes, stamp, isLast } of readSteadily(disk, file, memory)) {
    memory.keepUntil(bytes, Promise.all([sha256.add(bytes), also?.add(bytes)]));
    if (!isLast) {
      yield { bytes, soFar: isEachDigested ? sha256.soFar() : undefined };
      continue;
    }
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
