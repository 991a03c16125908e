// A manifest as one short text, for a place that should stay small: about 15 to 43 characters a file, most for random names.
// The same manifest gives the same text on every system: fflate is only JavaScript, and zlib and brotli are built into Node.
import { createHash } from "node:crypto";
import type * as Fflate from "fflate";
import { MAX_KEY_BYTES } from "../../api/limits";
import { InputError } from "../../errors";
import type { Manifest, ManifestEntry } from "./manifest";
import { shown } from "../../text";

/** Read at its first use: it is a twentieth of what the core takes to load, and a run that only sends files packs nothing. */
// oxlint-disable-next-line typescript/no-require-imports -- an import would be read at the start
const fflate = (): typeof Fflate => require("fflate") as typeof Fflate;

const VERSION = 2;
const CHECK_BYTES = 4;
const DIGEST_BYTES = 32;
const HEAD_BYTES = 1 + DIGEST_BYTES + 4 + 4;
/**
 * How much of each file's sha256 is kept: 80 of 256 bits. All of it would be 43 characters a file and more than the room
 * there is. It serves to say *which* files changed; *that* something changed shows in the set's own digest, kept whole.
 */
const KEPT_BYTES = 10;
/** The digits to the base of 128 of 2^53, the largest size. */
const MAX_NUMBER_BYTES = 8;

/** Paths grow from one to the next: without a bound a short text could fill the memory. */
const MAX_ENTRY_BYTES = 4 * MAX_NUMBER_BYTES + MAX_KEY_BYTES;

/**
 * Packs a manifest. Before base64: 4 bytes of a sha256 over the rest, to find damage; the version, 2; the set's digest; the
 * number of files, and of bytes before they were deflated; the first 10 bytes of each file's sha256; then, deflated, for each
 * file in path order how many bytes its path shares with the one before at its start; then, again for each file, at its end,
 * how many lie between, and the size; and last the bytes between.
 * @throws InputError for a path over 1,024 bytes, which no object's key can hold
 */
export function packManifest(manifest: Manifest): string {
  const { entries } = manifest;
  const kept = Buffer.alloc(entries.length * KEPT_BYTES);
  entries.forEach(({ sha256 }, index) => {
    kept.write(sha256.slice(0, KEPT_BYTES * 2), index * KEPT_BYTES, "hex");
  });
  const digest = Buffer.from(manifest.digest, "hex");
  const columns = columnsOf(entries);
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(entries.length);
  counts.writeUInt32BE(columns.length, 4);
  const deflated = fflate().deflateSync(columns, { level: 9 });
  const body = Buffer.concat([Buffer.of(VERSION), digest, counts, kept, deflated]);
  return Buffer.concat([checkOf(body), body]).toString("base64");
}

/**
 * The manifest that was packed, but for this: each entry's `sha256` has the first 20 of its 64 digits. `compareManifests`
 * takes such entries as they are, and packing it again gives the same text.
 * @throws InputError for a text that is not a packed manifest, or a damaged one
 */
export function unpackManifest(packed: string): Manifest {
  const bytes = Buffer.from(packed, "base64");
  const body = bytes.subarray(CHECK_BYTES);
  const isWhole = body.length >= HEAD_BYTES && checkOf(body).equals(bytes.subarray(0, CHECK_BYTES));
  if (!isWhole || body[0] !== VERSION) throw damaged();
  const digest = body.subarray(1, 1 + DIGEST_BYTES).toString("hex");
  const count = body.readUInt32BE(1 + DIGEST_BYTES);
  const size = body.readUInt32BE(1 + DIGEST_BYTES + 4);
  const kept = body.subarray(HEAD_BYTES, HEAD_BYTES + count * KEPT_BYTES);
  // Bounds what is allocated by what was really given, whatever the text claims.
  const isPossible = kept.length === count * KEPT_BYTES && size <= count * MAX_ENTRY_BYTES;
  if (!isPossible) throw damaged();
  const columns = inflated(body.subarray(HEAD_BYTES + kept.length), size);
  const entries = readColumns(columns, kept, count);
  return { entries, digest, totalBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) };
}

function damaged(): InputError {
  const text = "It is not a packed manifest of this version, or it is damaged.";
  return new InputError([{ input: "manifest", text }]);
}

function tooLong(path: string): InputError {
  const text = `The path has more than the ${MAX_KEY_BYTES} bytes that fit into an object's key.`;
  return new InputError([{ input: shown(path), text }]);
}

function checkOf(body: Buffer): Buffer {
  return createHash("sha256").update(body).digest().subarray(0, CHECK_BYTES);
}

/** Each kind of number stands together, since like compresses well beside like. */
function columnsOf(entries: readonly ManifestEntry[]): Buffer {
  const starts: number[] = [];
  const ends: number[] = [];
  const middles: number[] = [];
  const sizes: number[] = [];
  const between: Buffer[] = [];
  let before = Buffer.alloc(0);
  for (const entry of entries) {
    const path = Buffer.from(entry.path);
    if (path.length > MAX_KEY_BYTES) throw tooLong(entry.path);
    const { start, end } = shared(before, path);
    addNumber(starts, start);
    addNumber(ends, end);
    addNumber(middles, path.length - start - end);
    addNumber(sizes, entry.sizeBytes);
    between.push(path.subarray(start, path.length - end));
    before = path;
  }
  const numbers = [starts, ends, middles, sizes].map((column) => Buffer.from(column));
  return Buffer.concat([...numbers, ...between]);
}

/** How many bytes two paths share at their start, and then at their end. */
function shared(before: Buffer, path: Buffer): { start: number; end: number } {
  const most = Math.min(before.length, path.length);
  let start = 0;
  while (start < most && before[start] === path[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === path[path.length - 1 - end]) {
    end += 1;
  }
  return { start, end };
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function addNumber(to: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) to.push((rest % 128) + 128);
  to.push(rest);
}

function inflated(deflated: Uint8Array, size: number): Buffer {
  try {
    const columns = fflate().inflateSync(deflated, { out: new Uint8Array(size) });
    if (columns.length === size) return Buffer.from(columns.buffer);
  } catch {
    // fflate's words are of its own format.
  }
  throw damaged();
}

function readColumns(columns: Buffer, kept: Buffer, count: number): ManifestEntry[] {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let place = 0, weight = 1; place < MAX_NUMBER_BYTES; place += 1, weight *= 128) {
      const byte = columns[at++];
      if (byte === undefined) throw damaged();
      value += (byte % 128) * weight;
      if (byte < 128) return value;
    }
    throw damaged();
  };
  const column = (): number[] => Array.from({ length: count }, number);
  const [starts, ends, middles, sizes] = [column(), column(), column(), column()];
  // A buffer for each path would be most of what unpacking takes.
  let [before, room] = [Buffer.alloc(MAX_KEY_BYTES), Buffer.alloc(MAX_KEY_BYTES)];
  let beforeBytes = 0;
  const entries = Array.from({ length: count }, (_, index): ManifestEntry => {
    const [start = 0, end = 0, middle = 0] = [starts[index], ends[index], middles[index]];
    const bytes = start + middle + end;
    const isPath = start + end <= beforeBytes && bytes <= MAX_KEY_BYTES;
    if (!isPath || at + middle > columns.length) throw damaged();
    before.copy(room, 0, 0, start);
    columns.copy(room, start, at, at + middle);
    before.copy(room, start + middle, beforeBytes - end, beforeBytes);
    at += middle;
    [before, room, beforeBytes] = [room, before, bytes];
    const path = before.toString("utf8", 0, bytes);
    const sha256 = kept.toString("hex", index * KEPT_BYTES, (index + 1) * KEPT_BYTES);
    return { path, sizeBytes: sizes[index] ?? 0, sha256 };
  });
  if (at !== columns.length) throw damaged();
  return entries;
}
