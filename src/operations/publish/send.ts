// The second step: the files' bytes, under the name. Confirms nothing.
import type { Avala } from "../../api/connection";
import { findOwned } from "../datasets/dataset";
import type { Found } from "../datasets/dataset-owner";
import { ignoreForbidden, isUploadError, type FileFailure } from "../../errors";
import { reviewKnown } from "../../files/recall";
import { resolveDestination } from "../../upload/destination";
import { batchUid, isAllOfContent } from "../../upload/journal/batch";
import { withDestinationLock } from "../../upload/journal/destination-lock";
import type { Journal } from "../../upload/journal/journal";
import { refuse } from "../../shapes";
import { requestProblems, type UploadRequest } from "../../upload/request";
import type { UploadResult } from "../../upload/result";
import { findRivals } from "../../upload/journal/rivals";
import { requireQuota } from "../../upload/check/quota";
import { uploadWith } from "../../upload/run";
import { openUploadJournal, takeBackPaths } from "../../upload/journal/upload-journal";
import { CORE_WORDS, sentByAnother } from "./refusals";
import { destinationOf, digestOf, lockedOf, type PublishOptions, type SendTarget } from "./target";

type Sent =
  | {
      readonly outcome: "sent";
      readonly upload: UploadResult;
      /** False when another run removed the journal meanwhile: then it has made a dataset of what lies there. */
      readonly isWatched: boolean;
    }
  | { readonly outcome: "partial"; readonly upload: UploadResult }
  /** Another run has made the dataset since it was decided to make it. */
  | {
      readonly outcome: "exists";
      readonly existing: Found;
      /** What this run had sent by then. Absent where nothing was sent. */
      readonly upload?: UploadResult | undefined;
    };

/** Whether the journal has what these files began, and nothing of others, of which a dataset may have been made since. */
async function resumes(avala: Avala, journal: Journal, target: SendTarget): Promise<boolean> {
  const digest = digestOf(target);
  if (digest === undefined || journal.batches.size === 0) return false;
  const to = await resolveDestination(avala, destinationOf(target));
  return isAllOfContent(journal, batchUid(to, digest));
}

/**
 * With many datasets it can be long ago that it was decided to make this one: a look spares sending all of its files
 * again. The journal first, the look second: then a journal that was removed in between can't pass for one that was
 * never there.
 */
async function openToSend(
  avala: Avala,
  target: SendTarget,
  { stateDirectory }: PublishOptions,
  find: () => Promise<Found | undefined>,
): Promise<{ readonly journal?: Journal | undefined; readonly existing?: Found | undefined }> {
  const journal = await openUploadJournal(avala, lockedOf(target), stateDirectory);
  try {
    if (journal !== undefined && (await resumes(avala, journal, target))) return { journal };
    const existing = await find();
    if (existing === undefined) return { journal };
    await journal?.close();
    return { existing };
  } catch (error) {
    await journal?.close();
    throw error;
  }
}

/**
 * Sends what has not landed yet. Safe when other runs send the same at once; when one sends other content, nothing may
 * be confirmed, and what is recorded of the contested paths is taken back, so that the next run sends them again.
 * @throws UploadError when files failed or the upload was stopped; AvalaError `conflict` when another run sends other
 * content under the name, `quota` when the files can never fit
 */
export async function sendFiles(
  avala: Avala,
  target: SendTarget,
  options: PublishOptions,
): Promise<Sent> {
  const { concurrency, stateDirectory, deadlineMs } = options;
  const to = destinationOf(target);
  const { files, stored } = target;
  const keeping = { stateDirectory, concurrency, deadlineMs };
  const request = { ...to, files, digest: digestOf(target), stored, ...keeping };
  refuse(requestProblems(request));
  if (options.isRoomChecked !== true) await requireQuota(avala, request);
  try {
    return await withDestinationLock(avala, lockedOf(target), stateDirectory, (locked) =>
      sendLocked(locked, target, request, options),
    );
  } catch (error) {
    await reviewChanged(avala, files, options, error);
    throw error;
  }
}

/** A file that has other content than its digest says may have changed, or its digest was never right. */
async function reviewChanged(
  { signal }: Avala,
  files: SendTarget["files"],
  { digests }: PublishOptions,
  error: unknown,
): Promise<void> {
  if (digests === undefined || !isUploadError(error)) return;
  const isChanged = ({ error: { code } }: FileFailure): boolean => code === "file_changed";
  const changed = new Set(error.failures.filter(isChanged).map(({ path }) => path));
  const paths = files.filter(({ path }) => changed.has(path)).map((file) => file.absolutePath);
  if (paths.length > 0) await reviewKnown(digests, paths, signal);
}

/** What no other run may do under this name at the same time. */
async function sendLocked(
  avala: Avala,
  target: SendTarget,
  request: UploadRequest,
  options: PublishOptions,
): Promise<Sent> {
  const { stateDirectory, words = CORE_WORDS } = options;
  const { findMade = () => findOwned(avala, target.dataset) } = options;
  const find = (): Promise<Found | undefined> => findMade("sending").catch(ignoreForbidden);
  const { journal, existing } = await openToSend(avala, target, options, find);
  if (existing !== undefined) return { outcome: "exists", existing };
  let made: Found | undefined;
  const isMade = async (): Promise<boolean> => (made = await find()) !== undefined;
  const upload = await uploadWith(avala, { ...request, isMade }, journal);
  if (made !== undefined)
    return {
      outcome: "exists",
      existing: made,
      upload: upload.sent.length > 0 ? upload : undefined,
    };
  if (!upload.isComplete) return { outcome: "partial", upload };
  const { paths, isWatched } = await findRivals(journal, upload);
  if (paths.length === 0) return { outcome: "sent", upload, isWatched };
  // Whose bytes came last is not known, whosever record did.
  await takeBackPaths(avala, destinationOf(target), stateDirectory, paths);
  throw sentByAnother(target.dataset.name, paths, words);
}
