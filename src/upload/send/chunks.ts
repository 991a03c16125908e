// A file as a stream of chunks that a connection takes well, its digests taken as they pass. Knows nothing of who takes them.
import { createHash } from "node:crypto";
import {
  digestHere,
  isHashedInThread,
  type RunningDigest,
} from "../../files/workers/digest-thread";
import type { Disk } from "../../flow/disk";
import { createRing } from "./piece-memory";
import { readPieces, type SourceFile } from "./source";

// Larger reads cost memory for each file under way, smaller ones a call each. A connection makes progress by chunks, and fails
// after two minutes without: a link of 5 kB/s takes one.
const CHUNK_BYTES = 512 * 1024;
// Each read is a message to the thread that hashes; 2 to 8 MiB took no less time.
const LARGE_READ_BYTES = 1024 * 1024;

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

/**
 * {@link readPieces} in chunks that a socket takes well: what is handed out may be overwritten after the next but one.
 * `onDigest` is called with the sha256 just before the last one is handed out.
 */
export async function* readChunks(
  disk: Disk,
  file: SourceFile,
  onDigest: (sha256: string) => void,
  sha256 = digestHere("sha256"),
  also?: RunningDigest,
): AsyncGenerator<Buffer> {
  const isShared = isHashedInThread(file);
  const pieceBytes = Math.min(file.sizeBytes, isShared ? LARGE_READ_BYTES : CHUNK_BYTES);
  const memory = createRing(pieceBytes, isShared);
  const reading = { pieceBytes, memory, sha256, also, isEachDigested: false };
  for await (const piece of oneAhead(readPieces(disk, file, reading))) {
    const { bytes } = piece;
    if (piece.sha256 !== undefined) onDigest(piece.sha256);
    for (let from = 0; from < bytes.length; from += CHUNK_BYTES)
      yield bytes.subarray(from, from + CHUNK_BYTES);
  }
}

/** The sha256 of a file of any size, read in chunks. @throws as {@link readChunks} */
export async function digestOf(
  disk: Disk,
  file: SourceFile,
  running?: RunningDigest,
  also?: RunningDigest,
): Promise<string> {
  let sha256 = createHash("sha256").digest("hex"); // an empty file has no chunk
  const onDigest = (digest: string): void => {
    sha256 = digest;
  };
  for await (const chunk of readChunks(disk, file, onDigest, running, also)) void chunk;
  return sha256;
}

/** The MD5 of a file's content, which is read and must have its sha256. `undefined` where this machine takes no MD5. */
export async function md5Of(
  disk: Disk,
  file: SourceFile,
  md5 = digestHere("md5"),
  sha256?: RunningDigest,
): Promise<string | undefined> {
  await digestOf(disk, file, sha256, md5);
  return md5.digest();
}
