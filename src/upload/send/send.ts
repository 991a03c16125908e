// One file, sent by what the server chooses for it and completed where that is wanted, in a session that is ours to the end.
import type { Presigned } from "../../api/endpoints/uploads/presign";
import { AvalaError, isAvalaError } from "../../errors";
import type { Mutex } from "../../flow/mutex";
import { printable } from "../../redact";
import { askHow } from "./ask";
import {
  countedIn,
  type FileSending,
  type HashedFile,
  type Sending,
  type SentFile,
  type StoredFile,
} from "./attempt";
import { readSha256 } from "./chunks";
import { isUnhashed, type SourceFile } from "./source";
import { UNTAGGED } from "../check/place-tag";
import { hostsOf, type MaybeDoubtful } from "../journal/doubtful-at";
import type { FileJournal } from "../journal/file-journal";
import { isRefusal } from "../failures";
import {
  complete,
  completeKnown,
  isCompletionRefused,
  type CompletionRefusedError,
} from "./completion";
import { isCompletedByOther } from "./contested";
import { isOversize, notOffered } from "./oversize";
import { sendAllParts } from "./send-parts";
import { sendWhole } from "./send-whole";
import { inSession, isAtPlace, isSessionLost, sessionLost } from "./session-lost";

interface Ways {
  /** How the server takes it, where that was asked before. */
  readonly asked?: Presigned | undefined;
  readonly journal: FileJournal;
  /** Where this run has sent it before, seconds ago, and the server did not complete it: that is tried once more. */
  readonly refused?: CompletionRefusedError | undefined;
  /** Whether a store has taken bytes of it before, in this run. */
  readonly wasTaken?: boolean;
  /** The mutex of files that go by parts. */
  readonly mutex: Mutex;
  /** Called before the file may be sent: not where its session is complete, and it is only looked at. */
  readonly onBegin: () => void;
  /** Called when a store has taken bytes of it. */
  readonly onTaken: () => void;
}

/** Whether the journal has every part that the file has in this batch. */
function isWhole({ sizeBytes, sha256 }: HashedFile, journal: FileJournal): boolean {
  const parts = [...journal.parts().values()].sort((a, b) => a.partNumber - b.partNumber);
  const isGapless = parts.every(({ partNumber }, index) => partNumber === index + 1);
  const bytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  return parts.at(-1)?.sha256 === sha256 && isGapless && bytes === sizeBytes;
}

interface Whose {
  readonly owner: "ours" | "unproven" | "another's";
  /** By which it is ours. */
  readonly records: readonly MaybeDoubtful[];
}

/**
 * Whether what lies at the file's place is ours. A complete session says what was stored once, and other content may have
 * taken its place since: then its parts were taken back from the journal, or the file's record took their place.
 * `unproven`: only the batch says so, which is made of the content, and what was stored once may be gone with a dataset that was
 * deleted.
 */
async function whoseIs(sending: Sending, file: HashedFile, journal: FileJournal): Promise<Whose> {
  const byParts = (): Whose => ({ owner: "ours", records: [...journal.parts().values()] });
  if (isWhole(file, journal)) return byParts();
  const landed = await journal.reread();
  if (landed?.sha256 === file.sha256) return { owner: "ours", records: [landed] };
  if (isWhole(file, journal)) return byParts();
  const isOfContent = sending.isNamedByContent || sending.isBatchShared;
  const isUnproven = isOfContent && !journal.mayHoldOther() && !journal.isTakenAway();
  return { owner: isUnproven ? "unproven" : "another's", records: [] };
}

/** Whether a file that goes by one PUT was stored by an earlier run that was cut off before it could complete it. */
async function isStoredBefore(
  sending: Sending,
  file: HashedFile,
  session: string,
  { journal, onUnheard }: Pick<Ways, "journal"> & Pick<Before, "onUnheard">,
): Promise<boolean> {
  if (journal.parts().get(1)?.sha256 !== file.sha256) return false;
  try {
    await complete(sending, file, session, { onUnheard });
    return true;
  } catch (error) {
    if (!isSessionLost(error)) throw error;
    return false;
  }
}

/** What lies at its place is not known to be what was sent there once: only its session, or records of ours, say so. */
function unchecked({ sha256 }: HashedFile, records: Iterable<MaybeDoubtful> = []): StoredFile {
  const doubtfulAt = hostsOf(records);
  const kept = doubtfulAt.length === 0 ? "unknown" : "doubtful";
  return { sha256, kept, doubtfulAt, isUnproven: false, isReplaceable: false, tag: UNTAGGED };
}

/** What came of it before in this run. */
interface Before {
  readonly wasOpen: boolean;
  /** What was sent in this session, and not completed. */
  readonly stored: StoredFile | undefined;
  /** Whether the reply to a completion was lost. */
  readonly wasUnheard: boolean;
  readonly onUnheard: () => void;
}

interface Asked<Method extends Presigned["method"]> {
  readonly presigned: Extract<Presigned, { readonly method: Method }>;
  readonly journal: FileJournal;
  readonly before: Before;
}

/** A file that is complete already. */
async function takeComplete(
  sending: Sending,
  file: HashedFile,
  { presigned: { session }, journal, before: { wasOpen, stored, wasUnheard } }: Asked<"COMPLETE">,
): Promise<StoredFile> {
  const { owner, records } = await whoseIs(sending, file, journal);
  if (owner === "another's") {
    const text = `The upload session of ${printable(file.path)} was completed, but not by this run.`;
    throw sessionLost(file.path, new AvalaError("bad_reply", text));
  }
  await completeKnown(sending, file, { session, wasUnheard: wasUnheard && owner === "ours" });
  if (stored !== undefined && owner === "ours") return stored;
  // A run of exactly these files has completed it while this one looked on: so it is no earlier one's.
  const isOfNow = owner === "unproven" && wasOpen && sending.isBatchShared;
  sending.otherRun.isAtWork ||= isOfNow;
  return { ...unchecked(file, records), isUnproven: owner === "unproven" && !isOfNow };
}

/** A file that goes in one PUT, which replaces nothing. */
async function sendOnce(
  sending: FileSending,
  file: HashedFile,
  { presigned, journal, before: { stored, onUnheard } }: Asked<"PUT">,
): Promise<StoredFile> {
  const { session } = presigned;
  if (await isStoredBefore(sending, file, session, { journal, onUnheard }))
    return stored ?? unchecked(file, journal.parts().values());
  try {
    const now = await sendWhole(sending, file, presigned, journal);
    const sent = stored ?? now; // what lies there is still the first
    await complete(sending, file, session, { stored: sent, onUnheard });
    return sent;
  } catch (error) {
    const isTaken = isSessionLost(error) && error.lost === "taken" && sending.isBatchShared;
    if (!isTaken || !(await isCompletedByOther(sending, file))) throw error;
    sending.otherRun.isAtWork = true;
    return unchecked(file);
  }
}

/** The server may give the file another session, which has nothing of it. */
function storedIn(
  presigned: Presigned,
  refused: CompletionRefusedError | undefined,
): StoredFile | undefined {
  const { session, file } = refused?.stored ?? {};
  return presigned.method !== "POST" && presigned.session === session ? file : undefined;
}

async function sendAs(
  sending: FileSending,
  file: SourceFile,
  presigned: Presigned,
  { journal, refused, mutex, onBegin, before }: Ways & { readonly before: Before },
): Promise<StoredFile> {
  if (presigned.method !== "COMPLETE") onBegin();
  if (presigned.method === "POST") {
    if (isOversize(file)) throw notOffered(file);
    return sendWhole(sending, file, presigned, journal);
  }
  const { stored, onUnheard } = before;
  if (presigned.method !== "COMPLETE" && refused !== undefined && stored !== undefined) {
    await complete(sending, file, presigned.session, { stored });
    return stored;
  }
  if (presigned.method !== "MULTIPART") {
    const { avala, sha256 } = sending;
    const digest =
      file.sha256 ?? (await readSha256(avala.disk, file, { sha256: sha256.start(file) }));
    const hashed = { ...file, sha256: digest };
    return presigned.method === "COMPLETE"
      ? takeComplete(sending, hashed, { presigned, journal, before })
      : sendOnce(sending, hashed, { presigned, journal, before });
  }
  const parts = { presigned, journal };
  const now = await mutex(() => inSession(file.path, sendAllParts(sending, file, parts)));
  const sent = stored ?? now;
  await complete(sending, file, presigned.session, { stored: sent, onUnheard });
  return sent;
}

/**
 * Sends one file. A session that is lost is asked for again once: what was lost may be mended in it, or another run has
 * completed it. So is one of which a part was not hashed, since the thread for it ended: what was stored of it stays.
 * @throws AvalaError of the last try, `file`, `file_changed`, `journal`, `cancelled`; one of `sessionLost`
 */
export async function send(sending: Sending, file: SourceFile, ways: Ways): Promise<SentFile> {
  const { asked, journal } = ways;
  await journal.takeBackOthers();
  let wasOpen = false;
  let wasUnheard = false;
  let wasThere = !ways.wasTaken;
  let { refused } = ways;
  const onUnheard = (): void => void (wasUnheard = true);
  const taken = (): void => {
    wasThere = false;
    ways.onTaken();
  };
  for (let isAgain = refused !== undefined; ; isAgain = true) {
    const bytes = countedIn(sending.bytes, taken);
    try {
      const presigned = (isAgain ? undefined : asked) ?? (await askHow(sending, file));
      const before = { wasOpen, stored: storedIn(presigned, refused), wasUnheard, onUnheard };
      wasOpen ||= presigned.method !== "COMPLETE";
      const stored = await sendAs({ ...sending, bytes }, file, presigned, { ...ways, before });
      bytes.settle(wasThere ? 0 : file.sizeBytes);
      return { ...stored, wasThere };
    } catch (error) {
      // It may be tried again as a whole.
      if (isAvalaError(error) && isRefusal(error)) bytes.settle(0);
      const isLost = isSessionLost(error);
      if (!isLost && !isUnhashed(error)) throw error;
      bytes.settle(0);
      // It lies there since this run has put it there: that it was not completed is what it failed with.
      const failure = isLost && isAtPlace(error) ? (refused ?? error) : error;
      if (isAgain || (isLost && error.lost !== "session")) throw failure;
      if (isCompletionRefused(error)) refused = error;
      await journal.reread();
    }
  }
}
