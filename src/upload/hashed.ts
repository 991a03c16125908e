// What names a set's batch: the content of its files, known from a manifest or read before the first byte goes. A large file
// that nothing is recorded of is read once, while it is sent; until then it is known by what the disk says of it.
import { createHash } from "node:crypto";
import type { Avala } from "../api/connection";
import { isAvalaError, type AvalaError } from "../errors";
import { createManifest } from "../files/manifest/manifest";
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

/** Field by field: of each object that a spread begins and new fields follow, Node 20 keeps a shape of 0.4 kB. */
function hashedAs({ path, absolutePath, sizeBytes }: UploadFile, sha256: string) {
  return { path, absolutePath, sizeBytes, sha256, named: sha256 };
}

async function sha256Of({ disk }: Avala, file: UploadFile, digests: FileDigests): Promise<string> {
  return isSmall(file)
    ? (await readSmall(disk, file)).sha256
    : digestOf(disk, file, { sha256: digests.start(file) });
}

async function readEach(
  { signal }: Avala,
  request: UploadRequest,
  read: (file: UploadFile) => Promise<UploadFile & { readonly named: string }>,
): Promise<Hashed> {
  const files = new Map<string, UploadFile & { readonly named: string }>();
  const unread: Unread[] = [];
  const options = { concurrency: concurrencyOf(request), signal };
  const unknown = request.files.filter(({ sha256 }) => sha256 === undefined);
  await runPool(unknown, options, async (file) => {
    try {
      files.set(file.path, await read(file));
    } catch (error) {
      if (!isAvalaError(error)) throw error;
      unread.push({ file, error });
    }
  });
  const entries = request.files.map((file) => {
    const { path, sizeBytes, sha256 = files.get(path)?.named ?? NOT_READ } = file;
    return { path, sizeBytes, sha256 };
  });
  const failed = new Set(unread.map(({ file }) => file.path));
  const digest = request.digest ?? createManifest(entries).digest;
  const known = request.files.map((file) => files.get(file.path) ?? file);
  return { files: known.filter(({ path }) => !failed.has(path)), unread, digest };
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
  return readEach(avala, withDigests(request, read), async (file) => {
    const digest = await sha256Of(avala, file, sha256);
    return hashedAs(file, digest);
  });
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
    if (isLeft(file)) {
      const stamp = JSON.stringify(await stampOf(avala.disk, file));
      return { ...file, named: createHash("sha256").update(stamp).digest("hex") };
    }
    const digest = await sha256Of(avala, file, sha256);
    return hashedAs(file, digest);
  });
}
