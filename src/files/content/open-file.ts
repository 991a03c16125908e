// A file while it is looked at: what the functions that tell whether it is whole are given. Types alone.
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

/** `false` only when the end must be missing: junk behind the end, or what no reader minds, is no reason. */
export type IsWhole = (file: OpenFile) => boolean;
