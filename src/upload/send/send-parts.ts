// One large file by the second protocol: read once, in parts, several under way at once; resumed part by part.
// A part that an earlier run stored is trusted only when its size and our own digest of the file up to it agree.
import type { Presigned, PutTarget } from "../../api/endpoints/uploads/presign";
import { isStillSigned, leavesSigned } from "../../api/storage/still-signed";
import { UPLOAD_GONE, sendPut, type SendOptions, type Stored } from "../../api/storage/storage";
import { pastDeadline, runUntil } from "../../flow/deadline";
import { isHashedInThread } from "../../files/workers/digest-thread";
import { retry } from "../../flow/retry";
import { countBytes, retryOn, type FileSending, type Sending, type StoredFile } from "./attempt";
import { hostsIn, hostsOf } from "../journal/doubtful-at";
import type { FileJournal } from "../journal/file-journal";
import type { PartRecord } from "../journal/journal-lines";
import { doubtfulAfterPut } from "./put-end";
import { createPartSigner, type PartSigner } from "./part-signer";
import type { PartMemory } from "./piece-memory";
import { sessionLost } from "./session-lost";
import { readParts, type Part, type SourceFile } from "./source";
import { isPutShared } from "./ask";
import { tagOfParts, type PlaceTag } from "../check/place-tag";
import { keptOf, requireKept } from "../check/store-check";
import type { Kept } from "../check/stores";

/** What the server says of a file's parts, and what our journal does. */
interface PartSession {
  readonly presigned: Extract<Presigned, { readonly method: "MULTIPART" }>;
  readonly journal: FileJournal;
}

// Parts are kept in memory while they are sent, so that a retry reads and hashes nothing again.
export const BUFFER_BYTES = 32 * 1024 * 1024;

/**
 * What the server has of the parts and what our journal says of them, where the two agree. Not what was doubtful, and has proved
 * wrong since.
 */
function trusted(
  { check }: Pick<Sending, "check">,
  { presigned, journal }: PartSession,
): ReadonlyMap<number, PartRecord> {
  const parts = new Map<number, PartRecord>();
  const recorded = journal.parts();
  for (const { partNumber, sizeBytes } of presigned.uploadedParts) {
    const record = recorded.get(partNumber);
    if (record?.sizeBytes !== sizeBytes || hostsIn(record).some((host) => check.returnsMd5(host)))
      continue;
    parts.set(partNumber, record);
  }
  return parts;
}

type NumberedPart = Part & { readonly partNumber: number };

async function* numbered(parts: AsyncIterable<Part>): AsyncGenerator<NumberedPart> {
  let partNumber = 0;
  for await (const part of parts) {
    partNumber += 1;
    yield { partNumber, ...part };
  }
}

interface PartSending {
  readonly sending: FileSending;
  readonly file: SourceFile;
  readonly signer: PartSigner;
  readonly memory: PartMemory;
}

interface PartKept {
  readonly kept: Kept;
  /** Where its store has not shown that it keeps it. */
  readonly doubtfulAt: string | undefined;
  /** Where the store has shown that its ETags are MD5s. */
  readonly md5: string | undefined;
  readonly isShared: boolean;
}

/** What the store calls the whole, as far as its parts show it; of none that was sent now it is not known. */
function tagOfSent(sent: ReadonlyMap<number, PartKept>, partCount: number): PlaceTag | undefined {
  if ([...sent.values()].some(({ isShared }) => !isShared)) return undefined;
  return tagOfParts(Array.from({ length: partCount }, (_, index) => sent.get(index + 1)?.md5));
}

/** Sends one part until it is stored. */
async function sendPart(
  { sending, file, signer, memory }: PartSending,
  { partNumber, bytes: body }: NumberedPart,
  signal: AbortSignal,
): Promise<PartKept> {
  const { avala, check, bytes } = sending;
  const what = `part ${partNumber} of ${file.path}`;
  const sizeBytes = body.length;
  const md5 = check.buffer(body, file);
  let tries = 0;
  const silences = { count: 0 };
  const attempt = async (target: PutTarget): Promise<PartKept> => {
    tries += 1;
    return countBytes(bytes, sizeBytes, async (onBytes) => {
      const put = { path: file.path, sizeBytes, body };
      const sendOnce = async (options: SendOptions): Promise<Stored> => {
        const stored = await sendPut(avala, target, put, options);
        if (stored === UPLOAD_GONE) throw sessionLost(file.path);
        bytes.taken();
        return stored;
      };
      const stored = await sendOnce({ signal, onBytes });
      const again = () => sendOnce({ signal });
      const checked = { sizeBytes, md5: md5.digest, again, silences };
      const kept = await requireKept(check, what, stored, checked);
      const shown = kept === "right" ? stored.md5 : undefined;
      const isShared = isPutShared(target, sending.uploadUid);
      return { kept, doubtfulAt: doubtfulAfterPut({ stored, kept })[0], md5: shown, isShared };
    });
  };
  const forgetUnlessStill = async (): Promise<void> => {
    const { target, sinceMs } = await signer.signed(partNumber);
    if (!isStillSigned(target, sinceMs, avala.clock.now())) signer.forget(partNumber);
  };
  let isLeft = false;
  const attemptSigned = async (): Promise<PartKept> => {
    try {
      if (isLeft) await forgetUnlessStill();
      const { target } = await signer.signed(partNumber);
      return await attempt(target);
    } catch (error) {
      isLeft = leavesSigned(error);
      if (!isLeft) signer.forget(partNumber);
      throw error;
    }
  };
  const ended = await retry(attemptSigned, retryOn(avala, `upload ${what}`, signal));
  // A try that failed may have left bytes in a socket's queue.
  if (tries === 1 && !md5.isReading()) memory.giveBack(body);
  return ended;
}

/** Sends the parts that are missing, and completes nothing. */
export async function sendAllParts(
  sending: FileSending,
  file: SourceFile,
  { presigned, journal }: PartSession,
): Promise<StoredFile> {
  const { avala, bytes, signal } = sending;
  const { partBytes, partCount, session } = presigned;
  const known = trusted(sending, { presigned, journal });
  const numbers = Array.from({ length: partCount }, (_, index) => index + 1);
  const missing = numbers.filter((number) => !known.has(number));
  const memory = sending.partMemories(partBytes, isHashedInThread(file));
  const signer = createPartSigner(sending, session, missing);
  const sender: PartSending = { sending, file, signer, memory };
  let whole = "";
  const sent = new Map<number, PartKept>();
  const taken: PartRecord[] = [];
  const work = async (part: NumberedPart, partSignal: AbortSignal): Promise<void> => {
    const { partNumber, bytes: body } = part;
    const sha256 = await part.sha256;
    const record = { partNumber, sizeBytes: body.length, sha256 };
    if (partNumber === partCount) whole = sha256;
    const before = known.get(partNumber);
    if (before?.sha256 === sha256) {
      taken.push(before);
      bytes.add(body.length);
      memory.giveBack(body);
      return;
    }
    await journal.takeBackUnless(record);
    const stored = await sendPart(sender, part, partSignal);
    sent.set(partNumber, stored);
    const landed = { ...record, doubtfulAt: stored.doubtfulAt };
    taken.push(landed);
    await journal.record(landed);
  };
  const reading = { memory, sha256: sending.sha256.start(file) };
  const parts = numbered(readParts(avala.disk, file, reading));
  const concurrency = Math.max(1, Math.floor(BUFFER_BYTES / partBytes));
  const { clock, deadlineMs } = avala;
  const isWhole = await runUntil(parts, { concurrency, signal, clock, deadlineMs }, work);
  if (!isWhole) throw pastDeadline(`upload ${file.path}`);
  const doubtfulAt = hostsOf(taken);
  const all = new Set([...sent.values()].map((part) => part.kept));
  const kept = doubtfulAt.length > 0 ? "doubtful" : keptOf(all);
  const how = { doubtfulAt, isUnproven: false, isReplaceable: false };
  const tag = sending.isNamedByContent ? undefined : tagOfSent(sent, partCount);
  return { sha256: whole, kept, ...how, tag };
}
