// How much of a file a connection is given at once. Knows nothing of files and connections.

// Larger reads cost memory for each file under way, smaller ones a call each. A connection makes progress by chunks, and fails
// after two minutes without: a link of 5 kB/s takes one.
export const CHUNK_BYTES = 512 * 1024;

// Each chunk costs about 0.1 ms of processor time: 2 GiB take 0.4 s less in chunks eight times as large.
const LARGE_CHUNK_BYTES = 4 * 1024 * 1024;

// A link this fast would have to become 300 times slower to stall at a large chunk.
const QUICK_BYTES_PER_MS = 10_000;
// What a system or a proxy takes at once and then keeps is less.
const QUICK_FOR_BYTES = 64 * 1024 * 1024;

interface ChunkSize {
  readonly bytes: () => number;
  /** So many bytes took the connection so long. */
  readonly onTaken: (bytes: number, ms: number) => void;
}

/** Large chunks for a connection that has proved fast, as long as it is. */
export function createChunkSize(): ChunkSize {
  let quickBytes = 0;
  return {
    bytes: () => (quickBytes < QUICK_FOR_BYTES ? CHUNK_BYTES : LARGE_CHUNK_BYTES),
    onTaken: (bytes, ms) => {
      const isQuick = bytes >= ms * QUICK_BYTES_PER_MS;
      quickBytes = isQuick ? quickBytes + bytes : 0;
    },
  };
}
