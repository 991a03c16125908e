// Unpacks a zip archive that came from elsewhere, into an empty folder. Refuses what could write outside it, links,
// and an archive that swells.
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { AvalaError } from "../src/errors";

export interface Limits {
  readonly mostEntries: number;
  readonly mostBytes: number;
  /** Unpacked bytes for each packed one; small archives are let off, see `MILD_BYTES`. */
  readonly mostSwelling: number;
}

// An export holds annotations, and at most the files they are about. JSON packs 5 to 20 times; deflate's own limit,
// which bombs come close to, is 1,032.
export const LIMITS: Limits = { mostEntries: 1_000_000, mostBytes: 50e9, mostSwelling: 200 };
// A few files of zeros pack better than any limit and hurt nobody.
const MILD_BYTES = 50_000_000;

const FILE_TYPE_MASK = 0o170000;
const SYMLINK = 0o120000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;

export interface Unpacked {
  /** With `/`, relative to the folder. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

/**
 * Unpacks `archive` into `folder`, which must be empty. What is refused is refused before anything is written.
 * @throws AvalaError `bad_reply`
 */
export async function unzip(
  archive: string,
  folder: string,
  options: { readonly signal: AbortSignal; readonly limits?: Limits },
): Promise<Unpacked> {
  const limits = options.limits ?? LIMITS;
  const zip = await translate(openPromise(archive, { lazyEntries: true, autoClose: false }));
  try {
    const entries = await translate(readEntries(zip, limits));
    checkSizes(entries, (await stat(archive)).size, limits);
    checkPaths(entries);
    const files = entries.filter(({ fileName }) => !fileName.endsWith("/"));
    for (const entry of files) await translate(write(zip, entry, folder, options.signal));
    return {
      paths: files.map(({ fileName }) => fileName),
      bytes: files.reduce((total, { uncompressedSize }) => total + uncompressedSize, 0),
    };
  } finally {
    zip.close();
  }
}

function refuse(text: string): never {
  throw new AvalaError("bad_reply", `The export's archive ${text}.`, {
    hint: "Nothing of it was unpacked. Set extract: false to look at the archive itself.",
  });
}

/** What the zip library finds wrong, as our own error. */
async function translate<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AvalaError || !(error instanceof Error)) throw error;
    if (error.name === "AbortError")
      throw new AvalaError("cancelled", "Unpacking the export was stopped.");
    if ("code" in error)
      throw new AvalaError("file", `The export can't be unpacked: ${error.message}`, {
        cause: error,
      });
    return refuse(`can't be read: ${error.message}`);
  }
}

async function readEntries(zip: ZipFile, limits: Limits): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    entries.push(entry);
    if (entries.length > limits.mostEntries) refuse(`holds more than ${limits.mostEntries} files`);
  }
  return entries;
}

function checkSizes(entries: readonly Entry[], packedBytes: number, limits: Limits): void {
  // The library holds each entry to the size it claims here, so the claims bound what is written.
  const bytes = entries.reduce((total, { uncompressedSize }) => total + uncompressedSize, 0);
  if (bytes > limits.mostBytes)
    refuse(`would unpack to ${bytes} bytes, more than ${limits.mostBytes}`);
  if (bytes > MILD_BYTES && bytes > packedBytes * limits.mostSwelling) {
    refuse(`would swell from ${packedBytes} to ${bytes} bytes`);
  }
}

function checkPaths(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const { fileName } = entry;
    const shown = JSON.stringify(fileName);
    if (isUnsafe(fileName))
      refuse(`holds ${shown}, a path that leads out of the folder or fits no system`);
    if (entry.isEncrypted()) refuse(`holds ${shown}, which is encrypted`);
    if (!isFileOrFolder(entry)) refuse(`holds ${shown}, which is a link or no file`);
    const key = keyOf(fileName);
    if (seen.has(key)) refuse(`holds ${shown} twice`);
    seen.add(key);
  }
  for (const { fileName } of entries) {
    const key = keyOf(fileName);
    if (parentsOf(key).some((parent) => seen.has(parent)))
      refuse(`holds ${JSON.stringify(fileName)} below a file`);
  }
}

/** The same for names that are one on some system. A folder's own ends in a slash. */
function keyOf(fileName: string): string {
  return fileName.normalize("NFC").toLowerCase();
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(path: string): readonly string[] {
  return [...path.matchAll(/(?<=[^/])\/(?=[^/])/g)].map(({ index }) => path.slice(0, index));
}

function isUnsafe(path: string): boolean {
  const parts = path.replace(/\/$/, "").split("/");
  // Absolute, drive letters and streams of Windows, what climbs, empty parts, and control characters.
  return (
    parts.some(isReserved) ||
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    /[\\:\u0000-\u001f\u007f]/.test(path) ||
    parts.some((part) => part === "" || part === "." || part === "..")
  );
}

// What a file system takes as one name.
const MOST_NAME_BYTES = 255;

/** A part that no system holds, or that a checkout takes orders from: a file below `.git` can run commands. */
function isReserved(part: string): boolean {
  return part.toLowerCase() === ".git" || Buffer.byteLength(part) > MOST_NAME_BYTES;
}

/** By the Unix mode that the archive keeps; 0 where it was made on a system without. */
function isFileOrFolder(entry: Entry): boolean {
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK;
  if (type === SYMLINK) return false;
  return type === 0 || type === (entry.fileName.endsWith("/") ? DIRECTORY : REGULAR);
}

async function write(
  zip: ZipFile,
  entry: Entry,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const target = join(folder, entry.fileName);
  await mkdir(dirname(target), { recursive: true });
  const sum = new Crc32();
  const unpacked = await zip.openReadStreamPromise(entry);
  await pipeline(unpacked, sum, createWriteStream(target, { flags: "wx" }), { signal });
  if (sum.value !== entry.crc32)
    refuse(`is damaged: ${JSON.stringify(entry.fileName)} has the wrong checksum`);
}

class Crc32 extends Transform {
  value = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.value = crc32(chunk, this.value);
    done(null, chunk);
  }
}
