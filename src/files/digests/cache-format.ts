// The bytes of a digest cache: what it is of, a stamp, marks and a digest for each file, and their paths. Pure.
import { isRecord } from "../../json";
import { printable } from "../../redact";
import { isClockMark, type ClockMark } from "./clock-mark";
import { digestBytes } from "./digest-column";
import { isFinding, type Finding } from "./finding";
import type { Room } from "./fitting";
import { pathsId, pathText, type ReadPaths } from "./kept-paths";
import type { PickedRecords, RecordData } from "./records";
import { markBytes } from "./rows";
import { seal, unseal } from "./sealed";
import { isListOf, isNumber, isText } from "./shapes";
import { stampBytes } from "./stamp";

/** What a cache is of, and when it was written. */
export interface CacheHeader {
  /** The machine, the user and the folder that it is of; another one's is not used. */
  readonly place: string;
  /** By which what is in it was found. */
  readonly rules: string;
  readonly clock: ClockMark;
}

export interface CacheContent {
  readonly header: CacheHeader;
  /** The same for as long as each was written by who had read the one before. */
  readonly origin: string;
  readonly data: RecordData;
}

/** {@link CacheContent} as it is written. */
interface WrittenContent extends Pick<CacheContent, "header" | "origin"> {
  readonly data: PickedRecords;
}

interface WrittenHeader extends CacheHeader {
  readonly origin: string;
  readonly files: number;
  /** Which paths they have. */
  readonly paths: string;
  readonly findings: readonly Finding[];
}

const kind = "digests 6";
/** For the head, and for what paths have that JSON writes as more than one byte. */
const headRoomBytes = 1024 * 1024;
const areFindings = isListOf(isFinding);

export function isCacheHeader(value: unknown): value is CacheHeader {
  return (
    isRecord(value) &&
    isText(value["place"]) &&
    isText(value["rules"]) &&
    isClockMark(value["clock"])
  );
}

function isHead(value: unknown): value is WrittenHeader {
  if (!isRecord(value) || !isCacheHeader(value)) return false;
  const { origin, files, paths, findings } = value;
  return isText(origin) && isNumber(files) && isText(paths) && areFindings(findings);
}

/** What files have in a cache of so many bytes. */
export function roomIn(maxBytes: number): Room {
  const ofEach = stampBytes + markBytes + digestBytes + '"",'.length;
  return {
    bytes: maxBytes - headRoomBytes,
    bytesOf: (path) => ofEach + Buffer.byteLength(path),
  };
}

/** In pieces, as {@link seal} has them. */
export function encodeCache({ header, origin, data }: WrittenContent): Generator<Uint8Array> {
  const { count, paths, findings } = data;
  const id = pathsId(paths);
  const head: WrittenHeader = { ...header, origin, files: count, paths: id, findings };
  return seal(kind, head, partsOf(data));
}

function* partsOf({
  paths,
  stamps,
  marks,
  digests,
}: PickedRecords): Generator<Uint8Array | string> {
  yield* stamps();
  yield* marks();
  yield* digests();
  yield* pathText(paths);
}

/** `undefined` for anything but the whole of what {@link encodeCache} made. */
export function decodeCache(bytes: Buffer, readPaths: ReadPaths): CacheContent | undefined {
  const opened = unseal(kind, bytes, isHead);
  if (opened === undefined) return undefined;
  const { place, rules, clock, origin, files, paths: id, findings } = opened.head;
  const stampsEnd = files * stampBytes;
  const marksEnd = stampsEnd + files * markBytes;
  const digestsEnd = marksEnd + files * digestBytes;
  const paths = readPaths(opened.body.subarray(digestsEnd), { files, id });
  if (paths === undefined || opened.body.length < digestsEnd) return undefined;
  const stamps = opened.body.subarray(0, stampsEnd);
  const marks = opened.body.subarray(stampsEnd, marksEnd);
  const digests = opened.body.subarray(marksEnd, digestsEnd);
  return {
    header: { place, rules, clock },
    origin,
    data: { paths, stamps, marks, digests, findings: findings.map(printed) },
  };
}

/** Its text is shown to people. */
function printed(finding: Finding): Finding {
  const { head } = finding;
  return head === undefined
    ? finding
    : { ...finding, head: { ...head, text: printable(head.text) } };
}
