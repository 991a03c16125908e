// A file while it is looked at: what the functions that tell whether it is whole are given, and what they say of it.
// None of those functions throws, whatever the bytes are.

/** How many of a file's first bytes are looked at: a tar's mark, the furthest of all, ends at 265. */
export const HEAD_BYTES = 512;

export interface OpenFile {
  readonly sizeBytes: number;
  /** The first `HEAD_BYTES`, or all of a smaller file. */
  readonly head: Buffer;
  /** Bytes from a place in the file: fewer at its end, 64 KiB at most. The next call overwrites them. */
  readonly read: (position: number, length: number) => Buffer;
}

/** What is wrong with the structure of a file. */
export type Flaw =
  /** Its end is missing. */
  | "cut short"
  /** It has its length, and zeros in the place of its last bytes: space that was reserved and never written. */
  | "ends in zeros"
  /** A PLY of something else than splats. Wrong only where splats are wanted. */
  | "not a splat";

/** `false` only when the end must be missing: junk behind the end, or what no reader minds, is not a reason. */
export type IsWhole = (file: OpenFile) => boolean;

// Compressed data never has as many in a row, and a file system reserves space in no smaller pieces.
const ZERO_TAIL_BYTES = 4096;

/** Whether the bytes before `end` are zeros, as many as no compressed data has, and all of them lie behind `start`. */
export function areZerosBefore(
  file: OpenFile,
  end: number,
  start = 0,
  atLeast = ZERO_TAIL_BYTES,
): boolean {
  if (end - atLeast < start || end > file.sizeBytes) return false;
  for (let at = end; at > end - atLeast; at -= 65_536) {
    const from = Math.max(end - atLeast, at - 65_536);
    const bytes = file.read(from, at - from);
    if (bytes.length < at - from || bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}
