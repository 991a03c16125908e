// What the file system says of a file at one moment, as five numbers, and whether a later change would show in them. Pure.

/**
 * What is used of Node's `Stats`. Its times are exact to a quarter of a µs, and a change that has to show comes seconds later:
 * whole nanoseconds show no more, and as BigInts take a fifth more processor time to ask for.
 */
interface FileNumbers {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly dev: number;
}

/** How many numbers a stamp has: size, mtime, ctime, inode, device. */
export const stampLength = 5;
export const stampBytes = stampLength * 8;

/** Puts the stamp of a file at its place in a list of stamps. */
export function putStamp(
  list: Float64Array,
  index: number,
  { size, mtimeMs, ctimeMs, ino, dev }: FileNumbers,
): void {
  const at = index * stampLength;
  list[at] = size;
  list[at + 1] = mtimeMs;
  list[at + 2] = ctimeMs;
  list[at + 3] = ino; // what does not fit is rounded: only equality counts
  list[at + 4] = dev;
}

/** The stamp at a place in a list of stamps. */
export function stampIn(list: Float64Array, index: number): Float64Array {
  return list.subarray(index * stampLength, (index + 1) * stampLength);
}

/** Of two stamps, or of those at places in two lists of stamps. */
export function isSameStamp(
  one: Float64Array,
  other: Float64Array,
  { index = 0, otherIndex = 0 } = {},
): boolean {
  const [at, otherAt] = [index * stampLength, otherIndex * stampLength];
  for (let n = 0; n < stampLength; n++) if (one[at + n] !== other[otherAt + n]) return false;
  return true;
}

/** The device of a stamp, or of that at a place in a list of stamps. */
export function deviceOf(list: Float64Array, index = 0): number {
  return list[index * stampLength + 4] ?? 0;
}

/** Whether the first so many of a list of stamps are of one device. */
export function areOfOneDevice(list: Float64Array, count: number): boolean {
  const device = deviceOf(list);
  for (let index = 1; index < count; index++) if (deviceOf(list, index) !== device) return false;
  return true;
}

/** The size of the file whose stamp is at a place in a list of stamps. */
export function sizeIn(list: Float64Array, index: number): number {
  return list[index * stampLength] ?? 0;
}

/** The sizes of the first so many files of a list of stamps. */
export function sizesIn(list: Float64Array, count: number): Float64Array {
  const sizes = new Float64Array(count);
  for (let index = 0; index < count; index++) sizes[index] = sizeIn(list, index);
  return sizes;
}

// The coarsest clock of a file system in use ticks every 2 s (FAT); another second for what a clock is set back unseen.
const settlingMs = 3000;

/**
 * Whether a change after the file was read must show. One within the same tick of the file system's clock does not, so what
 * was read is known only of a file whose times were clearly past when the reading began; `sinceMs` is that moment. Where
 * there is no inode or no ctime, nothing would show a file that was replaced, or a time that was put back.
 */
export function isSettled(stamp: Float64Array, sinceMs: number): boolean {
  return isPast(stamp, sinceMs, settlingMs);
}

// The most that Linux takes in one write (2 GiB), and the fewest bytes a ms that a disk which is in use writes: 4 MB/s.
const maxWriteBytes = 2 ** 31;
const leastBytesAMs = 4000;

/**
 * {@link isSettled}, also for changes that no time of the file shows: those by a program that has it mapped into memory, until
 * a page is written back; and those by a single write, which sets the times as it begins, for as long as it may take.
 */
export function isWrittenBack(
  stamp: Float64Array,
  sinceMs: number,
  writingBackMs: number,
): boolean {
  const writeMs = Math.min(sizeIn(stamp, 0), maxWriteBytes) / leastBytesAMs;
  return isPast(stamp, sinceMs, Math.max(writingBackMs, writeMs));
}

function isPast(stamp: Float64Array, sinceMs: number, marginMs: number): boolean {
  const [, mtimeMs = 0, ctimeMs = 0, inode = 0] = stamp;
  if (inode === 0 || ctimeMs <= 0 || !Number.isFinite(sinceMs)) return false;
  return Math.max(mtimeMs, ctimeMs) + marginMs <= Math.floor(sinceMs);
}
