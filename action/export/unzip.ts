// Unpacks a zip archive that came from elsewhere, into an empty folder, or reads it through without unpacking.
// What it may hold is the rules' business.
// Not by extract-zip, which reads with yauzl as well: it makes the links that an archive asks for, and bounds neither bytes nor
// entries.
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../../src/flow/disk/folders";
import { namesIn } from "./name-rules";
import { Transform, type TransformCallback, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { asDiskError, isAvalaError, messageOf } from "../../src/errors";
import { systemErrorCode } from "../../src/system-error";
import { cancelled } from "../../src/flow/clock";
import {
  checkPaths,
  checkSizes,
  createEntryCheck,
  hasFittingSizes,
  LIMITS,
  type Limits,
  type NameRules,
  quoted,
  refuse,
} from "./archive-rules";

interface Unpacked {
  /** With `/`, relative to the folder. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

interface UnzipOptions {
  readonly signal: AbortSignal;
  readonly limits?: Limits;
  /** @default what the folder shows */
  readonly names?: NameRules;
}

/**
 * Unpacks `archive` into `folder`, which must be empty. What is refused is refused before anything is written.
 * @throws AvalaError `bad_reply`; `file` for what this machine refuses; `cancelled`
 */
export function unzip(archive: string, folder: string, options: UnzipOptions): Promise<Unpacked> {
  const { signal, limits = LIMITS } = options;
  return reading(archive, { ...options, isNamed: true }, async (zip, entries) => {
    checkSizes(entries, (await stat(archive)).size, limits);
    checkPaths(entries, limits, options.names ?? (await namesIn(folder)));
    const files = entries.filter(isFile);
    const made = new Set([folder]);
    for (const entry of files) {
      const target = join(folder, entry.fileName);
      const parent = dirname(target);
      if (!made.has(parent)) await makeFolder(parent);
      made.add(parent);
      await readEntry(zip, entry, createWriteStream(target, { flags: "wx" }), signal);
    }
    return {
      paths: files.map(({ fileName }) => fileName),
      bytes: files.reduce((total, { uncompressedSize }) => total + uncompressedSize, 0),
    };
  }).catch((error: unknown) => {
    throw asDiskError(`The export can't be unpacked in ${folder}`, error);
  });
}

/**
 * Reads `archive` through: its list, and the checksum of each file as far as it can be unpacked within the limits.
 * Names are not judged, since nothing is written under them.
 * @throws AvalaError `bad_reply` for a damaged one; `cancelled`
 */
export function testArchive(archive: string, options: UnzipOptions): Promise<void> {
  const { signal, limits = LIMITS } = options;
  return reading(archive, { ...options, isNamed: false }, async (zip, entries) => {
    if (!hasFittingSizes(entries, (await stat(archive)).size, limits)) return;
    for (const entry of entries) {
      if (isReadable(entry)) await readEntry(zip, entry, nowhere(), signal);
    }
  });
}

async function reading<T>(
  archive: string,
  { signal, limits = LIMITS, isNamed }: UnzipOptions & { readonly isNamed: boolean },
  work: (zip: ZipFile, entries: readonly Entry[]) => Promise<T>,
): Promise<T> {
  return translate(signal, async () => {
    const zip = await openPromise(archive, {
      lazyEntries: true,
      autoClose: false,
      // What is not decoded is not judged either: nothing is written under these names then.
      decodeStrings: isNamed,
    });
    try {
      return await work(zip, await readEntries(zip, limits, signal));
    } finally {
      zip.close();
    }
  });
}

/** What the zip library finds wrong, as our own error. */
async function translate<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await work();
  } catch (error) {
    if (signal.aborted) throw cancelled("Unpacking the export");
    if (isAvalaError(error)) throw error;
    // Of the system's errors, and of zlib's (`Z_DATA_ERROR`), which the archive is to blame for.
    const code = systemErrorCode(error);
    if (code !== undefined && !code.startsWith("Z_")) throw error;
    return refuse(`is damaged: ${messageOf(error)}`);
  }
}

async function readEntries(
  zip: ZipFile,
  limits: Limits,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const check = createEntryCheck(limits);
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    signal.throwIfAborted();
    check(entry);
    entries.push(entry);
  }
  return entries;
}

function isFile({ fileName }: Entry): boolean {
  return !fileName.endsWith("/");
}

const STORED = 0;
const DEFLATED = 8;

function isReadable(entry: Entry): boolean {
  const { compressionMethod: method } = entry;
  return !entry.isEncrypted() && (method === STORED || method === DEFLATED);
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

async function readEntry(
  zip: ZipFile,
  entry: Entry,
  to: Writable,
  signal: AbortSignal,
): Promise<void> {
  const sum = new Crc32();
  const unpacked = await zip.openReadStreamPromise(entry);
  await pipeline(unpacked, sum, to, { signal });
  if (sum.value !== entry.crc32)
    refuse(`is damaged: ${quoted(entry.fileName)} has the wrong checksum`);
}

class Crc32 extends Transform {
  value = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.value = crc32(chunk, this.value);
    done(null, chunk);
  }
}
