// One file from disk to storage: presign, send, and again when that may help. Knows nothing of the other files.
import { presign } from "../api/manual-upload";
import { sendForm } from "../api/storage";
import type { Avala } from "../api/connect";
import { retry } from "../flow/retry";
import { countBytes, retryOn, type ByteCounter } from "./attempt";
import { readChunks, readSmall, type SourceFile } from "./source";

export interface FileDestination {
  readonly datasetName: string;
  readonly organizationUid?: string | undefined;
}

export interface SentFile {
  readonly sha256: string;
  readonly retries: number;
}

// A file of this size is kept between tries, so that a retry reads and hashes nothing; eight at once are 8 MiB.
const SMALL_BYTES = 1024 * 1024;

type Part = Parameters<typeof sendForm>[2];

function openLarge(avala: Avala, file: SourceFile, onDigest: (sha256: string) => void): Part {
  const { path, sizeBytes } = file;
  return { path, sizeBytes, open: () => readChunks(avala.disk, file, onDigest) };
}

/**
 * Sends one file. Each try presigns anew, since a presigned URL expires (contract, "Uploading files", 1); a try whose
 * reply was lost is simply repeated, as the same path holds one object.
 * @throws AvalaError of the last try, `file`, `file_changed`, or `cancelled`
 */
export async function sendFile(
  avala: Avala,
  file: SourceFile,
  destination: FileDestination,
  bytes: ByteCounter,
  signal: AbortSignal,
): Promise<SentFile> {
  let sha256 = "";
  let retries = 0;
  const small = file.sizeBytes <= SMALL_BYTES ? await readSmall(avala.disk, file) : undefined;
  const part: Part =
    small === undefined
      ? openLarge(avala, file, (digest) => {
          sha256 = digest;
        })
      : { path: file.path, sizeBytes: file.sizeBytes, small: small.bytes };

  const attempt = async (_attempt: number, attemptSignal: AbortSignal): Promise<void> => {
    const { path, sizeBytes } = file;
    const target = await presign(avala, { ...destination, path, sizeBytes, signal: attemptSignal });
    await countBytes(bytes, sizeBytes, (onBytes) =>
      sendForm(avala, target, part, { signal: attemptSignal, onBytes }),
    );
  };
  const countRetry = (): void => {
    retries += 1;
  };
  await retry(attempt, retryOn(avala, `upload ${file.path}`, signal, countRetry));
  return { sha256: small?.sha256 ?? sha256, retries };
}
