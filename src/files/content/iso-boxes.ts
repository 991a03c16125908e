// The boxes of MP4, QuickTime and HEIF: where each begins and ends. Knows nothing of what is in them.
import type { OpenFile } from "./open-file";

export interface Box {
  readonly type: string;
  /** Where its content begins. */
  readonly start: number;
  /** Where the next box is; beyond the end of the file for one that promises more, and for no box at all. */
  readonly next: number;
}

// What players know at the top of a file.
const known =
  /^(?:ftyp|styp|moov|moof|mdat|imda|meta|mfra|sidx|ssix|prft|emsg|pdin|uuid|udta|pnot|PICT|free|skip|wide)$/;

export function isKnownBox({ type }: Box): boolean {
  return known.test(type);
}

export function boxAt({ read }: Pick<OpenFile, "read">, at: number, end: number): Box {
  const header = read(at, 16);
  const type = header.toString("latin1", 4, 8);
  const size = header.length < 8 ? 0 : header.readUInt32BE(0);
  if (size === 0) return { type, start: at + 8, next: known.test(type) ? end : Infinity };
  if (size !== 1) return { type, start: at + 8, next: size < 8 ? Infinity : at + size };
  const long = header.length < 16 ? Infinity : Number(header.readBigUInt64BE(8));
  return { type, start: at + 16, next: long < 16 ? Infinity : at + long };
}

/** The boxes from a place on, as many as a file that is meant to be read has. */
export function boxesIn(file: OpenFile, start: number, end: number, most = 1000): readonly Box[] {
  const boxes: Box[] = [];
  const last = Math.min(end, file.sizeBytes) - 8;
  for (let at = start; boxes.length < most && at <= last; at = boxes.at(-1)?.next ?? Infinity)
    boxes.push(boxAt(file, at, end));
  return boxes;
}
