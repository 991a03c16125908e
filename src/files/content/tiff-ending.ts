// Whether a TIFF or BigTIFF is whole, judged by its structure. None throws, whatever the bytes are.
import { areZerosBefore, type Flaw, type OpenFile } from "./open-file";

/** A directory's tags, each with its values. */
type Tags = ReadonlyMap<number, readonly number[]>;

/**
 * Its directories, and the strips or tiles that they name, lie within it, and none that is compressed ends in zeros.
 * Directories often come after the pixels.
 */
export function flawOfTiff(file: OpenFile): Flaw | undefined {
  let flaw: Flaw | undefined;
  const isWhole = everyDirectory(file, (tags) => {
    if (!arePixelsWithin(tags, file.sizeBytes)) return false;
    if (hasZeroEnding(tags, file)) flaw = "ends in zeros";
    return true;
  });
  return isWhole ? flaw : "cut short";
}

/**
 * Whether each directory is there, and as asked. They and their values may share bytes, so that a small file asks for any
 * amount of work: one of 131 kB took 160 s of a thread. What is beyond `valuesLeft` is not looked at: of whole slides the
 * first 20 levels are.
 */
function everyDirectory(
  { sizeBytes, head, read }: OpenFile,
  isGood: (tags: Tags) => boolean,
  valuesLeft = 300_000,
): boolean {
  const form = formOf(head);
  const { wide, countBytes, entryBytes, number } = form;
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
      const entry = table.subarray(at, at + entryBytes);
      if (isOutside(entry, form, sizeBytes)) return false;
      // The format has each tag once, and readers take the first.
      if (tags.has(tag) || !/^(?:25[6-9]|262|27[3789]|284|32[45]|530)$/.test(String(tag))) continue;
      // Of all but where the pixels lie the first value is enough, of the subsampling the two.
      const isPlace = [273, 279, 324, 325].includes(tag);
      const most = isPlace ? valuesLeft : tag === 530 ? 2 : 1;
      const values = valuesOf(entry, most);
      if (values === undefined || valuesLeft <= 0) return values !== undefined;
      tags.set(tag, values);
    }
    return isGood(tags);
  };
  let directory = number(head, wide, wide);
  // A writer fills in last where the first one is, and there is at least one (TIFF 6.0, section 2).
  if (directory === 0) return false;
  const seen = new Set<number>();
  // A circle has no end that could be missing.
  while (valuesLeft > 0 && seen.size < 1024 && directory !== 0 && !seen.has(directory)) {
    seen.add(directory);
    if (directory + countBytes > sizeBytes) return false;
    const length = number(read(directory, countBytes), 0, countBytes) * entryBytes;
    // As many entries as that are none, and so are zeros in the place of a directory.
    if (length === 0) return false;
    const next = directory + countBytes + length;
    if (next + wide > sizeBytes) return false;
    const table = read(directory + countBytes, Math.min(length, 65_536));
    if (!holdsPixels(Buffer.from(table))) return false;
    directory = number(read(next, wide), 0, wide);
  }
  return true;
}

// By the format's number of each type: of texts and whole numbers, fractions, and those of 64 bits.
const typeBytes: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

interface Form {
  readonly wide: number;
  readonly countBytes: number;
  readonly entryBytes: number;
  readonly number: ReturnType<typeof numberReader>;
}

function formOf(head: Buffer): Form {
  const isLittle = head[0] === 0x49;
  const isBig = head[isLittle ? 2 : 3] === 0x2b;
  const [wide, countBytes, entryBytes] = isBig ? [8, 8, 20] : [4, 2, 12];
  return { wide, countBytes, entryBytes, number: numberReader(isLittle) };
}

/**
 * Whether the values of an entry are not all there: what is written last may be a profile or a text. Not asked of private tags,
 * of which writers copy places that mean nothing, nor of IPTC (33723), whose length some give in bytes and some in fours.
 */
function isOutside(entry: Buffer, { wide, number }: Form, sizeBytes: number): boolean {
  const tag = number(entry, 0, 2);
  const isPublic = tag <= 532 || [700, 33_432, 34_675].includes(tag);
  const bytes = (typeBytes[number(entry, 2, 2)] ?? 0) * number(entry, 4, wide);
  return isPublic && bytes > wide && number(entry, 4 + wide, wide) + bytes > sizeBytes;
}

/** Of `length` bytes at a place; 0 beyond the end. */
function numberReader(isLittle: boolean): (bytes: Buffer, at: number, length: number) => number {
  return (bytes, at, length) => {
    if (at + length > bytes.length) return 0;
    if (length < 8) return isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
    return Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  };
}

const one = (tags: Tags, tag: number, otherwise = 1): number => tags.get(tag)?.[0] ?? otherwise;
const offsetsOf = (tags: Tags): readonly number[] => tags.get(273) ?? tags.get(324) ?? [];
const sizesOf = (tags: Tags): readonly number[] => tags.get(279) ?? tags.get(325) ?? [];

/** By the values of a directory's tags. */
function arePixelsWithin(tags: Tags, sizeBytes: number): boolean {
  const [offsets, sizes] = [offsetsOf(tags), sizesOf(tags)];
  // Of strips that are not compressed, and of the old JPEG form, writers give lengths that are too large.
  const isExact = !tags.has(273) || ![1, 6].includes(one(tags, 259));
  const isRaw =
    tags.has(273) && one(tags, 259) === 1 && [256, 257, 279].every((tag) => tags.has(tag));
  // Strips that were left out, as they are empty, have neither place nor length.
  const isFull = offsets.every((offset, n) => offset > 0 && sizes[n] !== 0);
  if (isRaw && isFull && Math.min(...offsets) + rawBytes(tags) > sizeBytes) return false;
  return offsets.every((offset, n) => offset + (isExact ? (sizes[n] ?? 0) : 0) <= sizeBytes);
}

/**
 * What the rows of an uncompressed picture take at least. Of YCbCr several pixels share their colour: 2 by 2 where no tag says
 * otherwise (TIFF 6.0, section 21), as cameras write it.
 */
function rawBytes(tags: Tags): number {
  const [columns, rows, bits] = [one(tags, 256), one(tags, 257), one(tags, 258)];
  const samples = one(tags, 277);
  if (one(tags, 262, 0) !== 6 || samples !== 3 || one(tags, 284) !== 1)
    return rows * Math.ceil((columns * bits * samples) / 8);
  const [across = 2, down = 2] = tags.get(530) ?? [];
  const units = Math.ceil(columns / across) * Math.ceil(rows / down);
  return Number.isFinite(units) ? Math.floor((units * (across * down + 2) * bits) / 8) : 0;
}

// LZW, JPEG, Deflate (two numbers), LZMA, Zstandard: none of them has zeros for 4 KiB. Fax and PackBits may.
const dense = new Set([5, 7, 8, 32_946, 34_925, 50_000]);

/** Whether the last of its compressed strips or tiles does. */
function hasZeroEnding(tags: Tags, file: OpenFile): boolean {
  if (!dense.has(one(tags, 259))) return false;
  const sizes = sizesOf(tags);
  let last = { start: 0, end: 0 };
  for (const [n, start] of offsetsOf(tags).entries()) {
    const end = start + (sizes[n] ?? 0);
    if (end > last.end && end > start) last = { start, end };
  }
  const bytes = last.end - last.start;
  // A small one is looked at as a whole: it begins or ends with something else, whatever it holds.
  if (bytes >= 8 && bytes < 4096) return areZerosBefore(file, last.end, last.start, bytes);
  return areZerosBefore(file, last.end, last.start);
}
