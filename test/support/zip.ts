// Zip archives as an attacker would make them: names, modes, sizes and checksums as given, whatever a packer allows.
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly content?: string | Buffer;
  /** Unix mode with its file type. @default a regular file */
  readonly mode?: number;
  /** What the archive claims, when it lies. */
  readonly claimedSize?: number;
  readonly claimedCrc?: number;
}

export const SYMLINK_MODE = 0o120777;

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { local, central } = headers(entry, offset);
    parts.push(local);
    directory.push(central);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function headers(entry: ZipEntry, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(entry.name);
  const content = Buffer.from(entry.content ?? "");
  const packed = deflateRawSync(content);
  // From `version needed` to `extra length`: the same in both headers.
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(0x0800, 2);
  shared.writeUInt16LE(8, 4);
  shared.writeUInt32LE(entry.claimedCrc ?? crc32(content), 10);
  shared.writeUInt32LE(packed.length, 14);
  shared.writeUInt32LE(entry.claimedSize ?? content.length, 18);
  shared.writeUInt16LE(name.length, 22);
  const localSignature = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
  // Made on Unix, so that the mode counts.
  const centralSignature = Buffer.from([0x50, 0x4b, 0x01, 0x02, 20, 3]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return {
    local: Buffer.concat([localSignature, shared, name, packed]),
    central: Buffer.concat([centralSignature, shared, rest, name]),
  };
}
