// Memory for the pieces of one file that is sent: a few buffers, used again and again, so that a large file never waits for the
// garbage collector. Knows nothing of what is in them.
import { allocateToRead, bufferIn } from "../../flow/disk/read-memory";

export interface PieceMemory {
  /** How large a piece may be. */
  readonly pieceBytes: number;
  /** A buffer that neither a digest nor a connection reads any more. */
  take(bytes: number): Promise<Buffer>;
  /** Digests read `piece` until then. */
  keepUntil(piece: Buffer, isRead: Promise<unknown>): void;
}

// One is read from the disk while a second is handed out, and two may still be with a digest.
const RING_BUFFERS = 4;

// A message to a thread costs as much as a tenth of a ms.
const SHARED_PIECE_BYTES = 1024 * 1024;

/** Of memory that threads read. */
export function createSharedRing(): PieceMemory {
  return createRing(SHARED_PIECE_BYTES, true);
}

/**
 * For pieces that go one after the other, each handed out when the one before it has been taken: the buffers take turns.
 * `isShared`: of memory that other threads can read.
 */
export function createRing(pieceBytes: number, isShared: boolean): PieceMemory {
  const buffers: ArrayBufferLike[] = [];
  const reads: Promise<unknown>[] = [];
  let next = 0;
  return {
    pieceBytes,
    take: async (bytes) => {
      const index = next % RING_BUFFERS;
      next += 1;
      await reads[index];
      return bufferIn((buffers[index] ??= allocateToRead(pieceBytes, isShared)), bytes);
    },
    keepUntil: (piece, isRead) => {
      reads[buffers.indexOf(piece.buffer)] = isRead;
    },
  };
}

// Each piece is a message to the thread that hashes: 2 GiB take a tenth less processor time than in pieces of 1 MiB.
const LARGE_PIECE_BYTES = 4 * 1024 * 1024;

export interface LentRing extends PieceMemory {
  /** Called once for the reading and once for the connection: then nothing is read or written there any more. */
  release(): void;
}

/** Memory for one large file that is sent whole, or read. */
export type Rings = () => LentRing;

/**
 * Keeps rings for the next try and the next file, as {@link createPartMemories} does. Of several files at once only one has
 * large pieces, so that together they stay small.
 */
export function createRings(): Rings {
  const largest = createRing(LARGE_PIECE_BYTES, true);
  const free = [largest];
  return () => {
    const ring = free.pop() ?? createSharedRing();
    let users = 2;
    const release = (): void => {
      users -= 1;
      if (users > 0) return;
      if (ring === largest) free.push(ring);
      else free.unshift(ring);
    };
    return { ...ring, release };
  };
}

export interface PartMemory extends PieceMemory {
  /** Only for buffers that no connection reads any more. */
  giveBack(part: Buffer): void;
}

/** Memory for the parts of files that go one after the other. */
export type PartMemories = (partBytes: number, isShared: boolean) => PartMemory;

/**
 * Keeps what was shared for the next file: the garbage collector does not see how large shared memory is, so that of 300
 * files it had 2.9 GiB left to free.
 */
export function createPartMemories(): PartMemories {
  let kept: { readonly partBytes: number; readonly memory: PartMemory } | undefined;
  return (partBytes, isShared) => {
    if (!isShared) return createPartMemory(partBytes, false);
    if (kept?.partBytes !== partBytes)
      kept = { partBytes, memory: createPartMemory(partBytes, true) };
    return kept.memory;
  };
}

/** For parts, several of which are under way at once, and end in any order. */
function createPartMemory(partBytes: number, isShared: boolean): PartMemory {
  const free: ArrayBufferLike[] = [];
  const reads = new Map<ArrayBufferLike, Promise<unknown>>();
  return {
    pieceBytes: partBytes,
    take: async (bytes) => {
      const buffer = free.pop() ?? allocateToRead(partBytes, isShared);
      await reads.get(buffer);
      return bufferIn(buffer, bytes);
    },
    keepUntil: ({ buffer }, isRead) => void reads.set(buffer, isRead),
    giveBack: (part) => void free.push(part.buffer),
  };
}
