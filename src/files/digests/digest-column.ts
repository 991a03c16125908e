// The digests of files by row, 32 bytes each, in memory as on the disk. Knows nothing of files, nor which rows have one.
import { withRoom } from "./room";

export interface DigestColumn {
  /** 64 hex digits. */
  at(row: number): string;
  /** Of so many rows, as one text. */
  textAt(first: number, count: number): string;
  set(row: number, sha256: string): void;
  /** Makes room for so many. */
  makeRoom(count: number): void;
  /** Has these of the disk, and no others. Keeps the bytes, and writes to them. */
  take(bytes: Buffer): void;
  paste(row: number, bytes: Buffer, other: number): void;
  copyTo(row: number, bytes: Buffer, other: number): void;
}

export const digestBytes = 32;
const digits = 2 * digestBytes;
/**
 * Made into text at once, of which each digest is a slice: a call for each takes several times as long. The text of so many is
 * just large enough for V8 not to copy it when it collects young objects.
 */
const blockRows = 2048;

/** Of several in one text. */
export function digestIn(text: string, index: number): string {
  return text.slice(index * digits, (index + 1) * digits);
}

export function createDigestColumn(): DigestColumn {
  let bytes: Buffer = Buffer.alloc(0);
  let block = { first: 0, text: "" };
  const blockOf = (row: number): string => {
    const first = row - (row % blockRows);
    if (block.first === first && block.text !== "") return block.text;
    const text = bytes.toString("hex", first * digestBytes, (first + blockRows) * digestBytes);
    block = { first, text };
    return text;
  };
  const makeRoom = (count: number): void => {
    bytes = withRoom(bytes, count, digestBytes);
  };
  const change = (row: number): void => {
    if (row - block.first < blockRows) block.text = "";
    makeRoom(row + 1);
  };
  return {
    makeRoom,
    at: (row) => digestIn(blockOf(row), row % blockRows),
    textAt: (first, count) =>
      bytes.toString("hex", first * digestBytes, (first + count) * digestBytes),
    set: (row, sha256) => {
      change(row);
      bytes.write(sha256, row * digestBytes, "hex");
    },
    take: (made) => {
      bytes = made;
      block = { first: 0, text: "" };
    },
    paste: (row, from, other) => {
      change(row);
      from.copy(bytes, row * digestBytes, other * digestBytes, (other + 1) * digestBytes);
    },
    copyTo: (row, to, other) => {
      bytes.copy(to, other * digestBytes, row * digestBytes, (row + 1) * digestBytes);
    },
  };
}
