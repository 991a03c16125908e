// Whether a recording or a scene is whole, told by its structure. None throws, whatever the bytes are.
import type { OpenFile } from "./open-file";

/**
 * MP4, QuickTime, HEIF: no box promises bytes beyond the end, and both the media and what describes them are there.
 * What follows the last box is no reason, nor is padding that is longer than the file: players skip both.
 */
export function isWholeIsoMedia({ sizeBytes, head, read }: OpenFile): boolean {
  const known =
    /^(?:ftyp|styp|moov|moof|mdat|imda|meta|mfra|sidx|ssix|prft|emsg|pdin|uuid|udta|pnot|PICT|free|skip|wide)$/;
  const isPicture = /^ftyp(?:hei[cmsx]|hev[cmsx]|mif[12]|msf1|avi[fs])/.test(
    head.toString("latin1", 4, 12),
  );
  const boxAt = (at: number, end: number): { type: string; start: number; next: number } => {
    const header = read(at, 16);
    const type = header.toString("latin1", 4, 8);
    const size = header.length < 8 ? 0 : header.readUInt32BE(0);
    if (size === 0) return { type, start: at + 8, next: known.test(type) ? end : Infinity };
    if (size !== 1) return { type, start: at + 8, next: size < 8 ? Infinity : at + size };
    const long = header.length < 16 ? Infinity : Number(header.readBigUInt64BE(8));
    return { type, start: at + 16, next: long < 16 ? Infinity : at + long };
  };
  const found = new Map<string, { start: number; next: number }>();
  const holds = (parent: string, skipped: number, child: RegExp): boolean => {
    const { start, next: end } = found.get(parent) ?? { start: 0, next: 0 };
    let at = start + skipped;
    for (let boxes = 0; boxes < 1000 && at + 8 <= end; boxes++) {
      const box = boxAt(at, end);
      if (child.test(box.type)) return true;
      at = box.next;
    }
    return false;
  };
  const isComplete = (): boolean => {
    const isDescribed = isPicture
      ? found.has("meta") || found.has("moov")
      : found.has("moov") || found.has("moof");
    if (found.has("mdat") || found.has("imda")) return isDescribed;
    // The head of a film in pieces, or a list of films elsewhere; a picture within its description.
    return isPicture ? holds("meta", 4, /^idat$/) : holds("moov", 0, /^(?:mvex|rmra)$/);
  };
  let position = 0;
  for (let boxes = 0; position < sizeBytes; boxes++) {
    if (boxes === 20_000) return true;
    const box = boxAt(position, sizeBytes);
    if (box.next > sizeBytes) {
      const isProof = known.test(box.type) && !/^(?:free|skip|wide)$/.test(box.type);
      return !isProof && isComplete();
    }
    found.set(box.type, box);
    position = box.next;
  }
  return isComplete();
}

/** Matroska, WebM: a segment is there, and nothing promises bytes beyond the end. One of unknown length never does. */
export function isWholeMatroska({ sizeBytes, read }: OpenFile): boolean {
  let position = 0;
  for (let elements = 0; elements < 64 && position < sizeBytes; elements++) {
    const header = read(position, 12);
    const isSegment = header.length >= 4 && header.readUInt32BE(0) === 0x18538067;
    const idBytes = Math.clz32(header[0] ?? 0) - 23;
    const first = header[idBytes];
    if (first === undefined || first === 0 || idBytes > 4) return false;
    const sizeLength = Math.clz32(first) - 23;
    if (header.length < idBytes + sizeLength) return false;
    let length = first & (0xff >> sizeLength);
    let isUnknown = length === 0xff >> sizeLength;
    for (const byte of header.subarray(idBytes + 1, idBytes + sizeLength)) {
      length = length * 256 + byte;
      isUnknown = isUnknown && byte === 0xff;
    }
    if (isUnknown) return true;
    position += idBytes + sizeLength + length;
    if (position > sizeBytes) return false;
    if (isSegment) return true;
  }
  return false;
}

/** Its end mark is there: a recorder that was stopped in the middle has not written it. */
export function isWholeMcap({ sizeBytes, read }: OpenFile): boolean {
  return sizeBytes >= 16 && read(sizeBytes - 8, 8).equals(Buffer.from("\x89MCAP0\r\n", "latin1"));
}

/** Its header ends, and what follows is at least as long as its elements must be. */
export function isWholePly({ sizeBytes, read }: OpenFile): boolean {
  const lengths = new Map(
    [
      ["char", "uchar", "int8", "uint8"],
      ["short", "ushort", "int16", "uint16"],
      ["int", "uint", "float", "int32", "uint32", "float32"],
      ["double", "float64"],
    ].flatMap((names, power) => names.map((name) => [name, 2 ** power] as const)),
  );
  const text = read(0, 65_536).toString("latin1");
  const end = text.search(/[\r\n]end_header[\r\n]/);
  if (end === -1) return sizeBytes > text.length;
  let isBinary = false;
  let elements = 0;
  let least = 0;
  for (const line of text.slice(0, end).split(/[\r\n]+/)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === "format") isBinary = rest[0] !== "ascii";
    if (word === "element") elements = Number(rest[1]);
    // Of a list at least its count; of a number in a text at least one digit, and what parts it from the next.
    const length = lengths.get((rest[0] === "list" ? rest[1] : rest[0]) ?? "") ?? 0;
    if (word === "property") least += elements * (isBinary ? length : 2);
  }
  const isWindows = text.startsWith("\r\n", end + 11);
  const start = end + (isWindows ? 13 : 12);
  return !(start + least - (isBinary ? 0 : 1) > sizeBytes);
}
