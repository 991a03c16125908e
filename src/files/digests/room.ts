// Room for pieces of one size that come one by one. Knows nothing of what is in them.

const minPieces = 64;

/** The bytes where they have room for so many pieces; else a larger copy, so that few copies are made. New pieces are zero. */
export function withRoom(bytes: Buffer, count: number, pieceBytes: number): Buffer {
  if (count * pieceBytes <= bytes.length) return bytes;
  const grown = Math.ceil(1.25 * (bytes.length / pieceBytes));
  // A buffer of its own begins where numbers of eight bytes may lie.
  const larger = Buffer.from(new ArrayBuffer(Math.max(count, grown, minPieces) * pieceBytes));
  bytes.copy(larger);
  return larger;
}
