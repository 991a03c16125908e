// What names a set's batch: the content of its files, known from a manifest or read before the first byte goes. A large file
// that nothing is recorded of is read once, while it is sent; until then it is known by what the disk says of it.
import { createHash } from "node:crypto";
import type { Avala } from "../api/connection";
import { isAvalaError, type AvalaError } from "../errors";
import { withoutDigest } from "../files/local-file";
import { manifestOf, type ManifestEntry } from "../files/manifest/manifest";
import { isHashedInThread, type FileDigests } from "../files/workers/digest-thread";
import { runPool } from "../flow/pool";
import { isSmall } from "./send/attempt";
import { concurrencyOf, type UploadFile, type UploadRequest } from "./request";
import { digestOf } from "./send/chunks";
import { readSmall, stampOf } from "./send/source";

/** A file that can't be sent, for it can't be read. */
export interface Unread {
  readonly file: UploadFile;
  readonly error: AvalaError;
}

export interface Hashed {
  readonly files: readonly UploadFile[];
  readonly unread: readonly Unread[];
  /** Of the whole set; of a file that can't be read it has path and size. */
  readonly digest: string;
}

const NOT_READ = "0".repeat(64);

/** What names a file in the digest of its set: its content, or a stamp in its place. */
type Naming = { readonly sha256: string } | { readonly stamp: string };

/** Field by field: of each object that a spread begins and new fields follow, Node 20 keeps a shape of 0.4 kB. */
function hashedAs({ path, absolutePath, sizeBytes }: UploadFile, sha256: string): UploadFile {
  return { path, absolutePath, sizeBytes, sha256 };
}

async function sha256Of({ disk }: Avala, file: UploadFile, digests: FileDigests): Promise<string> {
  return isSmall(file)
    ? (await readSmall(disk, file)).sha256
    : digestOf(disk, file, { sha256: digests.start(file) });
}

function* entriesOf(
  files: readonly UploadFile[],
  stamps: ReadonlyMap<string, string>,
): Generator<ManifestEntry> {
  for (const { path, sizeBytes, sha256 = stamps.get(path) ?? NOT_READ } of files)
    yield { path, sizeBytes, sha256 };
}

async function readEach(
  { signal }: Avala,
  request: UploadRequest,
  read: (file: UploadFile) => Promise<Naming>,
): Promise<Hashed> {
  const files = [...request.files];
  const stamps = new Map<string, string>();
  const unread: Unread[] = [];
  const options = { concurrency: concurrencyOf(request), signal };
  await runPool(withoutDigest(request.files), options, async ([place, file]) => {
    try {
      const naming = await read(file);
      if ("sha256" in naming) files[place] = hashedAs(file, naming.sha256);
      else stamps.set(file.path, naming.stamp);
    } catch (error) {
      if (!isAvalaError(error)) throw error;
      unread.push({ file, error });
    }
  });
  const digest = request.digest ?? manifestOf([...entriesOf(files, stamps)]).digest;
  const failed = new Set(unread.map(({ file }) => file.path));
  return { files: files.filter(({ path }) => !failed.has(path)), unread, digest };
}

/** The request, with the digests that were taken since. */
function withDigests(request: UploadRequest, read: Hashed | undefined): UploadRequest {
  if (read === undefined) return request;
  const known = new Map(read.files.map((file) => [file.path, file]));
  return { ...request, files: request.files.map((file) => known.get(file.path) ?? file) };
}

/** Reads those of which no digest is known, neither from the request nor `read` before. @throws AvalaError `cancelled` */
export function hashFiles(
  avala: Avala,
  request: UploadRequest,
  sha256: FileDigests,
  read?: Hashed,
): Promise<Hashed> {
  return readEach(avala, withDigests(request, read), async (file) => ({
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
  return readEach(avala, request, async (file) => {
    if (!isLeft(file)) return { sha256: await sha256Of(avala, file, sha256) };
    const stamp = JSON.stringify(await stampOf(avala.disk, file));
    return { stamp: createHash("sha256").update(stamp).digest("hex") };
  });
}
