// Whether a TIFF or BigTIFF is whole, told by its structure. It never throws, whatever the bytes are.
import type { OpenFile } from "./open-file";

/**
 * Its directories, and the strips or tiles that they name, lie within it. Directories often come after the pixels. They and
 * their values may share bytes, so that a small file asks for any amount of work: one of 131 kB took 160 s of a thread. What is
 * beyond `valuesLeft` is not looked at: of whole slides the first 20 levels are.
 */
export function isWholeTiff({ sizeBytes, head, read }: OpenFile, valuesLeft = 300_000): boolean {
  const isLittle = head[0] === 0x49;
  const isBig = head[isLittle ? 2 : 3] === 0x2b;
  const [wide, countBytes, entryBytes] = isBig ? [8, 8, 20] : [4, 2, 12];
  const number = numberReader(isLittle);
  // The values of a directory's entry, at most 64 KiB of them; `undefined` when they lie beyond the end.
  const valuesOf = (entry: Buffer, most: number): number[] | undefined => {
    const each = { 3: 2, 4: 4, 16: 8 }[number(entry, 2, 2)] ?? 1;
    const [bytes, at] = [number(entry, 4, wide) * each, number(entry, 4 + wide, wide)];
    if (bytes > wide && at + bytes > sizeBytes) return undefined;
    const length = Math.min(bytes, most * each, 65_536);
    const source = bytes > wide ? read(at, length) : entry.subarray(4 + wide);
    const count = Math.floor(Math.min(length, source.length) / each);
    valuesLeft -= count;
    return Array.from({ length: count }, (_, n) => number(source, n * each, each));
  };
  const holdsPixels = (table: Buffer): boolean => {
    const tags = new Map<number, number[]>();
    for (let at = 0; at + entryBytes <= table.length; at += entryBytes) {
      const tag = number(table, at, 2);
      // The format has each tag once, and readers take the first.
      if (tags.has(tag) || !/^(?:25[6-9]|27[379]|32[45])$/.test(String(tag))) continue;
      // Of all but where the pixels lie the first value is enough.
      const most = tag < 260 || tag === 277 ? 1 : valuesLeft;
      const values = valuesOf(table.subarray(at, at + entryBytes), most);
      if (values === undefined || valuesLeft <= 0) return values !== undefined;
      tags.set(tag, values);
    }
    return arePixelsWithin(tags, sizeBytes);
  };
  let directory = number(head, isBig ? 8 : 4, wide);
  if (directory === 0) return head.length >= (isBig ? 16 : 8);
  const seen = new Set<number>();
  // A circle has no end that could be missing.
  while (valuesLeft > 0 && seen.size < 1024 && directory !== 0 && !seen.has(directory)) {
    seen.add(directory);
    if (directory + countBytes > sizeBytes) return false;
    const length = number(read(directory, countBytes), 0, countBytes) * entryBytes;
    const next = directory + countBytes + length;
    if (next + wide > sizeBytes) return false;
    const table = read(directory + countBytes, Math.min(length, 65_536));
    if (!holdsPixels(Buffer.from(table))) return false;
    directory = number(read(next, wide), 0, wide);
  }
  return true;
}

/** Of `length` bytes at a place; 0 beyond the end. */
function numberReader(isLittle: boolean): (bytes: Buffer, at: number, length: number) => number {
  return (bytes, at, length) => {
    if (at + length > bytes.length) return 0;
    if (length < 8) return isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
    return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  };
}

/** By the values of a directory's tags. */
function arePixelsWithin(tags: ReadonlyMap<number, readonly number[]>, sizeBytes: number): boolean {
  const one = (tag: number): number => tags.get(tag)?.[0] ?? 1;
  const offsets = tags.get(273) ?? tags.get(324) ?? [];
  const sizes = tags.get(279) ?? tags.get(325) ?? [];
  // Of strips that are not compressed, and of the old JPEG form, writers give lengths that are too large.
  const isExact = !tags.has(273) || ![1, 6].includes(one(259));
  const rows = one(257) * Math.ceil((one(256) * one(258) * one(277)) / 8);
  const isRaw = tags.has(273) && one(259) === 1 && [256, 257, 279].every((tag) => tags.has(tag));
  if (isRaw && Math.min(...offsets) + rows > sizeBytes) return false;
  return offsets.every((offset, n) => offset + (isExact ? (sizes[n] ?? 0) : 0) <= sizeBytes);
}
