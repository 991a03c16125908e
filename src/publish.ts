// From files to a dataset that holds exactly these files: look, decide, upload, confirm, wait, compare. Every step may be
// repeated, so a run that broke anywhere is simply run again. Knows nothing of front ends.
import type { Avala } from "./api/connect";
import type { Dataset } from "./api/datasets";
import { compareItems, confirmDataset, findDataset, waitForDataset } from "./dataset";
import { isAvalaError, isNotAllowedToRead, withoutAdvice, type AvalaError } from "./errors";
import {
  existsAlready,
  holdsOthers,
  mayBeOurs,
  requireSame,
  sentByAnother,
} from "./publish-refusals";
import {
  destinationOf,
  indexedOf,
  isNamedByContent,
  requireFiles,
  type Decision,
  type PublishOptions,
  type PublishResult,
  type PublishTarget,
} from "./publish-target";
import type { Journal } from "./upload/journal";
import { checkRequest } from "./upload/request";
import { findRivals } from "./upload/rivals";
import { requireRoom } from "./upload/room";
import { uploadWith, type UploadFile } from "./upload/run";
import {
  openUploadJournal,
  removeUploadJournal,
  takeBackPaths,
  type JournalDestination,
} from "./upload/upload-journal";

export type { Decision, PublishOptions, PublishResult, PublishTarget } from "./publish-target";

async function settle(avala: Avala, dataset: Dataset, options: PublishOptions): Promise<Dataset> {
  if (options.waits === false || dataset.status === "created") return dataset;
  return waitForDataset(avala, dataset, { timeoutMs: options.waitMs() });
}

/**
 * Looks at what the server has under the target's name and decides what must be sent. Sends nothing.
 * @throws InputError for a target without files; AvalaError `conflict` when the dataset exists and `ifExists` does not
 * allow what it is
 */
export async function decidePublish(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
): Promise<Decision> {
  requireFiles(target);
  const existing = await findDataset(avala, target.dataset);
  if (existing === undefined) return { target, toSend: target.files, extra: [] };
  if (target.ifExists === "fail") {
    throw existsAlready(existing);
  }
  // Until it is created its items come one by one, so a file that is not listed yet would look missing.
  const settled = await settle(avala, existing, { ...options, waits: true });
  const items = await compareItems(avala, settled, indexedOf(target));
  const lacked = new Set([...items.missing, ...items.wrongSize]);
  const isExact = lacked.size + items.extra.length === 0;
  if (!isExact && target.ifExists === "verify") throw holdsOthers(settled, items);
  const toSend = target.files.filter(({ path }) => lacked.has(path));
  return { target, existing: settled, toSend, extra: items.extra };
}

/**
 * Another run may have made the dataset, and removed the journal, since it was decided to make it: with many datasets
 * that can be long ago. One call here spares sending all of them again.
 */
async function requireStillAbsent(avala: Avala, { dataset }: PublishTarget): Promise<void> {
  const made = await findDataset(avala, dataset).catch(withoutAdvice);
  if (made !== undefined) throw existsAlready(made);
}

function journalOf({ target, existing }: Decision): JournalDestination {
  return { ...destinationOf(target), addsTo: existing?.uid };
}

/** Whether the journal has what these files began, and nothing else that a dataset may have been made of since. */
function goesOn({ landed, parts }: Journal, files: readonly UploadFile[]): boolean {
  const isOther = ({ path, sizeBytes, sha256 }: UploadFile): boolean => {
    const entry = landed.get(path);
    if (entry === undefined) return false;
    return entry.sizeBytes !== sizeBytes || (sha256 ?? entry.sha256) !== entry.sha256;
  };
  return landed.size + parts.size > 0 && !files.some(isOther);
}

/**
 * The journal first, the look second: then a journal that was removed in between can't pass for one that was never there.
 * @throws AvalaError `conflict` when the dataset has been made meanwhile
 */
async function openToSend(
  avala: Avala,
  decision: Decision,
  stateDirectory: string | undefined,
): Promise<Journal | undefined> {
  const { target, existing, toSend } = decision;
  const journal = await openUploadJournal(avala, journalOf(decision), stateDirectory);
  if (existing !== undefined || (journal !== undefined && goesOn(journal, toSend))) return journal;
  try {
    await requireStillAbsent(avala, target);
    return journal;
  } catch (error) {
    await journal?.close();
    throw error;
  }
}

/** The server has what is under this name, whole or not: a journal of it would only mislead. */
async function forgetJournals(
  avala: Avala,
  decision: Decision,
  { stateDirectory }: PublishOptions,
): Promise<void> {
  await removeUploadJournal(avala, destinationOf(decision.target), stateDirectory);
  if (decision.existing === undefined) return;
  await removeUploadJournal(avala, journalOf(decision), stateDirectory);
}

/** Another run sent other content under the name. */
interface Contested {
  readonly outcome: "contested";
  readonly paths: readonly string[];
}

async function sendAndConfirm(
  avala: Avala,
  decision: Decision,
  options: PublishOptions,
): Promise<PublishResult | Contested> {
  const { target, existing, toSend } = decision;
  const { concurrency, stateDirectory, deadlineMs, partsFromBytes } = options;
  const request = {
    ...destinationOf(target),
    ...{ files: toSend, concurrency, deadlineMs, partsFromBytes },
  };
  checkRequest(request);
  if (options.isRoomChecked !== true) await requireRoom(avala, request);
  const journal = await openToSend(avala, decision, stateDirectory);
  const upload = await uploadWith(avala, request, journal);
  if (!upload.isComplete) return { outcome: "partial", upload };
  const rivals = await findRivals(journal, upload);
  if (rivals.length > 0) {
    // Whose bytes came last, nobody knows, whosever record did.
    await takeBackPaths(avala, journalOf(decision), stateDirectory, rivals);
    return { outcome: "contested", paths: rivals };
  }
  const isAgain = existing !== undefined;
  const confirmed = await confirmDataset(avala, target.dataset, { isAgain });
  options.onConfirmed?.(confirmed);
  const isVerified = options.waits !== false;
  // A journal of what is added must not outlive the confirm: it would claim what the dataset should have shown.
  if (isAgain || !isVerified) await forgetJournals(avala, decision, options);
  if (!isVerified) {
    return { outcome: "uploaded", dataset: confirmed, upload, extra: decision.extra };
  }
  const dataset = await settle(avala, confirmed, options);
  const items = await compareItems(avala, dataset, indexedOf(target));
  if (!isAgain) await forgetJournals(avala, decision, options);
  requireSame(dataset, items);
  return { outcome: "uploaded", dataset, upload, extra: items.extra };
}

/** Another run may have confirmed this name while we were sending: then it must be what we would have made. */
async function decideAgain(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
  refusal: AvalaError,
): Promise<Decision> {
  try {
    return await decidePublish(avala, { ...target, ifExists: "verify" }, options);
  } catch (error) {
    if (!isNotAllowedToRead(error)) throw error;
    throw mayBeOurs(target.dataset.name, isNamedByContent(target), refusal);
  }
}

/**
 * Carries a decision out. Safe when another run does the same at once: one of them confirms, and the other finds what
 * it would have made.
 * @throws UploadError when files failed or the upload was stopped; AvalaError `dataset` when the server does not list
 * what was sent, `conflict` when another run sends other content under the name or, as
 * `validation`, the name or slug is taken, `quota` when the files can never fit, `timeout`, `cancelled`
 */
export async function carryOut(
  avala: Avala,
  decision: Decision,
  options: PublishOptions,
): Promise<PublishResult> {
  const { target, existing, toSend, extra } = decision;
  if (existing !== undefined && toSend.length === 0) {
    await forgetJournals(avala, decision, options);
    return { outcome: "unchanged", dataset: existing, extra };
  }
  let result: PublishResult | Contested;
  try {
    result = await sendAndConfirm(avala, decision, options);
  } catch (error) {
    const isTaken = isAvalaError(error) && error.code === "conflict" && existing === undefined;
    if (!isTaken || target.ifExists === "fail") throw error;
    const again = await decideAgain(avala, target, options, error);
    if (again.existing === undefined) throw error;
    return carryOut(avala, again, options);
  }
  if (result.outcome === "contested") throw sentByAnother(target.dataset.name, result.paths);
  return result;
}

/** {@link decidePublish}, then {@link carryOut}. */
export async function publishDataset(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
): Promise<PublishResult> {
  return carryOut(avala, await decidePublish(avala, target, options), options);
}
