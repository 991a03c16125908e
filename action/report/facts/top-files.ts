// The few files of a set that stand out, found in one pass over however many. Pure.

const maxListedFiles = 5;

/** A file that has landed. */
export interface LandedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** From when the server had said how, with its tries. */
  readonly durationMs: number;
}

/** The most of what was there and `one` by `measure`, the greatest first. */
export function topWith<One>(
  top: readonly One[],
  one: One,
  measure: (one: One) => number,
): readonly One[] {
  const last = top[maxListedFiles - 1];
  if (last !== undefined && measure(last) >= measure(one)) return top;
  return [...top, one].sort((a, b) => measure(b) - measure(a)).slice(0, maxListedFiles);
}
