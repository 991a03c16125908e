import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createChunkSize } from "../../src/upload/send/chunk-size";

const KIB = 1024;
const MIB = 1024 * KIB;

/** The sizes of the chunks that a connection is given of so many bytes, when it takes each at that speed. */
function sizesAt(bytesPerMs: number, bytes: number, size = createChunkSize()): number[] {
  const sizes: number[] = [];
  for (let given = 0; given < bytes; given += sizes.at(-1) ?? 0) {
    sizes.push(size.bytes());
    size.onTaken(size.bytes(), Math.floor(size.bytes() / bytesPerMs));
  }
  return sizes;
}

test("a connection that has proved fast is given large chunks", () => {
  const sizes = sizesAt(500_000, 72 * MIB);
  expect(new Set(sizes.slice(0, 128))).toEqual(new Set([512 * KIB]));
  expect(sizes.slice(128)).toEqual([4 * MIB, 4 * MIB]);
});

test("a slow connection is given chunks of which it takes one in time, however much was taken", () => {
  expect(new Set(sizesAt(5000, 1024 * MIB))).toEqual(new Set([512 * KIB]));
});

test("a slow connection behind a system that keeps 32 MiB is never given a large chunk", () => {
  const size = createChunkSize();
  expect(new Set(sizesAt(500_000, 32 * MIB, size))).toEqual(new Set([512 * KIB]));
  expect(new Set(sizesAt(5, 128 * MIB, size))).toEqual(new Set([512 * KIB]));
});

test("a connection that becomes slow is given small chunks again, until it has proved fast once more", () => {
  const size = createChunkSize();
  sizesAt(500_000, 72 * MIB, size);
  size.onTaken(4 * MIB, 2000);
  const sizes = sizesAt(500_000, 68 * MIB, size);
  expect(new Set(sizes.slice(0, 128))).toEqual(new Set([512 * KIB]));
  expect(sizes.slice(128)).toEqual([4 * MIB]);
});

test("docs/faults.md tells which connections are too slow for their chunks", () => {
  const faults = readFileSync(join(__dirname, "../../docs/faults.md"), "utf8");
  const stalls = faults.split("\n").find((line) => line.startsWith("| a connection stalls |"));
  const slowest = (bytes: number): string => `${Math.ceil(bytes / 120 / 1000)} kB/s`;
  const size = createChunkSize();
  expect(stalls).toContain(`keeps up ${slowest(size.bytes())} has not stalled`);
  sizesAt(500_000, 72 * MIB, size);
  expect(stalls).toContain(`falls below ${slowest(size.bytes())}`);
});
