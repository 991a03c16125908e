// One row of 48 bytes for each file, in memory as on the disk; an object for each would take five times the memory, and one
// for each question half of the time. Knows neither paths nor digests, nor what may be believed.
import { withRoom } from "./room";
import { stampLength } from "./stamp";

export interface Rows extends Fields {
  /** Makes room for so many; new ones are empty. */
  makeRoom(count: number): void;
  /** Has these rows of the disk, and no others. Keeps the bytes, and writes to them. */
  take(bytes: Buffer): void;
  /** Puts a row of the disk in the place of one that is from there too. */
  paste(row: number, bytes: Buffer, other: number): void;
  /** As a row of the disk. */
  readonly copyTo: (row: number, bytes: Buffer, other: number) => void;
  clear(row: number): void;
  /** Whether nothing was put there. */
  isBlank(row: number): boolean;
  /** Whether it has the stamp at a place in a list of stamps. */
  isStamp(row: number, stamps: BigInt64Array, index?: number): boolean;
  setStamp(row: number, stamp: BigInt64Array): void;
  deviceOf(row: number): bigint;
}

export const rowBytes = 48;
// The stamp (40 bytes), what it has (1), nothing (1), its finding (2), the day of its last use (2), nothing (2).
const lanes = rowBytes / 8;
const inodeLane = 3; // of no file 0
const deviceLane = 4;
const bitsAt = 40;
const pairs = rowBytes / 2;
const findingPair = 21;
const dayPair = 22;
const bit = { digest: 1, finding: 2, fromDisk: 4, passing: 8 } as const;

/** The rows, one after the other, and the same bytes as numbers. */
interface Store {
  bytes: Buffer;
  stamps: BigInt64Array;
  pairs: Uint16Array;
}

export function createRows(): Rows {
  const store = storeOf(Buffer.alloc(0));
  const fields = fieldsOf(store);
  return { ...fields, ...stampsOf(store), ...roomOf(store, fields) };
}

function storeOf(bytes: Buffer): Store {
  const { buffer, byteOffset, length } = bytes;
  return {
    bytes,
    stamps: new BigInt64Array(buffer, byteOffset, length / 8),
    pairs: new Uint16Array(buffer, byteOffset, length / 2),
  };
}

function roomOf(
  store: Store,
  { dayOf, setDay }: Fields,
): Pick<Rows, "makeRoom" | "take" | "paste" | "copyTo" | "clear"> {
  const use = (made: Buffer): void => {
    Object.assign(store, storeOf(made));
  };
  return {
    makeRoom: (count) => {
      const bytes = withRoom(store.bytes, count, rowBytes);
      if (bytes !== store.bytes) use(bytes);
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
    isStamp: (row, stamps, index = 0) => {
      const [at, other] = [row * lanes, index * stampLength];
      for (let n = 0; n < stampLength; n++)
        if (store.stamps[at + n] !== stamps[other + n]) return false;
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
      has(row, bit.finding) ? store.pairs[row * pairs + findingPair] : undefined,
    setFindingId: (row: number, id: number | undefined): void => {
      set(row, bit.finding, id !== undefined);
      store.pairs[row * pairs + findingPair] = id ?? 0;
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
    dayOf: (row: number): number => store.pairs[row * pairs + dayPair] ?? 0,
    setDay: (row: number, day: number): void => {
      store.pairs[row * pairs + dayPair] = day;
    },
  };
}
