// Whether compressed data ends in zeros: a download or a recording that was given its space and stopped before it was
// filled has its length, and often a whole structure. Asked only of what is whole otherwise. None throws.
import { boxesIn, type Box } from "./iso-boxes";
import { areZerosBefore, type OpenFile } from "./open-file";

/**
 * Its last picture, or what follows in its place. Descriptions after it may end as they like. What WebP codes as a large even
 * plane is zeros in the end: of 16,000 by 16,000 black pixels 0.45 bytes for each of its blocks of 16 by 16.
 */
export function hasWebpZeroEnding(file: OpenFile): boolean {
  const { sizeBytes, read } = file;
  let position = 12;
  let picture = { start: 0, end: 0, isLossless: false };
  for (let chunks = 0; chunks < 10_000 && position + 8 <= sizeBytes; chunks++) {
    const header = read(position, 8);
    const [type, size] = [header.toString("latin1", 0, 4), header.readUInt32LE(4)];
    if (type === "\0\0\0\0") return areZerosBefore(file, sizeBytes, 12);
    const [start, end] = [position + 8, position + 8 + size];
    if (/^(?:VP8[ L]|ALPH|ANMF)$/.test(type)) picture = { start, end, isLossless: type === "VP8L" };
    position = end + (size % 2);
  }
  const atLeast = picture.isLossless ? 4096 : Math.max(4096, webpBlocks(file.head));
  return areZerosBefore(file, picture.end, picture.start, atLeast);
}

/** By the size of its canvas, or of its one picture. */
function webpBlocks(head: Buffer): number {
  if (head.length < 30) return 0;
  const isExtended = head.toString("latin1", 12, 16) === "VP8X";
  const width = isExtended ? 1 + head.readUIntLE(24, 3) : head.readUInt16LE(26) & 0x3fff;
  const height = isExtended ? 1 + head.readUIntLE(27, 3) : head.readUInt16LE(28) & 0x3fff;
  return Math.ceil(width / 16) * Math.ceil(height / 16);
}

// Of these no sample has zeros for 4 KiB. Sound that is not compressed has where it is silent, and cameras fill up frames of
// Motion JPEG and of ProRes.
const denseCodecs = /^(?:avc[1-4]|hvc1|hev1|dvh[1e]|vp09|av01|mp4v|mp4a)$/;

/** The last of its samples; in pieces, the last piece. */
export function hasIsoMediaZeroEnding(file: OpenFile): boolean {
  const top = boxesIn(file, 0, file.sizeBytes, 20_000);
  const moov = top.find(({ type }) => type === "moov");
  if (moov === undefined) return false;
  const parts = boxesIn(file, moov.start, moov.next);
  const isEmpty = ({ type }: Box): boolean => type === "\0\0\0\0";
  if (parts.some(isEmpty) && areZerosBefore(file, moov.next, moov.start)) return true;
  const isInPieces = top.some(({ type }) => type === "moof");
  // A film that has all that is described may have room after it; what comes after a piece is the next one.
  if (isInPieces && top.some(isEmpty) && areZerosBefore(file, file.sizeBytes)) return true;
  const tracks = parts.filter(({ type }) => type === "trak");
  const tables = tracks
    .map((track) => sampleTable(file, track))
    .filter((table) => table !== undefined);
  if (tables.length === 0) return false;
  if (isInPieces) {
    const last = top.findLast(({ type }) => type === "mdat");
    const isDense = tables.every((table) => denseCodecs.test(codecOf(file, table)));
    return last !== undefined && isDense && areZerosBefore(file, last.next, last.start);
  }
  let last = { end: 0, isDense: false };
  for (const table of tables) {
    const end = samplesEnd(file, table);
    if (end > last.end) last = { end, isDense: denseCodecs.test(codecOf(file, table)) };
  }
  return last.isDense && areZerosBefore(file, last.end);
}

function sampleTable(file: OpenFile, track: Box): readonly Box[] | undefined {
  let box: Box | undefined = track;
  for (const name of ["mdia", "minf", "stbl"]) {
    if (box === undefined) return undefined;
    box = boxesIn(file, box.start, box.next, 100).find(({ type }) => type === name);
  }
  return box && boxesIn(file, box.start, box.next, 100);
}

function codecOf({ read }: OpenFile, table: readonly Box[]): string {
  const stsd = table.find(({ type }) => type === "stsd");
  return stsd === undefined ? "" : read(stsd.start + 12, 4).toString("latin1");
}

/** Where the last chunk ends, by the tables of chunks and of sizes; 0 where they don't say. */
function samplesEnd(file: OpenFile, table: readonly Box[]): number {
  const number = (at: number): number => {
    const bytes = at < file.sizeBytes ? file.read(at, 4) : Buffer.alloc(0);
    return bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  };
  const find = (name: string): number => table.find(({ type }) => type === name)?.start ?? 0;
  const [stco, co64, stsc, stsz] = ["stco", "co64", "stsc", "stsz"].map(find);
  if (!stsc || !stsz || (!stco && !co64)) return 0;
  const chunks = number((stco || co64 || 0) + 4);
  const runs = number(stsc + 4);
  const [size, count] = [number(stsz + 4), number(stsz + 8)];
  if (chunks === 0 || runs === 0 || count === 0) return 0;
  const offset = stco
    ? number(stco + 4 + chunks * 4)
    : number((co64 ?? 0) + chunks * 8) * 2 ** 32 + number((co64 ?? 0) + 4 + chunks * 8);
  const inLast = Math.min(number(stsc + 8 + (runs - 1) * 12 + 4), count, 16_384);
  if (size > 0) return offset + inLast * size;
  const sizesAt = stsz + 12 + (count - inLast) * 4;
  if (sizesAt > file.sizeBytes) return 0;
  const sizes = file.read(sizesAt, inLast * 4);
  let end = offset;
  for (let at = 0; at + 4 <= sizes.length; at += 4) end += sizes.readUInt32BE(at);
  return end;
}
