// Reads a file that is sent, once, and makes sure that what is sent is one state of it: the hash is taken on the way,
// and the last bytes are held back until size, time and hash agree. So content that changed under us never lands whole.
import { createHash, type Hash } from "node:crypto";
import { AvalaError, messageOf } from "../../errors";
import { systemErrorCode } from "../../system-error";
import type { Disk, FileStamp, ReadHandle } from "../../flow/disk";

export interface SourceFile {
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
  /** Known when the manifest was made before; then what is sent must have it. */
  readonly sha256?: string | undefined;
}

// Larger reads cost memory for each file under way, smaller ones a call each; past 512 KiB nothing got faster.
const CHUNK_BYTES = 512 * 1024;

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
    {
      hint: "Run again once nothing is writing to the files.",
    },
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
    throw unreadable(file, error);
  }
}

function requireSize(file: SourceFile, sizeBytes: number): void {
  if (sizeBytes !== file.sizeBytes) {
    throw changed(file, `it has ${sizeBytes} bytes, and had ${file.sizeBytes} when it was listed`);
  }
}

function requireSameStamp(file: SourceFile, before: FileStamp, after: FileStamp): void {
  requireSize(file, after.sizeBytes);
  const isSame =
    before.modifiedMs === after.modifiedMs &&
    before.changedMs === after.changedMs &&
    before.inode === after.inode;
  if (!isSame) throw changed(file, "it was written to");
}

function requireDigest(file: SourceFile, hash: Hash): string {
  const sha256 = hash.digest("hex");
  if (file.sha256 !== undefined && file.sha256 !== sha256) {
    throw changed(file, "its content is not what its manifest says");
  }
  return sha256;
}

export interface Content {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/**
 * A small file as one buffer with its sha256.
 * @throws AvalaError `file` (unreadable) or `file_changed`
 */
export async function readSmall(disk: Disk, file: SourceFile): Promise<Content> {
  const handle = await open(disk, file);
  try {
    const before = await handle.stamp();
    requireSize(file, before.sizeBytes);
    const bytes = Buffer.allocUnsafe(file.sizeBytes);
    requireSize(file, await readAt(handle, file, bytes, 0));
    requireSameStamp(file, before, await handle.stamp());
    return { bytes, sha256: requireDigest(file, createHash("sha256").update(bytes)) };
  } finally {
    await handle.close();
  }
}

/**
 * A large file in pieces of `pieceBytes`, the last one shorter. `onDigest` is called with the sha256 just before the last piece
 * is handed out; when the file is not what it was, that piece is never handed out and the iteration throws.
 * @throws AvalaError `file` (unreadable) or `file_changed`
 */
export async function* readPieces(
  disk: Disk,
  file: SourceFile,
  pieceBytes: number,
  onDigest: (sha256: string) => void,
  allocate = (bytes: number): Buffer => Buffer.allocUnsafe(bytes),
): AsyncGenerator<Buffer> {
  const handle = await open(disk, file);
  try {
    const before = await handle.stamp();
    requireSize(file, before.sizeBytes);
    const hash = createHash("sha256");
    let position = 0;
    while (position < file.sizeBytes) {
      // Never the one that was handed out last: it may still wait in a socket's queue.
      const piece = allocate(Math.min(pieceBytes, file.sizeBytes - position));
      const filled = await readAt(handle, file, piece, position);
      position += filled;
      if (filled < piece.length) requireSize(file, position);
      hash.update(piece);
      if (position === file.sizeBytes) {
        requireSameStamp(file, before, await handle.stamp());
        onDigest(requireDigest(file, hash));
      }
      yield piece;
    }
  } finally {
    await handle.close();
  }
}

/** {@link readPieces} in pieces of a size that a socket takes well. */
export function readChunks(
  disk: Disk,
  file: SourceFile,
  onDigest: (sha256: string) => void,
): AsyncGenerator<Buffer> {
  return readPieces(disk, file, CHUNK_BYTES, onDigest);
}

/** The sha256 of a file of any size, read in chunks. @throws as {@link readChunks} */
export async function digestOf(disk: Disk, file: SourceFile): Promise<string> {
  let sha256 = createHash("sha256").digest("hex"); // an empty file has no chunk
  const chunks = readChunks(disk, file, (digest) => {
    sha256 = digest;
  });
  for await (const chunk of chunks) void chunk;
  return sha256;
}
