// Well-formed files of each format of splats in a few bytes, to be cut and garbled by tests.
import { gzipSync } from "node:zlib";

function numbers(write: (buffer: Buffer, value: number, at: number) => void, bytes: number) {
  return (...values: readonly number[]): Buffer => {
    const buffer = Buffer.alloc(bytes * values.length);
    values.forEach((value, n) => write(buffer, value, n * bytes));
    return buffer;
  };
}

const u32 = numbers((buffer, value, at) => buffer.writeUInt32LE(value, at), 4);
const u64 = numbers((buffer, value, at) => buffer.writeBigUInt64LE(BigInt(value), at), 8);
/** So many bytes, of those that are given, again and again. */
const filled = (bytes: Buffer, length: number): Buffer => Buffer.alloc(length, bytes);

/** 32 bytes for each splat. */
export function splatOf(bytes: Buffer): Buffer {
  return filled(bytes, 32 * Math.ceil(bytes.length / 32));
}

export interface SpzForm {
  readonly version: 1 | 2 | 3;
  /** Of the harmonics, 0 to 4. */
  readonly degree: number;
  /** Extensions and the like, behind the splats. */
  readonly extra?: Buffer;
}

/** Packed as a whole, as up to version 3. */
export function spzOf(bytes: Buffer, { version, degree, extra }: SpzForm): Buffer {
  const coefficients = [0, 9, 24, 45, 72][degree] ?? 0;
  const each = (version === 1 ? 6 : 9) + 7 + (version < 3 ? 3 : 4) + coefficients;
  const head = Buffer.concat([
    Buffer.from("NGSP"),
    u32(version, bytes.length),
    Buffer.from([degree, 12, extra === undefined ? 0 : 2, 0]),
  ]);
  const splats = filled(bytes, bytes.length * each);
  return gzipSync(Buffer.concat([head, splats, extra ?? Buffer.alloc(0)]));
}

/** In streams, as in version 4; what is in them is not looked at. */
export function spz4Of(streams: readonly Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from("NGSP"),
    u32(4, 100),
    Buffer.from([0, 12, 0, streams.length]),
    u32(32, 0, 0, 0),
    ...streams.map((stream) => u64(stream.length, 1)),
    ...streams,
  ]);
}

/** By compression, and degree of the harmonics. */
export function ksplatOf(bytes: Buffer, level: 0 | 1 | 2, degree: 0 | 1 | 2): Buffer {
  const count = bytes.length;
  const each = [44, 24, 24][level]! + [0, 9, 24][degree]! * [4, 2, 1][level]!;
  const [buckets, partial] = level === 0 ? [0, 0] : [3, 2];
  const head = Buffer.alloc(4096);
  head[1] = 1;
  u32(1, 1, count, count, level).copy(head, 4);
  const section = Buffer.alloc(1024);
  u32(count, count, 256, buckets).copy(section);
  section.writeUInt16LE(buckets === 0 ? 0 : 12, 20);
  u32(1, partial).copy(section, 32);
  section.writeUInt16LE(degree, 40);
  const bodyBytes = count * each + buckets * 12 + partial * 4;
  return Buffer.concat([head, section, filled(bytes, bodyBytes)]);
}

/** A zip of one file that is stored as it is, and a comment. */
export function sogOf(bytes: Buffer, comment = ""): Buffer {
  const name = Buffer.from("meta.json");
  const local = Buffer.concat([
    Buffer.from("PK\x03\x04", "latin1"),
    Buffer.alloc(14),
    u32(bytes.length, bytes.length, name.length),
    name,
    bytes,
  ]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), Buffer.alloc(42), name]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([local, central, end, Buffer.from(comment)]);
}
