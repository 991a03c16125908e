// What is kept on the disk: a line of JSON, then bytes, and a sha256 over all of it, so that a file that is cut short, damaged
// or something else is not believed. Pure; knows nothing of what is kept.
import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { isRecord } from "../../json";

interface Sealed<Head> {
  readonly head: Head;
  readonly body: Buffer;
}

const checksumBytes = 32;
const newline = 10;
/** The bytes begin at a multiple of it, so that numbers in them can be used where they were read. */
const alignment = 8;

function formatOf(kind: string): string {
  return `avala ${kind} ${endianness()}`;
}

/**
 * In pieces, for of a million files it is 110 MB; each is good until the next one is asked for. `kind` has the version of what
 * is kept; what is of another kind is not opened.
 */
export function* seal(
  kind: string,
  head: object,
  parts: Iterable<Uint8Array | string>,
): Generator<Uint8Array> {
  const checksum = createHash("sha256");
  const line = JSON.stringify({ ...head, format: formatOf(kind) });
  const blanks = alignment - 1 - (Buffer.byteLength(line) % alignment);
  const first = Buffer.from(`${line}${" ".repeat(blanks)}\n`);
  checksum.update(first);
  yield first;
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    checksum.update(bytes);
    yield bytes;
  }
  yield checksum.digest();
}

function checksumOf(body: Buffer): Buffer {
  return createHash("sha256").update(body).digest();
}

/**
 * `undefined` for anything but the whole of what {@link seal} made. Whole, it was written by this code, or by someone who may
 * write as this user: its head may have any shape.
 */
export function unseal<Head>(
  kind: string,
  bytes: Buffer,
  isHead: (value: unknown) => value is Head,
): Sealed<Head> | undefined {
  const end = bytes.indexOf(newline);
  const bodyEnd = bytes.length - checksumBytes;
  if (end < 0 || end >= bodyEnd) return undefined;
  if (!checksumOf(bytes.subarray(0, bodyEnd)).equals(bytes.subarray(bodyEnd))) return undefined;
  try {
    const head: unknown = JSON.parse(bytes.toString("utf8", 0, end));
    if (!isRecord(head) || head["format"] !== formatOf(kind) || !isHead(head)) return undefined;
    return { head, body: bytes.subarray(end + 1, bodyEnd) };
  } catch {
    return undefined;
  }
}
