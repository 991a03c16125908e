// The files of the benchmark of large files, and the MD5s that a store returns of them. Knows nothing of who sends them.
// @ts-check
import { createHash, randomFillSync } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

const MIB = 1024 ** 2;

/** What the emulator signs: so large are the parts of a file but the last one. */
const PART_BYTES = 16 * MIB;

/** By the size of a file, and by the number of a part: a smaller file is the beginning of a larger one. @typedef {{files: Record<number, string>, parts: string[]}} Md5s */

/** Random bytes, in the system's cache. @param {Readonly<Record<string, number>>} sizes whole MiB by path @returns {Md5s} */
export function makeLargeFiles(sizes) {
  const files = Object.entries(sizes).map(([file, size]) => ({
    handle: openSync(file, "w"),
    size,
  }));
  const largest = Math.max(...Object.values(sizes));
  const chunk = randomFillSync(Buffer.alloc(MIB));
  chunk.writeUInt32BE(0xff_d8_ff_e0, 0);
  const whole = createHash("md5");
  let part = createHash("md5");
  /** @type {Md5s} */
  const md5s = { files: {}, parts: [] };
  for (let written = 0; written < largest;) {
    chunk.writeUInt32LE(written / MIB, 8);
    for (const { handle, size } of files) if (written < size) writeSync(handle, chunk);
    whole.update(chunk);
    part.update(chunk);
    written += MIB;
    if (files.some(({ size }) => size === written))
      md5s.files[written] = whole.copy().digest("hex");
    if (written % PART_BYTES !== 0 && written < largest) continue;
    md5s.parts.push(part.digest("hex"));
    part = createHash("md5");
  }
  for (const { handle } of files) closeSync(handle);
  return md5s;
}
