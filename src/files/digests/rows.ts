// One row of 80 bytes for each file, in memory as on the disk; an object for each would take five times the memory.
// Knows neither paths nor what may be believed.
import { stampLength } from "./stamp";

export interface Rows {
  /** Makes room for so many; new ones are empty. */
  makeRoom(count: number): void;
  /** The row itself, until there is more room. */
  at(row: number): Buffer;
  /** Its stamp, until there is more room. */
  stampAt(row: number): BigInt64Array;
}

export const rowBytes = 80;
// The stamp (40 bytes), the digest (32), what it has (1), nothing (1), its finding (2), the day of its last use (2), nothing (2).
const lanes = rowBytes / 8;
const digestStart = 40;
const digestEnd = 72;
const bitsAt = 72;
const findingAt = 74;
const dayAt = 76;
const bit = { digest: 1, finding: 2, fromDisk: 4 } as const;
const minRows = 64;

export function createRows(): Rows {
  let bytes = Buffer.alloc(0);
  let stamps = new BigInt64Array(0);
  return {
    makeRoom: (count) => {
      if (count * rowBytes <= bytes.length) return;
      const larger = new ArrayBuffer(Math.ceil(1.25 * Math.max(count, minRows)) * rowBytes);
      bytes.copy(Buffer.from(larger));
      [bytes, stamps] = [Buffer.from(larger), new BigInt64Array(larger)];
    },
    at: (row) => rowIn(bytes, row),
    stampAt: (row) => stamps.subarray(row * lanes, row * lanes + stampLength),
  };
}

export function rowIn(bytes: Buffer, row: number): Buffer {
  return bytes.subarray(row * rowBytes, (row + 1) * rowBytes);
}

function has(row: Buffer, which: number): boolean {
  return ((row[bitsAt] ?? 0) & which) !== 0;
}

function set(row: Buffer, which: number, isSet: boolean): void {
  const bits = row[bitsAt] ?? 0;
  row[bitsAt] = isSet ? bits | which : bits & ~which;
}

export function digestOf(row: Buffer): string | undefined {
  return has(row, bit.digest) ? row.toString("hex", digestStart, digestEnd) : undefined;
}

export function setDigest(row: Buffer, sha256: string): void {
  row.write(sha256, digestStart, "hex");
  set(row, bit.digest, true);
}

export function findingIdOf(row: Buffer): number | undefined {
  return has(row, bit.finding) ? row.readUInt16LE(findingAt) : undefined;
}

export function setFindingId(row: Buffer, id: number | undefined): void {
  set(row, bit.finding, id !== undefined);
  row.writeUInt16LE(id ?? 0, findingAt);
}

/** Whether all that it says is from the disk. */
export function isFromDisk(row: Buffer): boolean {
  return has(row, bit.fromDisk);
}

/** It is from now on what this process has found. */
export function makeOwn(row: Buffer): void {
  set(row, bit.fromDisk, false);
}

export function dayOf(row: Buffer): number {
  return row.readUInt16LE(dayAt);
}

export function setDay(row: Buffer, day: number): void {
  row.writeUInt16LE(day, dayAt);
}

/** Puts a row of the disk in the place of one that is from there too. */
export function paste(row: Buffer, other: Buffer): void {
  const day = Math.max(dayOf(row), dayOf(other));
  other.copy(row);
  setDay(row, day);
  set(row, bit.fromDisk, true);
}
