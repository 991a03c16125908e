// Which files of a set show best whether others than those that were refused are taken. Pure.

const SPREAD = 3;

/** A few from all over the set, for files that lie together may be alike, and the smallest, for the size may be what is refused. */
export function sampleOf<T extends { readonly sizeBytes: number }>(
  others: readonly T[],
): ReadonlySet<T> {
  const sample = new Set<T>();
  const last = others.length - 1;
  for (let step = SPREAD; step >= 1; step -= 1) {
    const file = others[Math.ceil((last * step) / SPREAD)];
    if (file !== undefined) sample.add(file);
  }
  const [first, ...rest] = others;
  if (first !== undefined)
    sample.add(
      rest.reduce((least, file) => (file.sizeBytes < least.sizeBytes ? file : least), first),
    );
  return sample;
}
