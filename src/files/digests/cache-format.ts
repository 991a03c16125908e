// The bytes of a digest cache: a line of JSON, the rows, the paths, and a sha256 over all of it, so that a file that is cut
// short, damaged or something else is not believed. Pure.
import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { printable } from "../../redact";
import type { ClockMark } from "./clock-mark";
import type { Finding } from "./finding";
import type { RecordData } from "./records";
import { rowBytes } from "./rows";

/** What a cache is of, and when it was written. */
interface CacheHeader {
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

const format = `avala digests 2 ${endianness()}`;
const checksumBytes = 32;
const newline = 10;
/** Rows begin at a multiple of it, so that they can be used where they were read. */
const alignment = 8;

export function encodeCache({ header, data }: CacheContent): Buffer {
  const paths = data.paths.join("\0");
  const sizes = { files: data.paths.length, pathBytes: Buffer.byteLength(paths) };
  const line = JSON.stringify({ format, ...header, ...sizes, findings: data.findings });
  const blanks = alignment - 1 - (Buffer.byteLength(line) % alignment);
  const head = Buffer.from(`${line}${" ".repeat(blanks)}\n`);
  // Put together once, since of a million files it is 100 MB.
  const rowsEnd = head.length + data.rows.length;
  const bodyEnd = rowsEnd + sizes.pathBytes;
  const bytes = Buffer.allocUnsafe(bodyEnd + checksumBytes);
  head.copy(bytes);
  data.rows.copy(bytes, head.length);
  bytes.write(paths, rowsEnd);
  checksumOf(bytes.subarray(0, bodyEnd)).copy(bytes, bodyEnd);
  return bytes;
}

function checksumOf(body: Buffer): Buffer {
  return createHash("sha256").update(body).digest();
}

/** `undefined` for anything but the whole of what {@link encodeCache} made. */
export function decodeCache(bytes: Buffer): CacheContent | undefined {
  const end = bytes.indexOf(newline);
  const bodyEnd = bytes.length - checksumBytes;
  if (end < 0 || end >= bodyEnd) return undefined;
  if (!checksumOf(bytes.subarray(0, bodyEnd)).equals(bytes.subarray(bodyEnd))) return undefined;
  try {
    return contentOf(JSON.parse(bytes.toString("utf8", 0, end)), bytes.subarray(end + 1, bodyEnd));
  } catch {
    return undefined;
  }
}

interface WrittenHeader extends CacheHeader {
  readonly format: string;
  readonly files: number;
  readonly pathBytes: number;
  readonly findings: readonly Finding[];
}

function contentOf(value: unknown, body: Buffer): CacheContent | undefined {
  // Whole, by its checksum: what has this format was written by this code, or by someone who may write as this user.
  const { format: named, files, pathBytes, findings, ...header } = value as WrittenHeader;
  if (named !== format || body.length !== files * rowBytes + pathBytes) return undefined;
  const rows = body.subarray(0, files * rowBytes);
  const paths = files === 0 ? [] : body.toString("utf8", files * rowBytes).split("\0");
  if (paths.length !== files) return undefined;
  return { header, data: { paths, rows, findings: findings.map(printed) } };
}

/** Its text is shown to people. */
function printed(finding: Finding): Finding {
  const { head } = finding;
  return head === undefined
    ? finding
    : { ...finding, head: { ...head, text: printable(head.text) } };
}
