// One row of 48 bytes for each file, in memory as on the disk; an object for each would take five times the memory, and one
// for each question half of the time. Knows neither paths nor digests, nor what may be believed.
import { stampLength } from "./stamp";

export interface Rows extends Fields {
  /** Makes room for so many; new ones are empty. */
  makeRoom(count: number): void;
  /** Has these rows of the disk, and no others. Keeps the bytes, and writes to them. */
  take(bytes: Buffer): void;
  /** Puts a row of the disk in the place of one that is from there too. */
  paste(row: number, bytes: Buffer, other: number): void;
  /** As a row of the disk. */
  copyTo(row: number, bytes: Buffer, other: number): void;
  clear(row: number): void;
  /** Whether nothing was put there. */
  isBlank(row: number): boolean;
  isStamp(row: number, stamp: BigInt64Array): boolean;
  setStamp(row: number, stamp: BigInt64Array): void;
  deviceOf(row: number): bigint;
}

export const rowBytes = 48;
// The stamp (40 bytes), what it has (1), nothing (1), its finding (2), the day of its last use (2), nothing (2).
const lanes = rowBytes / 8;
const inodeLane = 3; // of no file 0
const deviceLane = 4;
const bitsAt = 40;
const findingAt = 42;
const dayAt = 44;
const bit = { digest: 1, finding: 2, fromDisk: 4, passing: 8 } as const;
const minRows = 64;

/** The rows, one after the other, and the same bytes as numbers. */
interface Store {
  bytes: Buffer;
  stamps: BigInt64Array;
}

export function createRows(): Rows {
  const store: Store = { bytes: Buffer.alloc(0), stamps: new BigInt64Array(0) };
  const fields = fieldsOf(store);
  return { ...fields, ...stampsOf(store), ...roomOf(store, fields) };
}

function roomOf(
  store: Store,
  { dayOf, setDay }: Fields,
): Pick<Rows, "makeRoom" | "take" | "paste" | "copyTo" | "clear"> {
  const use = (made: Buffer): void => {
    store.bytes = made;
    store.stamps = new BigInt64Array(made.buffer, made.byteOffset, made.length / 8);
  };
  return {
    makeRoom: (count) => {
      if (count * rowBytes <= store.bytes.length) return;
      const grown = Math.ceil(1.25 * (store.bytes.length / rowBytes));
      const length = Math.max(count, grown, minRows) * rowBytes;
      const larger = Buffer.from(new ArrayBuffer(length));
      store.bytes.copy(larger);
      use(larger);
    },
    take: (made) => {
      use(made.byteOffset % 8 === 0 ? made : Buffer.from(Uint8Array.from(made).buffer));
    },
    paste: (row, from, other) => {
      const day = dayOf(row);
      from.copy(store.bytes, row * rowBytes, other * rowBytes, (other + 1) * rowBytes);
      if (day > dayOf(row)) setDay(row, day);
    },
    copyTo: (row, to, other) => {
      const at = other * rowBytes;
      store.bytes.copy(to, at, row * rowBytes, (row + 1) * rowBytes);
      to[at + bitsAt] = (to[at + bitsAt] ?? 0) | bit.fromDisk;
    },
    clear: (row) => {
      store.bytes.fill(0, row * rowBytes, (row + 1) * rowBytes);
    },
  };
}

function stampsOf(store: Store): Pick<Rows, "isBlank" | "isStamp" | "setStamp" | "deviceOf"> {
  return {
    isBlank: (row) => (store.stamps[row * lanes + inodeLane] ?? 0n) === 0n,
    isStamp: (row, stamp) => {
      const at = row * lanes;
      for (let n = 0; n < stampLength; n++) if (store.stamps[at + n] !== stamp[n]) return false;
      return true;
    },
    setStamp: (row, stamp) => {
      store.stamps.set(stamp, row * lanes);
    },
    deviceOf: (row) => store.stamps[row * lanes + deviceLane] ?? 0n,
  };
}

type Fields = ReturnType<typeof fieldsOf>;

function fieldsOf(store: Store) {
  const has = (row: number, which: number): boolean =>
    ((store.bytes[row * rowBytes + bitsAt] ?? 0) & which) !== 0;
  const set = (row: number, which: number, isSet: boolean): void => {
    const at = row * rowBytes + bitsAt;
    const bits = store.bytes[at] ?? 0;
    store.bytes[at] = isSet ? bits | which : bits & ~which;
  };
  return {
    hasDigest: (row: number): boolean => has(row, bit.digest),
    markDigest: (row: number): void => {
      set(row, bit.digest, true);
    },
    findingIdOf: (row: number): number | undefined =>
      has(row, bit.finding) ? store.bytes.readUInt16LE(row * rowBytes + findingAt) : undefined,
    setFindingId: (row: number, id: number | undefined): void => {
      set(row, bit.finding, id !== undefined);
      store.bytes.writeUInt16LE(id ?? 0, row * rowBytes + findingAt);
    },
    /** Whether all that it says is from the disk. */
    isFromDisk: (row: number): boolean => has(row, bit.fromDisk),
    /** It is from now on what this process has found. */
    makeOwn: (row: number): void => {
      set(row, bit.fromDisk, false);
    },
    /** Whether some of what it says is for this process alone. */
    isPassing: (row: number): boolean => has(row, bit.passing),
    markPassing: (row: number): void => {
      set(row, bit.passing, true);
    },
    dayOf: (row: number): number => store.bytes.readUInt16LE(row * rowBytes + dayAt),
    setDay: (row: number, day: number): void => {
      store.bytes.writeUInt16LE(day, row * rowBytes + dayAt);
    },
  };
}
