// The content of a set's files, which names its batch: known from a manifest, or read before the first byte goes.
import type { Avala } from "../api/connection";
import { isAvalaError, type AvalaError } from "../errors";
import { createManifest } from "../files/manifest/manifest";
import type { FileDigests } from "../files/workers/digest-thread";
import { runPool } from "../flow/pool";
import { isSmall, type HashedFile } from "./send/attempt";
import { concurrencyOf, type UploadFile, type UploadRequest } from "./request";
import { digestOf, readSmall } from "./send/source";

/** A file that can't be sent, for it can't be read. */
export interface Unread {
  readonly file: UploadFile;
  readonly error: AvalaError;
}

export interface Hashed {
  readonly files: readonly HashedFile[];
  readonly unread: readonly Unread[];
  /** Of the whole set; of a file that can't be read it has path and size. */
  readonly digest: string;
}

const NOT_READ = "0".repeat(64);

function isHashed(file: UploadFile): file is HashedFile {
  return file.sha256 !== undefined;
}

async function sha256Of({ disk }: Avala, file: UploadFile, digests: FileDigests): Promise<string> {
  return isSmall(file)
    ? (await readSmall(disk, file)).sha256
    : digestOf(disk, file, digests.start(file));
}

/** Reads those of which no digest is known. @throws AvalaError `cancelled` */
export async function hashFiles(
  avala: Avala,
  request: UploadRequest,
  sha256: FileDigests,
): Promise<Hashed> {
  const digests = new Map<string, string>();
  const unread: Unread[] = [];
  const options = { concurrency: concurrencyOf(request), signal: avala.signal };
  const unknown = request.files.filter(({ sha256 }) => sha256 === undefined);
  await runPool(unknown, options, async (file) => {
    try {
      digests.set(file.path, await sha256Of(avala, file, sha256));
    } catch (error) {
      if (!isAvalaError(error)) throw error;
      unread.push({ file, error });
    }
  });
  const entries = request.files.map((file) =>
    isHashed(file) ? file : { ...file, sha256: digests.get(file.path) ?? NOT_READ },
  );
  const failed = new Set(unread.map(({ file }) => file.path));
  const digest = request.digest ?? createManifest(entries).digest;
  return { files: entries.filter(({ path }) => !failed.has(path)), unread, digest };
}
