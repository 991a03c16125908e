// Two columns for each file, in memory as on the disk: its stamp, and 8 bytes of marks. An object for each would take five times
// the memory, and one for each question half of the time. Knows neither paths nor digests, nor what may be believed.
import { withRoom } from "./room";
import { deviceOf, isSameStamp, stampBytes, stampLength } from "./stamp";

/** The columns, each a piece for each row. */
export interface Columns {
  readonly stamps: Buffer;
  readonly marks: Buffer;
}

export interface Rows extends Fields {
  /** Makes room for so many; new ones are empty. */
  makeRoom(count: number): void;
  /** Has these rows of the disk, and no others. Keeps the bytes, and writes to them. */
  take(columns: Columns): void;
  /** Puts a row of the disk in the place of one that is from there too. */
  paste(row: number, columns: Columns, other: number): void;
  readonly copyStampTo: (row: number, bytes: Buffer, other: number) => void;
  /** As marks of the disk. */
  readonly copyMarksTo: (row: number, bytes: Buffer, other: number) => void;
  clear(row: number): void;
  /** Whether nothing was put there. */
  isBlank(row: number): boolean;
  /** Whether it has the stamp at a place in a list of stamps. */
  isStamp(row: number, stamps: Float64Array, index?: number): boolean;
  /** Whether so many rows have the stamps of a list: in one call, which takes as long as a question for one. */
  areStamps(first: number, count: number, stamps: Float64Array): boolean;
  /** Whether so many rows have the same marks, so that all else but the digest is the same for each. */
  areMarkedAlike(first: number, count: number): boolean;
  setStamp(row: number, stamp: Float64Array): void;
  deviceOf(row: number): number;
}

export const markBytes = 8;
const inodeLane = 3; // of no file 0
// Marks: what it has (1 byte), nothing (1), its finding (2), the day of its last use (2), nothing (2).
const pairs = markBytes / 2;
const findingPair = 1;
const dayPair = 2;
const bit = { digest: 1, finding: 2, fromDisk: 4, passing: 8, mixed: 16 } as const;

/** The columns, and the same bytes as numbers. */
interface Store extends Columns {
  readonly numbers: Float64Array;
  readonly pairs: Uint16Array;
}

export function createRows(): Rows {
  const empty = Buffer.alloc(0);
  const store = { ...storeOf({ stamps: empty, marks: empty }) };
  const fields = fieldsOf(store);
  return { ...fields, ...stampsOf(store), ...runsOf(store), ...roomOf(store, fields) };
}

function storeOf({ stamps, marks }: Columns): Store {
  return {
    stamps,
    marks,
    numbers: new Float64Array(stamps.buffer, stamps.byteOffset, stamps.length / 8),
    pairs: new Uint16Array(marks.buffer, marks.byteOffset, marks.length / 2),
  };
}

/** The same bytes where numbers of eight bytes may lie. */
function aligned(bytes: Buffer): Buffer {
  return bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
}

function copyPiece(from: Buffer, other: number, to: Buffer, row: number, length: number): void {
  from.copy(to, row * length, other * length, (other + 1) * length);
}

function roomOf(
  store: Store,
  { dayOf, setDay }: Fields,
): Pick<Rows, "makeRoom" | "take" | "paste" | "copyStampTo" | "copyMarksTo" | "clear"> {
  const use = (columns: Columns): void => {
    Object.assign(store, storeOf(columns));
  };
  return {
    makeRoom: (count) => {
      const stamps = withRoom(store.stamps, count, stampBytes);
      const marks = withRoom(store.marks, count, markBytes);
      if (stamps !== store.stamps || marks !== store.marks) use({ stamps, marks });
    },
    take: ({ stamps, marks }) => {
      use({ stamps: aligned(stamps), marks: aligned(marks) });
    },
    paste: (row, { stamps, marks }, other) => {
      const day = dayOf(row);
      copyPiece(stamps, other, store.stamps, row, stampBytes);
      copyPiece(marks, other, store.marks, row, markBytes);
      if (day > dayOf(row)) setDay(row, day);
    },
    copyStampTo: (row, to, other) => {
      copyPiece(store.stamps, row, to, other, stampBytes);
    },
    copyMarksTo: (row, to, other) => {
      copyPiece(store.marks, row, to, other, markBytes);
      to[other * markBytes] = ((to[other * markBytes] ?? 0) | bit.fromDisk) & ~bit.mixed;
    },
    clear: (row) => {
      store.stamps.fill(0, row * stampBytes, (row + 1) * stampBytes);
      store.marks.fill(0, row * markBytes, (row + 1) * markBytes);
    },
  };
}

function stampsOf(store: Store): Pick<Rows, "isBlank" | "isStamp" | "setStamp" | "deviceOf"> {
  return {
    isBlank: (row) => (store.numbers[row * stampLength + inodeLane] ?? 0) === 0,
    isStamp: (row, stamps, index = 0) =>
      isSameStamp(store.numbers, stamps, { index: row, otherIndex: index }),
    setStamp: (row, stamp) => {
      store.numbers.set(stamp, row * stampLength);
    },
    deviceOf: (row) => deviceOf(store.numbers, row),
  };
}

function runsOf(store: Store): Pick<Rows, "areStamps" | "areMarkedAlike"> {
  return {
    areStamps: (first, count, stamps) => {
      const others = new Uint8Array(stamps.buffer, stamps.byteOffset, count * stampBytes);
      const at = first * stampBytes;
      return store.stamps.subarray(at, at + others.length).equals(others);
    },
    areMarkedAlike: (first, count) => {
      const some = store.marks.subarray(first * markBytes, (first + count) * markBytes);
      // Each is as the one before it.
      return some.subarray(markBytes).equals(some.subarray(0, -markBytes));
    },
  };
}

type Fields = ReturnType<typeof fieldsOf>;

function fieldsOf(store: Store) {
  const has = (row: number, which: number): boolean =>
    ((store.marks[row * markBytes] ?? 0) & which) !== 0;
  const set = (row: number, which: number, isSet: boolean): void => {
    const bits = store.marks[row * markBytes] ?? 0;
    store.marks[row * markBytes] = isSet ? bits | which : bits & ~which;
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
    /** Whether any of what it says is from the disk. */
    hasOfDisk: (row: number): boolean => has(row, bit.fromDisk | bit.mixed),
    /** It is from now on what this process has found, beside what it says already. */
    makeOwn: (row: number): void => {
      if (has(row, bit.fromDisk)) set(row, bit.mixed, true);
      set(row, bit.fromDisk, false);
    },
    /** All that it says is on the disk by now. */
    markOnDisk: (row: number): void => {
      set(row, bit.mixed, false);
      set(row, bit.fromDisk, true);
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
