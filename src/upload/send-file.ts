// One file from disk to storage: presign, send, and again when that may help. Knows nothing of the other files.
import { presign } from "../api/manual-upload";
import { sendForm, type FormFile } from "../api/storage";
import { retry } from "../flow/retry";
import { countBytes, retryOn, type Sending, type SentFile } from "./attempt";
import { readChunks, readSmall, type SourceFile } from "./source";
import { hashing, requireKept, type Md5 } from "./store-check";

// A file of this size is kept between tries, so that a retry reads and hashes nothing; eight at once are 8 MiB.
const SMALL_BYTES = 1024 * 1024;

/** What one try sends, with the digests of it. */
interface Body {
  readonly file: FormFile;
  readonly md5: Md5;
  readonly sha256: () => string;
}

/** Makes the body of each try: a small file is read once for all of them. */
async function bodiesOf({ avala, check }: Sending, source: SourceFile): Promise<() => Body> {
  const { path, sizeBytes } = source;
  if (sizeBytes <= SMALL_BYTES) {
    const { bytes, sha256 } = await readSmall(avala.disk, source);
    const md5 = check.buffer(bytes, source).digest;
    return () => ({ file: { path, sizeBytes, small: bytes }, md5, sha256: () => sha256 });
  }
  return () => {
    let sha256 = "";
    const md5 = check.stream(source);
    const onDigest = (digest: string): void => {
      sha256 = digest;
    };
    return {
      file: {
        path,
        sizeBytes,
        open: () => hashing(readChunks(avala.disk, source, onDigest), md5),
      },
      md5: async () => md5?.digest(),
      sha256: () => sha256,
    };
  };
}

/**
 * Sends one file by form. Each try presigns anew, since a presigned URL expires (contract, "Uploading files", 1); a try
 * whose reply was lost is simply repeated, as the same path holds one object.
 * @throws AvalaError of the last try, `file`, `file_changed`, or `cancelled`
 */
export async function sendFile(sending: Sending, source: SourceFile): Promise<SentFile> {
  const { avala, destination, check, bytes, signal } = sending;
  const { path, sizeBytes } = source;
  const nextBody = await bodiesOf(sending, source);
  const piece = check.piece(sizeBytes);
  const attempt = async (_attempt: number, attemptSignal: AbortSignal): Promise<SentFile> => {
    const target = await presign(avala, { ...destination, path, sizeBytes, signal: attemptSignal });
    const body = nextBody();
    return countBytes(bytes, sizeBytes, async (onBytes) => {
      const stored = await sendForm(avala, target, body.file, { signal: attemptSignal, onBytes });
      const kept = await requireKept(piece, path, stored, body.md5);
      return { sha256: body.sha256(), kept };
    });
  };
  return retry(attempt, retryOn(avala, `upload ${path}`, signal));
}
