// What the file system says of a file at one moment, as five numbers, and whether a later change would show in them. Pure.

/** What is used of Node's `BigIntStats`. */
interface FileNumbers {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  readonly dev: bigint;
}

/** How many numbers a stamp has: size, mtime, ctime, inode, device. */
export const stampLength = 5;
export const stampBytes = stampLength * 8;

/** Puts the stamp of a file at its place in a list of stamps. */
export function putStamp(
  list: BigInt64Array,
  index: number,
  { size, mtimeNs, ctimeNs, ino, dev }: FileNumbers,
): void {
  const at = index * stampLength;
  list[at] = size;
  list[at + 1] = mtimeNs;
  list[at + 2] = ctimeNs;
  list[at + 3] = ino; // both are unsigned, and what does not fit wraps: only equality counts
  list[at + 4] = dev;
}

/** The stamp at a place in a list of stamps. */
export function stampIn(list: BigInt64Array, index: number): BigInt64Array {
  return list.subarray(index * stampLength, (index + 1) * stampLength);
}

export function isSameStamp(one: BigInt64Array, other: BigInt64Array): boolean {
  for (let at = 0; at < stampLength; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** The device of a stamp, or of that at a place in a list of stamps. */
export function deviceOf(list: BigInt64Array, index = 0): bigint {
  return list[index * stampLength + 4] ?? 0n;
}

/** Whether the first so many of a list of stamps are of one device. */
export function areOfOneDevice(list: BigInt64Array, count: number): boolean {
  const device = deviceOf(list);
  for (let index = 1; index < count; index++) if (deviceOf(list, index) !== device) return false;
  return true;
}

/** The size of the file whose stamp is at a place in a list of stamps. */
export function sizeIn(list: BigInt64Array, index: number): number {
  return Number(list[index * stampLength]);
}

// The coarsest clock of a file system in use ticks every 2 s (FAT); another second for what a clock is set back unseen.
const settlingNs = 3_000_000_000n;

/**
 * Whether a change after the file was read must show. One within the same tick of the file system's clock does not, so what
 * was read is known only of a file whose times were clearly past when the reading began; `sinceMs` is that moment. Where
 * there is no inode or no ctime, nothing would show a file that was replaced, or a time that was put back.
 */
export function isSettled(stamp: BigInt64Array, sinceMs: number): boolean {
  return isPast(stamp, sinceMs, settlingNs);
}

// Linux writes a changed page to the disk after 30 s, in rounds of 5 s (vm.dirty_expire_centisecs), and later when the disk is
// busy. Until then a program that has it mapped writes to it again, and no time of the file changes, then or later.
const writingBackNs = 60_000_000_000n;

/** {@link isSettled}, also for a change by a program that has the file mapped into memory. */
export function isWrittenBack(stamp: BigInt64Array, sinceMs: number): boolean {
  return isPast(stamp, sinceMs, writingBackNs);
}

function isPast(stamp: BigInt64Array, sinceMs: number, marginNs: bigint): boolean {
  const [, mtimeNs = 0n, ctimeNs = 0n, inode = 0n] = stamp;
  if (inode === 0n || ctimeNs <= 0n || !Number.isFinite(sinceMs)) return false;
  const latestNs = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  return latestNs + marginNs <= BigInt(Math.floor(sinceMs)) * 1_000_000n;
}
