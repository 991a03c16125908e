// Whether an image is whole, judged by its structure and not by its pixels. None throws, whatever the bytes are.
import { areZerosBefore, type Flaw, type OpenFile } from "./open-file";

/** Its end mark is among the last bytes; or before what phones put after the picture, a film or a second picture. */
export function isWholeJpeg({ sizeBytes, head, read }: OpenFile): boolean {
  const end = Buffer.from([0xff, 0xd9]);
  // Application segments hold previews with an end mark of their own. JFIF's, the first, holds none in practice.
  let position = 2;
  while (position + 4 <= head.length && head.readUInt16BE(position) >> 4 === 0xffe) {
    const next = position + 2 + head.readUInt16BE(position + 2);
    if (next > sizeBytes && head[position + 1] !== 0xe0) return false;
    if (next > sizeBytes) break;
    position = next;
  }
  if (read(Math.max(position, sizeBytes - 64), 64).includes(end)) return true;
  for (let segments = 0; segments < 4096; segments++) {
    const header = read(position, 4);
    if (header.length < 4) return false;
    const marker = header.readUInt8(1);
    if (header.readUInt8(0) !== 0xff || marker === 0xda) break;
    if (marker === 0xd9) return true;
    const isBare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (marker === 0xff) position += 1;
    else position += isBare ? 2 : 2 + header.readUInt16BE(2);
    if (position >= sizeBytes) return false;
  }
  // 256 MiB at most; a larger picture is not judged here.
  for (let reads = 0; reads < 4096; reads++) {
    const bytes = read(position, 65_536);
    if (bytes.includes(end)) return true;
    if (bytes.length < 65_536) return false;
    position += bytes.length - 1;
  }
  return true;
}

/** Its end mark is among the last bytes, or at the end of its chunks, with something else after it. */
export function isWholePng({ sizeBytes, read }: OpenFile): boolean {
  const end = Buffer.from("\0\0\0\0IEND\xaeB`\x82", "latin1");
  if (read(Math.max(0, sizeBytes - 64), 64).includes(end)) return true;
  let position = 8;
  for (let chunks = 0; chunks < 10_000; chunks++) {
    const header = read(position, 8);
    if (header.length < 8) return false;
    position += 12 + header.readUInt32BE(0);
    const type = header.toString("latin1", 4);
    // Zeros are chunks without length, of a name that no chunk has.
    if (position > sizeBytes || !/^[A-Za-z]{4}$/.test(type)) return false;
    if (type === "IEND") return true;
  }
  return true;
}

/** Its blocks go up to the trailer, or to the end of a picture, as old programs left the trailer out. All of it is read. */
export function flawOfGif(file: OpenFile): Flaw | undefined {
  const { isWhole, hasTrailer } = walkGif(file);
  if (!isWhole) return "cut short";
  return !hasTrailer && areZerosBefore(file, file.sizeBytes) ? "ends in zeros" : undefined;
}

interface GifWalk {
  readonly isWhole: boolean;
  readonly hasTrailer: boolean;
}

function walkGif({ head, read }: OpenFile): GifWalk {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  let reads = 0;
  const at = (position: number): number | undefined => {
    if (position < start || position >= start + window.length) {
      start = position;
      window = read(position, 65_536);
      reads += 1;
    }
    return window[position - start];
  };
  const colors = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let position = 13 + colors(head[10] ?? 0);
  let isPictureLast = false;
  while (reads < 4096) {
    const kind = at(position);
    if (kind === undefined) return { isWhole: isPictureLast, hasTrailer: false };
    // The trailer; or what is not a block at all, where readers stop and show what they have.
    if (kind !== 0x21 && kind !== 0x2c) return { isWhole: true, hasTrailer: kind === 0x3b };
    isPictureLast = kind === 0x2c;
    position += kind === 0x21 ? 2 : 11 + colors(at(position + 9) ?? 0);
    for (let length = at(position); length !== 0; length = at(position)) {
      if (length === undefined) return { isWhole: false, hasTrailer: false };
      position += 1 + length;
    }
    position += 1;
  }
  return { isWhole: true, hasTrailer: true };
}

/** It is as long as its header says. */
export function isWholeWebp({ sizeBytes, head }: OpenFile): boolean {
  return head.length >= 12 && head.readUInt32LE(4) + 8 <= sizeBytes;
}

/** Its rows of pixels are there. The length that its header gives is often wrong, and only counts where rows are packed. */
export function isWholeBmp({ sizeBytes, head }: OpenFile): boolean {
  if (head.length < 26) return false;
  const promised = head.readUInt32LE(2);
  if (head.length < 34 || head.readUInt32LE(14) < 40) return promised <= sizeBytes;
  const rowBits = Math.abs(head.readInt32LE(18)) * head.readUInt16LE(28);
  const compression = head.readUInt32LE(30);
  if (compression !== 0 && compression !== 3 && compression !== 6) return promised <= sizeBytes;
  const rows = Math.abs(head.readInt32LE(22)) * Math.ceil(rowBits / 32) * 4;
  return head.readUInt32LE(10) + rows <= sizeBytes;
}
