// One large file by the second protocol where the server wants it by one PUT. What lies at its place is never replaced
// that way (412), so a file that can't be known to be ours goes by form instead.
import type { ManagedPresign } from "../api/managed-upload";
import { UPLOAD_GONE, sendPut, type Stored } from "../api/storage";
import { AvalaError } from "../errors";
import { retry } from "../flow/retry";
import { printable } from "../redact";
import { countBytes, retryOn, type Sending, type SentFile } from "./attempt";
import type { PartRecord } from "./journal-lines";
import { askForParts, type Batch, type HashedFile } from "./send-parts";
import { sessionLost } from "./session-lost";
import { readChunks } from "./source";
import { hashing, keptOther, type Md5, type PieceCheck, type Verdict } from "./store-check";

type Put = Extract<ManagedPresign, { readonly method: "PUT" }>;

/**
 * An object that was there may be ours, its reply lost, or what an earlier run put under this name: only an `ETag` of
 * ours tells.
 */
async function verdictOf(piece: PieceCheck, stored: Stored, md5: Md5): Promise<Verdict> {
  if (!stored.wasThere) return piece.judge(stored, md5);
  return stored.md5 !== undefined && stored.md5 === (await md5()) ? "right" : "wrong";
}

function takenPlace(path: string, { host }: Stored): AvalaError {
  const text = `${host} has an object at the place of ${printable(path)} already, and does not tell which: it goes by form.`;
  return new AvalaError("storage", text, { retryable: true });
}

/**
 * Sends it, and completes nothing.
 * @returns `undefined` when it has to go by form: the store keeps something else, and takes no second PUT
 */
export async function sendWhole(
  sending: Sending,
  file: HashedFile,
  { uid, presigned: first, journal }: Batch<Put>,
): Promise<SentFile | undefined> {
  const { avala, check, bytes, signal } = sending;
  const { path, sizeBytes, sha256 } = file;
  const record: PartRecord = { partNumber: 1, sizeBytes, sha256 };
  if (journal.parts(uid).get(1)?.sha256 === sha256) return { sha256, kept: "untold" };
  const piece = check.piece(sizeBytes, { isOnce: true });
  const attempt = async (count: number, tried: AbortSignal): Promise<SentFile | undefined> => {
    const again =
      count === 1 ? first : await askForParts(sending, file, { batch: uid, maxTries: 1 });
    if (again.method !== "PUT") throw sessionLost(path);
    const md5 = check.stream(file);
    const body = () =>
      hashing(
        readChunks(avala.disk, file, () => undefined),
        md5,
      );
    return countBytes(bytes, sizeBytes, async (onBytes) => {
      const put = { path, sizeBytes, body };
      const stored = await sendPut(avala, again.target, put, { signal: tried, onBytes });
      if (stored === UPLOAD_GONE) throw sessionLost(path);
      const verdict = await verdictOf(piece, stored, async () => md5?.digest());
      if (verdict !== "wrong") return { sha256, kept: verdict };
      const error = stored.wasThere ? takenPlace(path, stored) : keptOther(path, stored);
      avala.emit({ kind: "retry", what: `upload ${path}`, attempt: count, waitMs: 0, error });
      return undefined;
    });
  };
  const sent = await retry(attempt, retryOn(avala, `upload ${path}`, signal));
  if (sent !== undefined && sent.kept !== "doubtful") await journal.record(uid, record);
  return sent;
}
