// Memory that files are read into. Knows nothing of who reads.

// AMD's Zen 3, which many hosted runners have, copies to the beginning of a page at a third of its speed, and there a large
// allocation lies: reading 2 GiB took 1 s of processor time instead of 0.3. Other processors do not mind.
const FROM_BYTE = 256;

/** Room for so many bytes, used again by whoever takes it: it is zeroed first. `isShared`: other threads can read it. */
export function allocateToRead(bytes: number, isShared: boolean): ArrayBufferLike {
  const all = FROM_BYTE + bytes;
  return isShared ? new SharedArrayBuffer(all) : new ArrayBuffer(all);
}

/** The first bytes of that room. */
export function bufferIn(memory: ArrayBufferLike, bytes: number): Buffer {
  return Buffer.from(memory, FROM_BYTE, bytes);
}
