// One large file by the second protocol: read once, in parts, several under way at once; resumed part by part.
// A part that an earlier run stored is trusted only when its size and our own digest of it agree.
import { createHash } from "node:crypto";
import { completeUpload, presignManaged, type ManagedPresign } from "../api/managed-upload";
import { sendPut } from "../api/storage";
import { runPool } from "../flow/pool";
import { retry } from "../flow/retry";
import { countBytes, retryOn, type Sending, type SentFile } from "./attempt";
import { batchUid } from "./batch";
import type { PartRecord } from "./journal";
import { createPartBuffers, type PartBuffers } from "./part-buffers";
import { createPartSigner, type PartSigner } from "./part-signer";
import { readChunks, readPieces, type SourceFile } from "./source";
import { hashing, keptOf, keptOther, requireKept, type Kept } from "./store-check";

/** What is known and kept of a file's parts between runs. */
export interface PartJournal {
  readonly landed: ReadonlyMap<number, PartRecord>;
  record(part: PartRecord): Promise<void>;
}

/** A file whose content is known: it names the batch. */
export type HashedFile = SourceFile & { readonly sha256: string };

type Parts = Extract<ManagedPresign, { readonly method: "MULTIPART" }>;
type Put = Extract<ManagedPresign, { readonly method: "PUT" }>;

// Parts are kept in memory while they are sent, so that a retry reads and hashes nothing again.
const BUFFER_BYTES = 48 * 1024 * 1024;

/** What the server has of the parts and what our journal says of them, where the two agree. */
function trusted(journal: PartJournal, presigned: Parts): ReadonlyMap<number, PartRecord> {
  const parts = new Map<number, PartRecord>();
  for (const { partNumber, sizeBytes } of presigned.uploadedParts) {
    const record = journal.landed.get(partNumber);
    if (record?.sizeBytes === sizeBytes) parts.set(partNumber, record);
  }
  return parts;
}

interface Piece {
  readonly partNumber: number;
  readonly bytes: Buffer;
}

async function* numbered(pieces: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  let partNumber = 0;
  for await (const bytes of pieces) {
    partNumber += 1;
    yield { partNumber, bytes };
  }
}

function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

interface PartSending {
  readonly sending: Sending;
  readonly file: SourceFile;
  readonly signer: PartSigner;
  readonly buffers: PartBuffers;
}

/** Sends one part until it is stored. */
async function sendPart(
  { sending, file, signer, buffers }: PartSending,
  { partNumber, bytes: body }: Piece,
  signal: AbortSignal,
): Promise<Kept> {
  const { avala, check, bytes } = sending;
  const what = `part ${partNumber} of ${file.path}`;
  const sizeBytes = body.length;
  const piece = check.piece(sizeBytes);
  const md5 = check.buffer(body, file);
  let tries = 0;
  const attempt = async (): Promise<Kept> => {
    tries += 1;
    const target = await signer.target(partNumber);
    return countBytes(bytes, sizeBytes, async (onBytes) => {
      const put = { path: file.path, sizeBytes, body };
      const stored = await sendPut(avala, target, put, { signal, onBytes });
      return requireKept(piece, what, stored, md5.digest);
    });
  };
  const signedAnew = async (): Promise<Kept> => {
    try {
      return await attempt();
    } catch (error) {
      signer.forget(partNumber);
      throw error;
    }
  };
  const kept = await retry(signedAnew, retryOn(avala, `upload ${what}`, signal));
  // A try that failed may have left bytes in a socket's queue.
  if (tries === 1 && !md5.isReading()) buffers.giveBack(body);
  return kept;
}

async function sendAllParts(
  sending: Sending,
  file: SourceFile,
  presigned: Parts,
  journal: PartJournal,
): Promise<SentFile> {
  const { avala, bytes, signal, check } = sending;
  const { partBytes, partCount, session } = presigned;
  const known = trusted(journal, presigned);
  const numbers = Array.from({ length: partCount }, (_, index) => index + 1);
  const missing = numbers.filter((number) => !known.has(number));
  const buffers = createPartBuffers(partBytes, check.isBeside(file));
  const signer = createPartSigner(sending, session, missing);
  const part: PartSending = { sending, file, signer, buffers };
  let sha256 = "";
  const onDigest = (digest: string): void => {
    sha256 = digest;
  };
  const verdicts = new Set<Kept>();
  const work = async (piece: Piece, partSignal: AbortSignal): Promise<void> => {
    const { partNumber, bytes: body } = piece;
    const record = { partNumber, sizeBytes: body.length, sha256: sha256Of(body) };
    if (known.get(partNumber)?.sha256 === record.sha256) {
      bytes.add(body.length);
      buffers.giveBack(body);
      return;
    }
    const kept = await sendPart(part, piece, partSignal);
    verdicts.add(kept);
    if (kept !== "doubtful") await journal.record(record);
  };
  const pieces = numbered(readPieces(avala.disk, file, partBytes, onDigest, buffers.take));
  const concurrency = Math.max(1, Math.floor(BUFFER_BYTES / partBytes));
  await runPool(pieces, { concurrency, signal }, work);
  return { sha256, kept: keptOf(verdicts) };
}

/** `undefined` when the store kept something else: it takes no second PUT. */
async function sendWhole(
  sending: Sending,
  file: SourceFile,
  first: Put,
  presign: () => Promise<ManagedPresign>,
): Promise<SentFile | undefined> {
  const { avala, check, bytes, signal } = sending;
  const { path, sizeBytes } = file;
  const piece = check.piece(sizeBytes, { isOnce: true });
  const attempt = async (count: number, tried: AbortSignal): Promise<SentFile | undefined> => {
    const again = count === 1 ? first : await presign();
    let sha256 = file.sha256 ?? "";
    if (again.method !== "PUT") return { sha256, kept: "untold" };
    const onDigest = (digest: string): void => {
      sha256 = digest;
    };
    const md5 = check.stream(file);
    const body = () => hashing(readChunks(avala.disk, file, onDigest), md5);
    return countBytes(bytes, sizeBytes, async (onBytes) => {
      const put = { path, sizeBytes, body };
      const stored = await sendPut(avala, again.target, put, { signal: tried, onBytes });
      const verdict = await piece.judge(stored, async () => md5?.digest());
      if (verdict !== "wrong") return { sha256, kept: verdict };
      const what = `upload ${path}`;
      avala.emit({
        kind: "retry",
        what,
        attempt: count,
        waitMs: 0,
        error: keptOther(path, stored),
      });
      return undefined;
    });
  };
  return retry(attempt, retryOn(avala, `upload ${path}`, signal));
}

/** How the server takes a file by the second protocol. May be repeated: the same content has one session. */
export function askForParts(
  { avala, destination, signal }: Pick<Sending, "avala" | "destination" | "signal">,
  file: HashedFile,
  maxTries?: number,
): Promise<ManagedPresign> {
  const { path, sizeBytes } = file;
  const uploadUid = batchUid(destination, file);
  return presignManaged(avala, { ...destination, uploadUid, path, sizeBytes, signal, maxTries });
}

/**
 * Sends one file by the second protocol and completes it. Nothing of the file lands before it is complete, so content
 * that changed meanwhile never does.
 * @returns `undefined` when it has to go by form: the deployment answers with one, or its store kept something else
 * @throws AvalaError of the last try, `file`, `file_changed`, `cancelled`
 */
export async function sendByParts(
  sending: Sending,
  file: HashedFile,
  presigned: ManagedPresign,
  journal: PartJournal,
): Promise<SentFile | undefined> {
  if (presigned.method === "POST") return undefined;
  let sent: SentFile | undefined;
  switch (presigned.method) {
    case "COMPLETE":
      // A run that was cut off stored all of it. The batch is named by the content, so it is this content.
      sent = { sha256: file.sha256, kept: "untold" };
      break;
    case "PUT":
      sent = await sendWhole(sending, file, presigned, () => askForParts(sending, file, 1));
      break;
    case "MULTIPART":
      sent = await sendAllParts(sending, file, presigned, journal);
      break;
  }
  if (sent === undefined) return undefined;
  await completeUpload(sending.avala, presigned.session, sending.signal);
  return sent;
}
