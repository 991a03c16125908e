// Whether a PLY is whole, judged by what its header promises, and whether it is one of splats. None throws, whatever the
// bytes are.
import { isCount } from "../../json";
import type { OpenFile } from "./open-file";

interface Property {
  readonly name: string;
  /** Of a number, or of a list's count; 0 for a type that is not known. */
  readonly bytes: number;
  /** Of each value of a list; absent for a number. */
  readonly itemBytes?: number;
}

interface Element {
  /** `undefined` for what is not a count. */
  readonly count: number | undefined;
  readonly properties: Property[];
}

interface Header {
  readonly form: string;
  readonly elements: readonly Element[];
  readonly bodyAt: number;
  readonly eol: number;
}

const lengths: ReadonlyMap<string, number> = new Map(
  [
    ["char", "uchar", "int8", "uint8"],
    ["short", "ushort", "int16", "uint16"],
    ["int", "uint", "float", "int32", "uint32", "float32"],
    ["double", "float64"],
  ].flatMap((names, power) => names.map((name) => [name, 2 ** power] as const)),
);
const lengthOf = (type: string | undefined): number => lengths.get(type ?? "") ?? 0;

function countIn(word = ""): number | undefined {
  const count = /^\d+$/.test(word) ? Number(word) : undefined;
  return isCount(count) ? count : undefined;
}

/** `undefined` where the first 64 KiB don't hold all of it. */
function readHeader({ read }: OpenFile): Header | undefined {
  const text = read(0, 65_536).toString("latin1");
  const end = text.search(/[\r\n]end_header[\r\n]/);
  if (end === -1) return undefined;
  let form = "ascii";
  const elements: Element[] = [];
  for (const line of text.slice(0, end).split(/[\r\n]+/)) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === "format") form = rest[0] ?? form;
    if (word === "element") elements.push({ count: countIn(rest[1]), properties: [] });
    if (word !== "property") continue;
    const isList = rest[0] === "list";
    const name = rest[isList ? 3 : 1] ?? "";
    const bytes = lengthOf(rest[isList ? 1 : 0]);
    const property = isList ? { name, bytes, itemBytes: lengthOf(rest[2]) } : { name, bytes };
    elements.at(-1)?.properties.push(property);
  }
  // By its first line: the bytes behind the header may begin with any.
  const isWindows = text.startsWith("\r\n", 3) && text.startsWith("\r\n", end + 11);
  const eol = text[3] === "\r" && text[4] !== "\n" ? 13 : 10;
  return { form, elements, bodyAt: end + (isWindows ? 13 : 12), eol };
}

type Counted = Element & { readonly count: number };
type CountedHeader = Omit<Header, "elements"> & { readonly elements: readonly Counted[] };

function isCounted(element: Element): element is Counted {
  return element.count !== undefined;
}

/** Its header ends, and what follows is as long as its elements must be: a text has a line for each of them. */
export function isWholePly(file: OpenFile): boolean {
  const header = readHeader(file);
  if (header === undefined) return file.sizeBytes > 65_536;
  const elements = header.elements.filter(isCounted);
  // Nothing says how long it must be.
  if (elements.length < header.elements.length) return true;
  const counted = { ...header, elements };
  if (header.form !== "ascii") return binaryEnd(file, counted) <= file.sizeBytes;
  // Of a number at least one digit, and what parts it from the next.
  const numbers = elements.reduce((sum, one) => sum + one.count * one.properties.length, 0);
  if (header.bodyAt + 2 * numbers - 1 > file.sizeBytes) return false;
  return hasItsLines(file, counted);
}

/** Where it must end at the earliest. Lists are of any length each, so that they are walked through, up to the file's end. */
function binaryEnd(file: OpenFile, { form, elements, bodyAt }: CountedHeader): number {
  const at = windowed(file);
  const countAt = (position: number, bytes: number): number =>
    Array.from({ length: bytes }, (_, n) => n).reduce((count, n) => {
      const place = form === "binary_big_endian" ? n : bytes - 1 - n;
      return count * 256 + at(position + place);
    }, 0);
  let position = bodyAt;
  for (const { count, properties } of elements) {
    const leastBytes = properties.reduce((sum, { bytes }) => sum + bytes, 0);
    const hasLists = properties.some(({ itemBytes }) => itemBytes !== undefined);
    const isKnown = properties.every(({ bytes, itemBytes = 1 }) => bytes * itemBytes > 0);
    if (!hasLists || !isKnown) position += count * leastBytes;
    if (!hasLists || !isKnown) continue;
    for (let n = 0; n < count && position <= file.sizeBytes; n++) {
      for (const { bytes, itemBytes } of properties) {
        const items = itemBytes === undefined ? 0 : countAt(position, bytes) * itemBytes;
        position += bytes + items;
      }
    }
  }
  return position;
}

/** One byte at a place, read in pieces; 0 beyond the end. */
function windowed({ read }: OpenFile): (position: number) => number {
  let start = 0;
  let window = Buffer.alloc(0);
  return (position) => {
    if (position < start || position >= start + window.length) {
      start = position;
      window = Buffer.from(read(position, 65_536));
    }
    return window[position - start] ?? 0;
  };
}

/**
 * A text has a line for each element. What begins otherwise, as some writers put several on a line, is not counted; where the
 * last line ends in the middle of a number nothing shows it.
 */
function hasItsLines(file: OpenFile, { elements, bodyAt, eol }: CountedHeader): boolean {
  const listed = elements.filter(({ count, properties }) => count > 0 && properties.length > 0);
  const [first, last] = [listed[0], listed.at(-1)];
  const wanted = listed.reduce((sum, { count }) => sum + count, 0);
  if (first === undefined || last === undefined) return true;
  let lines = 0;
  let position = bodyAt;
  let carried = "";
  for (;;) {
    const bytes = file.read(position, 65_536);
    let from = 0;
    for (let to = bytes.indexOf(eol); to !== -1; to = bytes.indexOf(eol, from)) {
      if (lines === 0 && (carried + bytes.toString("latin1", from, to)).trim() !== "") {
        if (!isLineOf(carried + bytes.toString("latin1", from, to), first, true)) return true;
      }
      if (carried !== "" || isFilled(bytes, from, to)) lines += 1;
      if (lines >= wanted) return true;
      carried = "";
      from = to + 1;
    }
    const rest = bytes.toString("latin1", from).trimEnd();
    // A line that is longer than a window is of no element that is known.
    if (carried.length > 65_536) return true;
    carried += rest;
    position += bytes.length;
    if (bytes.length < 65_536) break;
  }
  return carried !== "" && lines + 1 >= wanted && isLineOf(carried, last, false);
}

function isFilled(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) > 32) return true;
  return false;
}

/** Whether a line holds one element: exactly, or at least. */
function isLineOf(line: string, { properties }: Element, isExact: boolean): boolean {
  const words = line.trim().split(/\s+/);
  let wanted = 0;
  for (const { itemBytes } of properties) {
    wanted += 1 + (itemBytes === undefined ? 0 : Number(words[wanted] ?? 0));
  }
  return isExact ? words.length === wanted : words.length >= wanted;
}

/** Whether its header has a property of splats, as trained (`f_dc_0`) or as compressed (`packed_position`). */
export function isPlyOfSplats(file: OpenFile): boolean {
  const header = readHeader(file);
  if (header === undefined) return true;
  return header.elements.some(({ properties }) =>
    properties.some(({ name }) => /^(?:f_dc|scale|rot|packed)_/.test(name)),
  );
}
