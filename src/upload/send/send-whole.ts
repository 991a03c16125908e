// One file in one piece: by form, or by one PUT that never replaces what lies at its place (412). Completes nothing.
import type { FormPresign, PutTarget } from "../../api/endpoints/uploads/presign";
import {
  UPLOAD_GONE,
  sendForm,
  sendPut,
  type SendOptions,
  type Stored,
} from "../../api/storage/storage";
import type { FormFile } from "../../api/storage/form";
import { AvalaError, isAvalaError } from "../../errors";
import { isHashedInThread } from "../../files/workers/digest-thread";
import { retry } from "../../flow/retry";
import { printable } from "../../redact";
import { isPlaceShared, isPutShared, presignedForEach, type Whole } from "./ask";
import {
  countBytes,
  isSmall,
  retryOn,
  type FileSending,
  type Sending,
  type StoredFile,
} from "./attempt";
import { doubtfulAt } from "../journal/doubtful-at";
import type { FileJournal } from "../journal/file-journal";
import type { PartRecord } from "../journal/journal-lines";
import { isAtPlace, isSessionLost, sessionLost } from "./session-lost";
import { doubtfulAfterPut, keptByPut, tagOfPut, type OtherContent } from "./put-end";
import { md5Again, readChunks } from "./chunks";
import type { LentRing } from "./piece-memory";
import { readSmall, type SourceFile, type WasRead } from "./source";
import { tagOf, tagOfNamed } from "../check/place-tag";
import { requireKept } from "../check/store-check";
import type { Kept, Md5 } from "../check/stores";

/** What one try sends, and its MD5. */
interface Body {
  readonly file: FormFile;
  readonly md5: Md5;
  /** Once all of it was read. */
  readonly sha256: () => string | undefined;
  /** Its connection reads it no further: called once. */
  readonly isSent: () => void;
}

/** The file has landed by then: what becomes of it afterwards only keeps one from learning what its store's ETags are. */
function nothingOfChanged(error: unknown): undefined {
  if (isAvalaError(error) && (error.code === "file" || error.code === "file_changed")) return;
  throw error;
}

/** Makes the body of each try: a small file is read once for all of them. */
async function bodiesOf(
  { avala: { disk }, check, sha256, rings }: Sending,
  source: SourceFile,
): Promise<() => Body> {
  const { path, sizeBytes } = source;
  if (isSmall(source)) {
    const { bytes, sha256: digest } = await readSmall(disk, source);
    const md5 = check.buffer(bytes, source).digest;
    const file = { path, sizeBytes, small: bytes };
    return () => ({ file, md5, sha256: () => digest, isSent: () => undefined });
  }
  let read: WasRead | undefined;
  const onRead = (whole: WasRead): void => {
    read = whole;
  };
  const lend = (): LentRing | undefined => (isHashedInThread(source) ? rings() : undefined);
  return () => {
    const time = check.timeOfMd5(source);
    const md5 = time === "on its way" ? check.md5(source) : undefined;
    const now = { ...source, sha256: read?.sha256 ?? source.sha256 }; // what one try has read, the next must read, too
    let ring: LentRing | undefined;
    const open = () => {
      ring = lend();
      return readChunks(disk, now, onRead, { sha256: sha256.start(source), also: md5, ring });
    };
    let afterwards: ReturnType<Md5> | undefined;
    const readAgain = () => {
      const digests = { md5: () => check.md5(source), sha256: () => sha256.start(source) };
      return (afterwards ??= md5Again(disk, source, read, digests).catch(nothingOfChanged));
    };
    return {
      file: { path, sizeBytes, open },
      md5: time === "afterwards" ? readAgain : async () => md5?.digest(),
      sha256: () => read?.sha256 ?? source.sha256,
      isSent: () => ring?.release(),
    };
  };
}

function notAwaited(path: string, host: string): AvalaError {
  const text = `${host} responded before all of ${printable(path)} was sent.`;
  return new AvalaError("bad_reply", text, { retryable: true });
}

type Sent = Pick<StoredFile, "kept" | "doubtfulAt" | "isReplaceable" | "tag">;

function sentAs(path: string, { sha256: read }: Body, { host }: Stored, sent: Sent): StoredFile {
  const sha256 = read();
  if (sha256 === undefined) throw notAwaited(path, host);
  return { sha256, isUnproven: false, ...sent };
}

interface FormTry {
  readonly form: FormPresign;
  readonly body: Body;
  readonly nextBody: () => Body;
  /** Of all tries. */
  readonly silences: { count: number };
  readonly options: SendOptions & { readonly signal: AbortSignal };
}

/** Replaces what lies there, so that it may be sent once more to learn what the store's ETags are. */
async function sendByForm(
  { avala, uploadUid, bytes, check, isNamedByContent }: FileSending,
  { path, sizeBytes }: SourceFile,
  { form, body, nextBody, silences, options }: FormTry,
): Promise<StoredFile> {
  const post = ({ file, isSent }: Body, how: SendOptions): Promise<Stored> =>
    sendForm(avala, form, file, how).finally(isSent);
  const stored = await post(body, options);
  bytes.taken();
  let last = stored;
  const again = async (): Promise<Stored | undefined> => {
    const sent = await post(nextBody(), { signal: options.signal }).catch(nothingOfChanged);
    last = sent ?? last;
    return sent;
  };
  const piece = { sizeBytes, md5: body.md5, again, silences };
  const kept = await requireKept(check, path, stored, piece);
  // Other content has another place where the name is made of the content.
  const tag = isNamedByContent
    ? tagOfNamed(last, kept)
    : isPlaceShared(form, uploadUid)
      ? tagOf(last, kept)
      : undefined;
  const reply = { host: last.host, hasEtag: last.etag !== undefined };
  const at = kept === "doubtful" ? [stored.host] : [];
  const sent = { kept, doubtfulAt: at, isReplaceable: true, tag };
  return { ...sentAs(path, body, stored, sent), reply };
}

interface PutBody {
  readonly target: PutTarget;
  readonly body: Body;
  readonly options: SendOptions;
  /** Whether what lies there was put there as this content, should there be something already. */
  readonly isOurs: boolean;
  readonly other: OtherContent;
  /** Whether this run has put it there, should there be something already. */
  readonly mayBeTaken: boolean;
}

/** Replaces nothing. */
async function sendByPut(
  sending: FileSending,
  file: SourceFile,
  { target, body, options, isOurs, other, mayBeTaken }: PutBody,
): Promise<{ readonly stored: Stored; readonly kept: Kept }> {
  const { path, sizeBytes } = file;
  const { small, open } = body.file;
  const put = { path, sizeBytes, body: small ?? open };
  const stored = await sendPut(sending.avala, target, put, options).finally(body.isSent);
  if (stored === UPLOAD_GONE) throw sessionLost(path);
  const kept = await keptByPut(sending, file, { stored, md5: body.md5, isOurs, other });
  if (!stored.wasThere || mayBeTaken) sending.bytes.taken();
  return { stored, kept };
}

/** What is recorded of the file as one that went, or was to go, by one PUT in this batch. */
function recordedOf({ sha256 }: SourceFile, journal: FileJournal): PartRecord | undefined {
  const record = journal.parts().get(1);
  return sha256 !== undefined && record?.sha256 === sha256 ? record : undefined;
}

function otherAt(journal: FileJournal): OtherContent {
  if (journal.holdsOther()) return "known";
  return journal.mayHoldOther() ? "possible" : "none";
}

/** @throws `error`, once what was seen at the file's place by a PUT is recorded */
async function disownLost(
  journal: FileJournal,
  other: OtherContent,
  error: unknown,
): Promise<never> {
  if (isSessionLost(error) && isAtPlace(error))
    await journal.disown(other === "none" && error.lost === "place" ? "other" : "unknown");
  throw error;
}

/**
 * Sends it by what `first` says, and by what the server says then where that has to be tried again.
 * @throws AvalaError of the last try, `file`, `file_changed`, `cancelled`; one of {@link sessionLost}
 */
export async function sendWhole(
  sending: FileSending,
  file: SourceFile,
  first: Whole,
  journal: FileJournal,
): Promise<StoredFile> {
  const { avala, bytes, signal } = sending;
  const { path, sizeBytes, sha256 } = file;
  const isPut = first.method === "PUT";
  const before = isPut ? recordedOf(file, journal) : undefined;
  const record: PartRecord | undefined =
    isPut && sha256 !== undefined ? { ...before, partNumber: 1, sizeBytes, sha256 } : undefined;
  const other = otherAt(journal);
  const mayBeOurs = other === "none";
  const isKnown = sending.isNamedByContent || journal.wasSentBefore(); // asked before it is recorded
  // Before the first byte, since a run that is killed later could not tell what lies there. Where other content may lie it
  // would prove nothing.
  if (record !== undefined && mayBeOurs) await journal.record(record);
  const nextBody = await bodiesOf(sending, file);
  const silences = { count: sending.isSettling ? Number.POSITIVE_INFINITY : 0 };
  const withPresigned = presignedForEach(sending, file, first);
  const attempt = (count: number, tried: AbortSignal) => async (presigned: Whole) => {
    const body = nextBody();
    return countBytes(bytes, sizeBytes, async (onBytes) => {
      const options = { signal: tried, onBytes };
      if (presigned.method === "POST") {
        const { form } = presigned;
        return sendByForm(sending, file, { form, body, nextBody, silences, options });
      }
      const { target } = presigned;
      // A try whose reply was lost may have put there what is there now.
      const isOurs = mayBeOurs && (isKnown || count > 1);
      const mayBeTaken = count > 1 || journal.wasTakenBefore();
      const put = { target, body, options, isOurs, other, mayBeTaken };
      const { stored, kept } = await sendByPut(sending, file, put);
      const isShared = isPutShared(target, sending.uploadUid);
      const tag = tagOfPut(sending, { stored, kept, isShared });
      const at = doubtfulAfterPut({ stored, kept }, before);
      const how = { kept: at.length > 0 ? "doubtful" : kept, doubtfulAt: at } as const;
      return sentAs(path, body, stored, { ...how, isReplaceable: false, tag });
    });
  };
  const sent = await retry(
    (count, tried) => withPresigned(tried, attempt(count, tried)),
    retryOn(avala, `upload ${path}`, signal),
  ).catch((error: unknown) => disownLost(journal, other, error));
  const at = doubtfulAt(sent.doubtfulAt);
  if (record !== undefined && (!mayBeOurs || at !== record.doubtfulAt))
    await journal.record({ ...record, doubtfulAt: at });
  return sent;
}
