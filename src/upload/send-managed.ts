// One file by the second protocol, in a session that is ours to the end: where it is complete already, and no run of
// ours can have completed it, or where it goes from under us, the file goes in another one.
import { completeUpload, type ManagedPresign } from "../api/managed-upload";
import { AvalaError } from "../errors";
import { printable } from "../redact";
import type { ByteCounter, Sending, SentFile } from "./attempt";
import { anotherBatch, batchUid } from "./batch";
import type { FileJournal } from "./file-journal";
import { askForParts, sendAllParts, type HashedFile } from "./send-parts";
import { sendWhole } from "./send-whole";
import { asSessionLost } from "./session-lost";

// The first one, the same asked for again, another one, and that asked for again.
const MOST_SESSIONS = 4;

/** Whether the journal has every part that the file has in this batch. */
function isWhole({ sizeBytes }: HashedFile, journal: FileJournal, batch: string): boolean {
  const parts = [...journal.parts(batch).values()].sort((a, b) => a.partNumber - b.partNumber);
  const isGapless = parts.every(({ partNumber }, index) => partNumber === index + 1);
  const bytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  return parts.length > 0 && isGapless && bytes === sizeBytes;
}

/**
 * A complete session tells what was stored once. Other content may have taken its place since, and then its parts were
 * taken back from the journal, or the file's record took their place.
 */
async function isOurs(file: HashedFile, journal: FileJournal, batch: string): Promise<boolean> {
  if (isWhole(file, journal, batch)) return true;
  const landed = await journal.reread();
  return landed?.sha256 === file.sha256 || isWhole(file, journal, batch);
}

/** Counts what a session's bytes come to, so that they can be taken back with it. */
function countedIn(bytes: ByteCounter): ByteCounter & { readonly takeBackAll: () => void } {
  let counted = 0;
  return {
    add: (count) => {
      counted += count;
      bytes.add(count);
    },
    takeBack: (count) => {
      counted -= count;
      bytes.takeBack(count);
    },
    takeBackAll: () => bytes.takeBack(counted),
  };
}

interface Session {
  readonly uid: string;
  readonly presigned: ManagedPresign;
  readonly journal: FileJournal;
}

/** What became of a file in one session: sent, or to be sent by form, or to be asked for again. */
type Outcome =
  | { readonly sent: SentFile | undefined }
  | { readonly lost: AvalaError; readonly isComplete: boolean };

async function sendIn(sending: Sending, file: HashedFile, session: Session): Promise<Outcome> {
  const { uid, presigned, journal } = session;
  if (presigned.method === "POST") return { sent: undefined };
  if (presigned.method === "COMPLETE" && !(await isOurs(file, journal, uid))) {
    const text = `The upload session of ${printable(file.path)} is complete, and not by this run.`;
    return { lost: new AvalaError("bad_reply", text), isComplete: true };
  }
  const bytes = countedIn(sending.bytes);
  const counted = { ...sending, bytes };
  try {
    let sent: SentFile | undefined = { sha256: file.sha256, kept: "untold" };
    if (presigned.method === "PUT") {
      sent = await sendWhole(counted, file, { uid, presigned, journal });
    } else if (presigned.method === "MULTIPART") {
      sent = await sendAllParts(counted, file, { uid, presigned, journal });
    }
    if (sent === undefined) bytes.takeBackAll();
    else await completeUpload(sending.avala, presigned.session, sending.signal);
    return { sent };
  } catch (error) {
    const lost = asSessionLost(file.path, error);
    if (lost === undefined) throw error;
    bytes.takeBackAll();
    await journal.reread();
    return { lost, isComplete: false };
  }
}

/**
 * Sends one file by the second protocol and completes it. Nothing of the file lands before it is complete, so content
 * that changed meanwhile never does. `asked`: how the server takes it, where that is known.
 * @returns `undefined` when it has to go by form: the deployment answers with one, or its store kept something else
 * @throws AvalaError of the last try, `file`, `file_changed`, `journal`, `cancelled`
 */
export async function sendManaged(
  sending: Sending,
  file: HashedFile,
  journal: FileJournal,
  asked?: ManagedPresign,
): Promise<SentFile | undefined> {
  const base = batchUid(sending.destination, file);
  await journal.takeBackOthers(base);
  let uid = journal.youngestOf(base) ?? base;
  let isAskedAgain = false;
  for (let sessions = 1; ; sessions += 1) {
    const isKnown = asked !== undefined && sessions === 1 && uid === base;
    const presigned = isKnown ? asked : await askForParts(sending, file, { batch: uid });
    const outcome = await sendIn(sending, file, { uid, presigned, journal });
    if ("sent" in outcome) return outcome.sent;
    if (sessions === MOST_SESSIONS) throw outcome.lost;
    // Once more what was lost may be mended in it, or another run has completed it.
    if (outcome.isComplete || isAskedAgain) uid = anotherBatch(base, sending.avala.random);
    isAskedAgain = !outcome.isComplete && !isAskedAgain;
  }
}
