// Chooses between two ways of reading a library of which one is faster and may not be there. Knows neither.

/** What the first of `reads` returns that neither throws nor lacks anything; the last one has to do. */
export function firstThatLoads<T>(
  reads: readonly [() => T, () => T],
  isWhole: (read: T) => boolean,
): T {
  const [fast, sure] = reads;
  try {
    const read = fast();
    if (isWhole(read)) return read;
  } catch {
    // It is not where it was in the version that this was written for.
  }
  return sure();
}
