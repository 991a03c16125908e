// A manifest as one short text, for a place that should stay small: at most about 40 characters a file. The same manifest
// gives the same text on every system and with every version of Node.
import { createHash } from "node:crypto";
import { InputError } from "../errors";
import type { Manifest, ManifestEntry } from "./manifest";
import { shown } from "./names";
import {
  createByteModel,
  createRangeDecoder,
  createRangeEncoder,
  type ByteModel,
} from "./range-coder";

const VERSION = 1;
const CHECK_BYTES = 4;
const DIGEST_BYTES = 32;
/**
 * How much of each file's sha256 is kept: 80 of 256 bits. All of it would be 43 characters a file and more than the room
 * there is. It serves to say *which* files changed; *that* something changed is told by the set's own digest, kept whole.
 */
const KEPT_BYTES = 10;

/**
 * Packs a manifest. Before base64: 4 bytes of a sha256 over the rest, to find damage; the version, 1; the set's digest; the
 * number of files; the first 10 bytes of each file's sha256; then, range coded, for each file in path order how many bytes
 * its path shares with the one before at its start and at its end, the bytes between, and the size.
 * @throws InputError for a path over 1,024 bytes, which no object's key can hold
 */
export function packManifest(manifest: Manifest): string {
  const { entries } = manifest;
  const kept = Buffer.alloc(entries.length * KEPT_BYTES);
  entries.forEach(({ sha256 }, index) => {
    kept.write(sha256.slice(0, KEPT_BYTES * 2), index * KEPT_BYTES, "hex");
  });
  const count = Buffer.alloc(4);
  count.writeUInt32BE(entries.length);
  const digest = Buffer.from(manifest.digest, "hex");
  const body = Buffer.concat([Buffer.of(VERSION), digest, count, kept, codeEntries(entries)]);
  return Buffer.concat([checkOf(body), body]).toString("base64");
}

/**
 * The manifest that was packed, but for this: each entry's `sha256` has the first 20 of its 64 digits. `compareManifests`
 * takes such entries as they are, and packing it again gives the same text.
 * @throws InputError for a text that is no packed manifest, or a damaged one
 */
export function unpackManifest(packed: string): Manifest {
  const bytes = Buffer.from(packed, "base64");
  const body = bytes.subarray(CHECK_BYTES);
  const start = 1 + DIGEST_BYTES + 4;
  const isWhole = body.length >= start && checkOf(body).equals(bytes.subarray(0, CHECK_BYTES));
  if (!isWhole || body[0] !== VERSION) throw damaged();
  const digest = body.subarray(1, 1 + DIGEST_BYTES).toString("hex");
  const count = body.readUInt32BE(1 + DIGEST_BYTES);
  const kept = body.subarray(start, start + count * KEPT_BYTES);
  if (kept.length !== count * KEPT_BYTES) throw damaged();
  const entries = decodeEntries(body.subarray(start + count * KEPT_BYTES), kept, count);
  return { entries, digest, totalBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) };
}

function damaged(): InputError {
  const text = "It is no packed manifest of this version, or it is damaged.";
  return new InputError([{ input: "manifest", text }]);
}

function tooLong(path: string): InputError {
  const text = `The path has more than the ${maxPathBytes} bytes that fit into an object's key.`;
  return new InputError([{ input: shown(path), text }]);
}

function checkOf(body: Buffer): Buffer {
  return createHash("sha256").update(body).digest().subarray(0, CHECK_BYTES);
}

// Bounds that only a text made by hand can pass: the digits to the base of 128 of 2^53; and the bytes of a path, which
// grow from one to the next, so that without a bound a short text could fill the memory: an object's key has 1,024.
const MAX_PLACES = 8;
const maxPathBytes = 1024;

/** One number that is coded for each file, learnt apart from the others. */
type Field = "start" | "end" | "middle" | "size";

interface Models {
  /** The model of byte `place` of a number. */
  number(field: Field, place: number): ByteModel;
  /** The model of a path's byte, by the byte before it. */
  text(before: number): ByteModel;
}

function createModels(): Models {
  const models = new Map<string, ByteModel>();
  const texts: ByteModel[] = [];
  return {
    number(field, place) {
      const key = `${field}${place}`;
      let model = models.get(key);
      if (model === undefined) models.set(key, (model = createByteModel()));
      return model;
    },
    text: (before) => (texts[before] ??= createByteModel()),
  };
}

function codeEntries(entries: readonly ManifestEntry[]): Buffer {
  const coder = createRangeEncoder();
  const models = createModels();
  const number = (field: Field, value: number): void => {
    let rest = value;
    for (let place = 0; ; place += 1) {
      const low = rest % 128;
      rest = Math.floor(rest / 128);
      coder.byte(models.number(field, place), rest > 0 ? low + 128 : low);
      if (rest === 0) return;
    }
  };
  let before = Buffer.alloc(0);
  for (const entry of entries) {
    const path = Buffer.from(entry.path);
    if (path.length > maxPathBytes) throw tooLong(entry.path);
    const { start, end } = shared(before, path);
    number("start", start);
    number("end", end);
    number("middle", path.length - start - end);
    for (let at = start; at < path.length - end; at += 1) {
      coder.byte(models.text(path[at - 1] ?? 0), path[at] ?? 0);
    }
    number("size", entry.sizeBytes);
    before = path;
  }
  return coder.finish();
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

function decodeEntries(coded: Buffer, kept: Buffer, count: number): ManifestEntry[] {
  const coder = createRangeDecoder(coded);
  const models = createModels();
  const number = (field: Field): number => {
    let value = 0;
    for (let place = 0, weight = 1; place < MAX_PLACES; place += 1, weight *= 128) {
      const byte = coder.byte(models.number(field, place));
      value += (byte % 128) * weight;
      if (byte < 128) return value;
    }
    throw damaged();
  };
  const entries: ManifestEntry[] = [];
  let before = Buffer.alloc(0);
  for (let index = 0; index < count; index += 1) {
    const start = number("start");
    const end = number("end");
    const middle = number("middle");
    const length = start + middle + end;
    if (start + end > before.length || length > maxPathBytes) throw damaged();
    const path = Buffer.alloc(length);
    before.copy(path, 0, 0, start);
    for (let at = start; at < start + middle; at += 1)
      path[at] = coder.byte(models.text(path[at - 1] ?? 0));
    before.copy(path, start + middle, before.length - end);
    const sha256 = kept.toString("hex", index * KEPT_BYTES, (index + 1) * KEPT_BYTES);
    entries.push({ path: path.toString(), sizeBytes: number("size"), sha256 });
    before = path;
  }
  return entries;
}
