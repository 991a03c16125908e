// A file as a stream of chunks that a connection takes well, its digests taken as they pass. Knows nothing of who takes them.
import { createHash } from "node:crypto";
import {
  digestHere,
  isHashedInThread,
  type RunningDigest,
} from "../../files/workers/digest-thread";
import { systemClock } from "../../flow/clock";
import type { Disk } from "../../flow/disk/disk";
import { isSameStamp } from "../../flow/disk/read-handle";
import { CHUNK_BYTES, createChunkSize } from "./chunk-size";
import { createRing, createSharedRing, type LentRing, type PieceMemory } from "./piece-memory";
import { readPieces, readSteadily, type SourceFile, type WasRead } from "./source";

/** The same items, the next of which is asked for before one is handed out. */
async function* oneAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  const ask = (): Promise<IteratorResult<T, unknown>> => {
    const asked = items.next();
    asked.catch(() => undefined); // thrown where it is waited for
    return asked;
  };
  try {
    for (let asked = ask(); ;) {
      const { done, value } = await asked;
      if (done === true) return;
      asked = ask();
      yield value;
    }
  } finally {
    await items.return(undefined);
  }
}

/** How a file is read: the digests that are taken on the way, and the memory of a large one. */
interface ReadingWith {
  readonly sha256?: RunningDigest | undefined;
  readonly also?: RunningDigest | undefined;
  readonly ring?: LentRing | undefined;
}

function memoryFor(file: SourceFile): PieceMemory {
  if (isHashedInThread(file)) return createSharedRing();
  return createRing(Math.min(file.sizeBytes, CHUNK_BYTES), false);
}

/**
 * {@link readPieces} in chunks that a socket takes well: what is handed out may be overwritten after the next but one.
 * `onRead` is called just before the last one is handed out.
 */
export async function* readChunks(
  disk: Disk,
  file: SourceFile,
  onRead: (whole: WasRead) => void,
  { sha256 = digestHere("sha256"), also, ring }: ReadingWith = {},
): AsyncGenerator<Buffer> {
  const reading = { memory: ring ?? memoryFor(file), sha256, also, isEachDigested: false };
  const size = createChunkSize();
  try {
    for await (const piece of oneAhead(readPieces(disk, file, reading))) {
      const { bytes, whole } = piece;
      if (whole !== undefined) onRead(whole);
      for (let from = 0; from < bytes.length;) {
        const chunk = bytes.subarray(from, from + size.bytes());
        const givenMs = systemClock.now();
        yield chunk;
        size.onTaken(chunk.length, systemClock.now() - givenMs);
        from += chunk.length;
      }
    }
  } finally {
    ring?.release();
  }
}

/** The sha256 of a file of any size, read in chunks. @throws as {@link readChunks} */
export async function readSha256(
  disk: Disk,
  file: SourceFile,
  reading?: ReadingWith,
): Promise<string> {
  let sha256 = createHash("sha256").digest("hex"); // an empty file has no chunk
  const onRead = (whole: WasRead): void => {
    sha256 = whole.sha256;
  };
  for await (const chunk of readChunks(disk, file, onRead, reading)) void chunk;
  return sha256;
}

/** The MD5 of a file's content, which is read and must have its sha256. `undefined` where this machine takes no MD5. */
export async function readMd5(
  disk: Disk,
  file: SourceFile,
  md5 = digestHere("md5"),
  reading?: Omit<ReadingWith, "also">,
): Promise<string | undefined> {
  await readSha256(disk, file, { ...reading, also: md5 });
  return md5.digest();
}

/** How the digests of a file are taken that is read again. */
interface ReadingAgain {
  readonly md5: () => RunningDigest;
  readonly sha256: () => RunningDigest;
}

/**
 * {@link readMd5} a large file that was read before. What the disk says of it is enough to know that it is the same still;
 * where that is something else, its sha256 is taken again. `undefined` also where it becomes something else meanwhile.
 * @throws as {@link readChunks}
 */
export async function md5Again(
  disk: Disk,
  file: SourceFile,
  wasRead: WasRead | undefined,
  { md5, sha256 }: ReadingAgain,
): Promise<string | undefined> {
  const memory = memoryFor(file);
  const running = md5();
  for await (const { bytes, stamp, end } of readSteadily(disk, file, memory)) {
    if (wasRead === undefined || !isSameStamp(wasRead.stamp, stamp)) break;
    memory.keepUntil(bytes, running.add(bytes));
    if (end !== undefined) return isSameStamp(stamp, end) ? running.digest() : undefined;
  }
  const known = { ...file, sha256: wasRead?.sha256 ?? file.sha256 };
  return readMd5(disk, known, running, { sha256: sha256() });
}
