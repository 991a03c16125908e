// The bytes of a digest cache: what it is of, a row for each file, and their paths. Pure.
import { printable } from "../../redact";
import type { ClockMark } from "./clock-mark";
import type { Finding } from "./finding";
import type { RecordData } from "./records";
import { rowBytes } from "./rows";
import { joinPaths, seal, splitPaths, unseal } from "./sealed";

/** What a cache is of, and when it was written. */
export interface CacheHeader {
  /** The machine, the user and the folder that it is of; another one's is not used. */
  readonly place: string;
  /** The version of the checks whose findings are in it. */
  readonly checks: string;
  readonly clock: ClockMark;
}

export interface CacheContent {
  readonly header: CacheHeader;
  readonly data: RecordData;
}

interface WrittenHeader extends CacheHeader {
  readonly files: number;
  readonly findings: readonly Finding[];
}

const kind = "digests 2";

export function encodeCache({ header, data }: CacheContent): Buffer {
  const { paths, rows, findings } = data;
  const head: WrittenHeader = { ...header, files: paths.length, findings };
  return seal(kind, head, [rows, joinPaths(paths)]);
}

/** `undefined` for anything but the whole of what {@link encodeCache} made. */
export function decodeCache(bytes: Buffer): CacheContent | undefined {
  const opened = unseal<WrittenHeader>(kind, bytes);
  if (opened === undefined) return undefined;
  const { place, checks, clock, files, findings } = opened.head;
  const rowsEnd = files * rowBytes;
  const paths = splitPaths(opened.body.subarray(rowsEnd), files);
  if (paths === undefined || opened.body.length < rowsEnd) return undefined;
  const rows = opened.body.subarray(0, rowsEnd);
  return {
    header: { place, checks, clock },
    data: { paths, rows, findings: findings.map(printed) },
  };
}

/** Its text is shown to people. */
function printed(finding: Finding): Finding {
  const { head } = finding;
  return head === undefined
    ? finding
    : { ...finding, head: { ...head, text: printable(head.text) } };
}
