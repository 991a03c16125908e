// What names a set's batch: the content of its files, known from a manifest or read before the first byte goes. A large file
// that nothing is recorded of is read once, while it is sent; until then it is known by what the disk says of it.
import { createHash } from "node:crypto";
import type { Avala } from "../api/connection";
import { isAvalaError, type AvalaError } from "../errors";
import { digestOfSorted, manifestOf, type ManifestEntry } from "../files/manifest/manifest";
import { isHashedInThread, type FileDigests } from "../files/workers/digest-thread";
import { runPool } from "../flow/pool";
import { isSmall } from "./send/attempt";
import { concurrencyOf, type UploadFile, type UploadRequest } from "./request";
import { readSha256 } from "./send/chunks";
import { readSmall, stampOf } from "./send/source";

/** A file that can't be sent, for it can't be read. */
export interface Unread {
  readonly file: UploadFile;
  readonly error: AvalaError;
}

export interface Hashed {
  /** Those that can be read, in the order of the request. */
  readonly files: Iterable<UploadFile>;
  /** Of the files by their places in the request, as far as they are known. */
  readonly digests: Digests;
  readonly unread: readonly Unread[];
  /** Of the whole set; of a file that can't be read it has path and size. */
  readonly digest: string;
}

type Digests = readonly (string | undefined)[];

const NOT_READ = "0".repeat(64);

/** What names a file in the digest of its set: its content, or a stamp in its place. */
type Naming = { readonly sha256: string } | { readonly stamp: string };

/** Field by field: of each object that a spread begins and new fields follow, Node 20 keeps a shape of 0.4 kB. */
function hashedAs(file: UploadFile, sha256: string | undefined): UploadFile {
  const { path, absolutePath, sizeBytes } = file;
  return sha256 === file.sha256 ? file : { path, absolutePath, sizeBytes, sha256 };
}

/** The files with their digests. Each is made when it is its turn, so that of many there are no second objects. */
function filesWith(
  digests: Digests,
  { files }: UploadRequest,
  isLeftOut: (path: string) => boolean,
): Iterable<UploadFile> {
  return {
    *[Symbol.iterator]() {
      for (const [place, file] of files.entries())
        if (!isLeftOut(file.path)) yield hashedAs(file, digests[place]);
    },
  };
}

/** The files of which no digest is known, each with its place. */
function* unknownOf(
  { files }: UploadRequest,
  digests: Digests,
): Generator<readonly [place: number, file: UploadFile]> {
  for (const placed of files.entries()) if (digests[placed[0]] === undefined) yield placed;
}

async function sha256Of({ disk }: Avala, file: UploadFile, digests: FileDigests): Promise<string> {
  return isSmall(file)
    ? (await readSmall(disk, file)).sha256
    : readSha256(disk, file, { sha256: digests.start(file) });
}

function* entriesOf(
  { files }: UploadRequest,
  digests: Digests,
  stamps: ReadonlyMap<string, string>,
): Generator<ManifestEntry> {
  for (const [place, { path, sizeBytes }] of files.entries())
    yield { path, sizeBytes, sha256: digests[place] ?? stamps.get(path) ?? NOT_READ };
}

/** Puts the digests that are not known into their places. */
async function readEach(
  { signal }: Avala,
  request: UploadRequest,
  digests: (string | undefined)[],
  read: (file: UploadFile) => Promise<Naming>,
): Promise<Hashed> {
  const stamps = new Map<string, string>();
  const unread: Unread[] = [];
  const options = { concurrency: concurrencyOf(request), signal };
  await runPool(unknownOf(request, digests), options, async ([place, file]) => {
    try {
      const naming = await read(file);
      if ("sha256" in naming) digests[place] = naming.sha256;
      else stamps.set(file.path, naming.stamp);
    } catch (error) {
      if (!isAvalaError(error)) throw error;
      unread.push({ file, error });
    }
  });
  const entries = (): Iterable<ManifestEntry> => entriesOf(request, digests, stamps);
  const digest = request.digest ?? digestOfSorted(entries()) ?? manifestOf([...entries()]).digest;
  const failed = new Set(unread.map(({ file }) => file.path));
  const files = filesWith(digests, request, (path) => failed.has(path));
  return { files, digests, unread, digest };
}

function digestsOf({ files }: UploadRequest): (string | undefined)[] {
  return files.map(({ sha256 }) => sha256);
}

/** Reads those of which no digest is known, neither from the request nor `read` before. @throws AvalaError `cancelled` */
export function hashFiles(
  avala: Avala,
  request: UploadRequest,
  sha256: FileDigests,
  read?: Hashed,
): Promise<Hashed> {
  const digests = read === undefined ? digestsOf(request) : [...read.digests];
  return readEach(avala, request, digests, async (file) => ({
    sha256: await sha256Of(avala, file, sha256),
  }));
}

/**
 * The same, but large files are not read: the digest of the set has their times and inodes in place of their content.
 * `undefined` where there are none.
 */
export async function hashSmallFiles(
  avala: Avala,
  request: UploadRequest,
  sha256: FileDigests,
): Promise<Hashed | undefined> {
  const isLeft = (file: UploadFile): boolean => file.sha256 === undefined && isHashedInThread(file);
  if (request.digest !== undefined || !request.files.some(isLeft)) return undefined;
  return readEach(avala, request, digestsOf(request), async (file) => {
    if (!isLeft(file)) return { sha256: await sha256Of(avala, file, sha256) };
    const stamp = JSON.stringify(await stampOf(avala.disk, file));
    return { stamp: createHash("sha256").update(stamp).digest("hex") };
  });
}
