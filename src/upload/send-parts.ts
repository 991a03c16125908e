// One large file by the second protocol: read once, in parts, several under way at once; resumed part by part.
// A part that an earlier run stored is trusted only when its size and our own digest of it agree.
import { createHash } from "node:crypto";
import type { Avala } from "../api/connect";
import {
  completeUpload,
  presignManaged,
  signParts,
  type ManagedPresign,
  type PutTarget,
} from "../api/managed-upload";
import { sendPut } from "../api/storage";
import { AvalaError } from "../errors";
import { runPool } from "../flow/pool";
import { retry, type RetryOptions } from "../flow/retry";
import { batchUid } from "./batch";
import { countBytes, retryOn, type ByteCounter } from "./attempt";
import type { FileDestination, SentFile } from "./send-file";
import type { PartRecord } from "./journal";
import { readChunks, readPieces, type SourceFile } from "./source";

/** What is known and kept of a file's parts between runs. */
export interface PartJournal {
  readonly landed: ReadonlyMap<number, PartRecord>;
  record(part: PartRecord): Promise<void>;
}

type Parts = Extract<ManagedPresign, { readonly method: "MULTIPART" }>;
type Put = Extract<ManagedPresign, { readonly method: "PUT" }>;

interface Sending {
  readonly avala: Avala;
  readonly file: SourceFile;
  readonly bytes: ByteCounter;
  readonly signal: AbortSignal;
  readonly journal: PartJournal;
  retries: number;
}

// Parts are kept in memory while they are sent, so that a retry reads and hashes nothing again.
const BUFFER_BYTES = 64 * 1024 * 1024;
// One call signs this many: few calls, and yet none is signed hours before its bytes go.
const SIGNED_AT_ONCE = 100;

function options(sending: Sending, what: string, signal = sending.signal): RetryOptions {
  return retryOn(sending.avala, what, signal, () => {
    sending.retries += 1;
  });
}

function put(
  sending: Sending,
  target: PutTarget,
  sizeBytes: number,
  body: Buffer | (() => AsyncIterable<Uint8Array>),
  signal: AbortSignal,
): Promise<void> {
  const { avala, file, bytes } = sending;
  return countBytes(bytes, sizeBytes, (onBytes) =>
    sendPut(avala, target, { path: file.path, sizeBytes, body }, { signal, onBytes }),
  );
}

/** Signatures of parts, asked for in batches, and anew for a part whose own has expired. */
function createSigner(sending: Sending, session: string, wanted: readonly number[]) {
  const signed = new Map<number, Promise<ReadonlyMap<number, PutTarget>>>();
  const ask = (numbers: readonly number[]): void => {
    const asked = signParts(sending.avala, session, numbers, sending.signal);
    asked.catch(() => undefined); // whoever waits for a part of it is told
    for (const partNumber of numbers) signed.set(partNumber, asked);
  };
  return {
    target: async (partNumber: number): Promise<PutTarget> => {
      if (!signed.has(partNumber)) {
        const from = wanted.indexOf(partNumber);
        ask(from < 0 ? [partNumber] : wanted.slice(from, from + SIGNED_AT_ONCE));
      }
      const target = (await signed.get(partNumber))?.get(partNumber);
      if (target === undefined)
        throw new AvalaError("bad_reply", `Part ${partNumber} is not signed.`);
      return target;
    },
    forget: (partNumber: number): void => {
      signed.delete(partNumber);
    },
  };
}

/** What the server has of the parts and what our journal says of them, where the two agree. */
function trusted(sending: Sending, presigned: Parts): ReadonlyMap<number, PartRecord> {
  const parts = new Map<number, PartRecord>();
  for (const { partNumber, sizeBytes } of presigned.uploadedParts) {
    const record = sending.journal.landed.get(partNumber);
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

async function sendAllParts(sending: Sending, presigned: Parts): Promise<string> {
  const { avala, file, bytes, signal, journal } = sending;
  const known = trusted(sending, presigned);
  const numbers = Array.from({ length: presigned.partCount }, (_, index) => index + 1);
  const signer = createSigner(
    sending,
    presigned.session,
    numbers.filter((number) => !known.has(number)),
  );
  let sha256 = "";
  const pieces = numbered(
    readPieces(avala.disk, file, presigned.partBytes, (digest) => {
      sha256 = digest;
    }),
  );
  const sendPart = async (piece: Piece, partSignal: AbortSignal): Promise<void> => {
    const { partNumber } = piece;
    const sizeBytes = piece.bytes.length;
    const part = { partNumber, sizeBytes, sha256: sha256Of(piece.bytes) };
    if (known.get(partNumber)?.sha256 === part.sha256) {
      bytes.add(sizeBytes);
      return;
    }
    await retry(
      async () => {
        try {
          const target = await signer.target(partNumber);
          await put(sending, target, sizeBytes, piece.bytes, partSignal);
        } catch (error) {
          signer.forget(partNumber);
          throw error;
        }
      },
      options(sending, `upload part ${partNumber} of ${file.path}`, partSignal),
    );
    await journal.record(part);
  };
  const concurrency = Math.max(1, Math.floor(BUFFER_BYTES / presigned.partBytes));
  await runPool(pieces, { concurrency, signal }, sendPart);
  return sha256;
}

async function sendWhole(
  sending: Sending,
  first: Put,
  presign: () => Promise<ManagedPresign>,
): Promise<string> {
  const { avala, file } = sending;
  let sha256 = "";
  const open = (): AsyncIterable<Uint8Array> =>
    readChunks(avala.disk, file, (digest) => {
      sha256 = digest;
    });
  await retry(
    async (attempt, signal) => {
      const again = attempt === 1 ? first : await presign();
      if (again.method === "PUT") await put(sending, again.target, file.sizeBytes, open, signal);
    },
    options(sending, `upload ${file.path}`),
  );
  return sha256;
}

/**
 * Sends one file by the second protocol and completes it. Nothing of the file lands before it is complete, so content
 * that changed meanwhile never does.
 * @returns `undefined` when the deployment answers with a form instead: then nothing was sent
 * @throws AvalaError of the last try, `file`, `file_changed`, `cancelled`
 */
export async function sendByParts(
  avala: Avala,
  file: SourceFile & { readonly sha256: string },
  destination: FileDestination,
  bytes: ByteCounter,
  signal: AbortSignal,
  journal: PartJournal,
): Promise<SentFile | undefined> {
  const sending: Sending = { avala, file, bytes, signal, journal, retries: 0 };
  const { path, sizeBytes } = file;
  const uploadUid = batchUid(destination, file);
  const presign = (): Promise<ManagedPresign> =>
    presignManaged(avala, { ...destination, uploadUid, path, sizeBytes, signal });
  const presigned = await presign();
  let sha256: string;
  switch (presigned.method) {
    case "POST":
      return undefined;
    case "COMPLETE":
      // A run that was cut off stored all of it. The batch is named by the content, so it is this content.
      sha256 = file.sha256;
      break;
    case "PUT":
      sha256 = await sendWhole(sending, presigned, presign);
      break;
    case "MULTIPART":
      sha256 = await sendAllParts(sending, presigned);
      break;
  }
  await completeUpload(avala, presigned.session, signal);
  return { sha256, retries: sending.retries };
}
