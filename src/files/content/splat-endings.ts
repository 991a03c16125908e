// Whether a file of splats is whole, judged by its structure. None throws, whatever the bytes are.
// The layouts are those of the programs that made the formats: antimatter15/splat (.splat), mkkellogg/GaussianSplats3D
// (.ksplat), nianticlabs/spz (.spz, to version 3 one gzip, in version 4 several streams of zstd), PlayCanvas (.sog, a zip).
import { constants, gunzipSync } from "node:zlib";
import { areZerosBefore, type Flaw, type OpenFile } from "./open-file";

/** Each splat has 32 bytes: place and size of 12, colour and rotation of 4. */
export function isWholeSplat({ sizeBytes }: OpenFile): boolean {
  return sizeBytes % 32 === 0;
}

// By compression: bytes of a splat, and of each coefficient of its harmonics.
const ksplatLevels: readonly (readonly [splat: number, coefficient: number])[] = [
  [44, 4],
  [24, 2],
  [24, 1],
];
const ksplatCoefficients = [0, 9, 24];

/** Its sections lie within it: each has a header of 1 KiB behind the file's own of 4 KiB. */
export function isWholeKsplat({ sizeBytes, head, read }: OpenFile): boolean {
  if (sizeBytes < 4096) return false;
  const sections = head.readUInt32LE(4);
  const level = ksplatLevels[head.readUInt16LE(20)];
  // Another version than the one that is known.
  if (head[0] !== 0 || level === undefined) return true;
  let end = 4096 + sections * 1024;
  for (let section = 0; section < sections && end <= sizeBytes; section++) {
    const header = read(4096 + section * 1024, 44);
    if (header.length < 44) return false;
    const coefficients = ksplatCoefficients[header.readUInt16LE(40)] ?? 0;
    const splatBytes = level[0] + coefficients * level[1];
    const buckets = header.readUInt32LE(12) * header.readUInt16LE(20);
    end += header.readUInt32LE(4) * splatBytes + buckets + header.readUInt32LE(36) * 4;
  }
  return end <= sizeBytes;
}

/** Its directory's record is there, which a zip has at its end: 22 bytes, and a comment of at most 64 KiB. */
export function isWholeZip({ sizeBytes, read }: OpenFile): boolean {
  const mark = Buffer.from("PK\x05\x06", "latin1");
  // One read gives 64 KiB, which is less than the longest record.
  for (const from of [sizeBytes - 65_536, sizeBytes - 65_536 - 64]) {
    const start = Math.max(0, from);
    const bytes = read(start, 65_536);
    for (
      let at = bytes.lastIndexOf(mark);
      at !== -1;
      at = bytes.subarray(0, at).lastIndexOf(mark)
    ) {
      const isRecord = at + 22 <= bytes.length;
      if (isRecord && start + at + 22 + bytes.readUInt16LE(at + 20) <= sizeBytes) return true;
    }
  }
  return false;
}

/** Of version 4 its streams lie within it; of an older one its gzip ends, and has unpacked the length that it must. */
export function flawOfSpz(file: OpenFile): Flaw | undefined {
  const { sizeBytes, head, read } = file;
  if (head.toString("latin1", 0, 4) !== "NGSP") return flawOfGzippedSpz(file);
  if (head.length < 32) return "cut short";
  const [toc, tocBytes] = [head.readUInt32LE(16), head.readUInt8(15) * 16];
  if (toc + tocBytes > sizeBytes) return "cut short";
  const sizes = Buffer.from(read(toc, tocBytes));
  let end = toc + tocBytes;
  for (let at = 0; at < tocBytes; at += 16) end += Number(sizes.readBigUInt64LE(at));
  if (head.readUInt32LE(4) !== 4) return undefined;
  if (end > sizeBytes) return "cut short";
  return areZerosBefore(file, end) ? "ends in zeros" : undefined;
}

const spzCoefficients = [0, 9, 24, 45, 72];

function flawOfGzippedSpz(file: OpenFile): Flaw | undefined {
  const header = unpacked(file.read(0, 4096), 16);
  if (header === undefined || header.length < 16)
    return file.sizeBytes < 4096 ? "cut short" : undefined;
  const version = header.readUInt32LE(4);
  const coefficients = spzCoefficients[header.readUInt8(12)];
  if (header.toString("latin1", 0, 4) !== "NGSP" || coefficients === undefined) return undefined;
  const splatBytes = (version === 1 ? 6 : 9) + 7 + (version < 3 ? 3 : 4) + coefficients;
  const length = 16 + header.readUInt32LE(8) * splatBytes;
  const last = file.read(Math.max(0, file.sizeBytes - 4), 4);
  if (last.length === 4 && last.readUInt32LE() === length % 2 ** 32) return undefined;
  // Extensions, or bytes behind the end: then only unpacking it shows where that is.
  return flawOfGzip(file);
}

/** The first bytes of what was packed, of which only a part is at hand; `undefined` where they are none. */
function unpacked(packed: Buffer, most: number): Buffer | undefined {
  try {
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, most);
  } catch {
    return undefined;
  }
}

// What is larger is not unpacked in memory just to be looked at.
const maxPackedBytes = 64 * 1024 * 1024;
const maxUnpackedBytes = 512 * 1024 * 1024;

function flawOfGzip(file: OpenFile): Flaw | undefined {
  const { sizeBytes, read } = file;
  if (sizeBytes > maxPackedBytes) return undefined;
  const parts: Buffer[] = [];
  for (let at = 0; at < sizeBytes; at += 65_536) parts.push(Buffer.from(read(at, 65_536)));
  try {
    gunzipSync(Buffer.concat(parts), { maxOutputLength: maxUnpackedBytes });
    return undefined;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === "Z_BUF_ERROR") return "cut short";
    return code === "Z_DATA_ERROR" && areZerosBefore(file, sizeBytes) ? "ends in zeros" : undefined;
  }
}
