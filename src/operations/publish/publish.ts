// From files to a dataset that holds exactly these files: decide, send, confirm, settle. Every step may be repeated, so a
// run that broke anywhere is simply run again. Knows nothing of front ends.
import { withDeadline, withoutDeadline, type Avala } from "../../api/connection";
import { isNotAllowedToRead, type AvalaError } from "../../errors";
import { isOwnedInTime, type Found } from "../datasets/dataset-owner";
import { withDestinationLock } from "../../upload/journal/destination-lock";
import type { UploadResult } from "../../upload/result";
import { removeUploadJournal } from "../../upload/journal/upload-journal";
import { confirmSent, type Confirmed, type Confirming } from "./confirm";
import { compareFound, decidePublish } from "./decide";
import { requireDecision, requirePublishing } from "./given";
import { ifPartial } from "./reached";
import { CORE_WORDS, existsAlready, unreadableDatasetError } from "./refusals";
import { sendFiles } from "./send";
import { replacedBy } from "./sent-check";
import { notSettled, settlePublished } from "./settle";
import {
  destinationOf,
  isNamedByContent,
  lockedOf,
  type Compared,
  type Decision,
  type NamedFiles,
  type PartialResult,
  type PublishOptions,
  type PublishResult,
  type PublishTarget,
} from "./target";

/** The server has what is under this name: a journal of it would only mislead. */
async function takeFound(
  avala: Avala,
  target: PublishTarget,
  { dataset, unverified, resemblance }: Compared,
  { stateDirectory }: PublishOptions,
): Promise<Extract<PublishResult, { readonly outcome: "unchanged" | "unverified" }>> {
  await removeUploadJournal(avala, destinationOf(target), stateDirectory);
  const outcome = unverified === 0 ? "unchanged" : "unverified";
  return { outcome, dataset, unverified, resemblance };
}

/**
 * Another run may have confirmed this name meanwhile: then it must be what we would have made. What this run sent shows
 * nothing: the lock keeps away those that share its state folder, so the other one is one that may have sent over it, or whose
 * files it has replaced itself.
 */
async function takeTaken(
  avala: Avala,
  target: PublishTarget,
  refusal: AvalaError,
  options: PublishOptions & { readonly upload?: UploadResult | undefined },
): Promise<PublishResult> {
  if (target.ifExists === "fail") throw refusal;
  const { upload } = options;
  try {
    const sentOver = replacedBy(upload);
    const deciding = { ...options, isSent: upload !== undefined, sentOver, isTaken: true };
    const decision = await decidePublish(avala, target, deciding);
    if (decision.kind === "found") {
      return { ...(await takeFound(avala, target, decision, options)), upload };
    }
  } catch (error) {
    if (!isNotAllowedToRead(error)) throw error;
    throw unreadableDatasetError(target.dataset.name, isNamedByContent(target), refusal);
  }
  throw refusal; // it is someone else's
}

/** Another run has made it under its own name: what was sent under ours is not confirmed. */
async function takeMade(
  avala: Avala,
  target: PublishTarget,
  { existing, upload }: MadeByAnother,
  options: PublishOptions,
): Promise<PublishResult> {
  const deciding = { ...options, isSent: upload !== undefined };
  const compared = await compareFound(avala, existing, target, deciding);
  return { ...(await takeFound(avala, target, compared, options)), upload };
}

interface Made {
  readonly outcome: "made";
  readonly upload: UploadResult;
  readonly held: NamedFiles & Pick<PublishTarget, "dataset">;
  readonly confirmed: Exclude<Confirmed, { readonly outcome: "batch refused" }>;
}

/** A dataset of this content came meanwhile. */
interface MadeByAnother {
  readonly outcome: "exists";
  readonly existing: Found;
  /** What was sent before that was seen. */
  readonly upload?: UploadResult | undefined;
}

/** Under the first slug that is free, unless another run has made the dataset by then. */
async function confirmOnce(
  avala: Avala,
  confirming: Confirming,
  options: PublishOptions,
): Promise<Confirmed | MadeByAnother> {
  for (let refusals = 0; ; refusals += 1) {
    const existing = await options.findMade?.("confirm");
    if (existing !== undefined) return { outcome: "exists", existing };
    const slug = options.slugFor?.(refusals);
    const { slug: last } = confirming.dataset;
    const dataset = { ...confirming.dataset, slug: slug ?? last };
    const confirmed = await confirmSent(avala, { ...confirming, dataset }, options);
    if (confirmed.outcome !== "taken" || slug === undefined) return confirmed;
  }
}

// Each sends all files again: another one helps where the first was used up, as by a dataset that has been deleted since.
const MAX_BATCHES = 2;

/** What no other run may do under this name at the same time. */
async function sendAndConfirm(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
): Promise<Made | MadeByAnother | PartialResult> {
  let before: UploadResult | undefined;
  for (let batches = 1, sending = target; ; batches += 1) {
    const sent = await sendFiles(avala, sending, options);
    if (sent.outcome === "exists") return { ...sent, upload: sent.upload ?? before };
    if (sent.outcome === "partial") return sent;
    const { upload, isWatched } = sent;
    const { digest, entries: files } = upload.manifest;
    const held = { dataset: target.dataset, files, digest, tags: upload.tags };
    const batch = { uid: upload.uploadUid, isByForm: upload.isByForm };
    const confirming = { ...held, batch, isSentNow: isWatched };
    const confirmed = await confirmOnce(avala, confirming, options).catch(ifPartial(upload));
    if (confirmed.outcome === "partial") return confirmed;
    if (confirmed.outcome === "exists") return { ...confirmed, upload };
    if (confirmed.outcome !== "batch refused") return { outcome: "made", upload, held, confirmed };
    const { refusal, next } = confirmed;
    if (batches === MAX_BATCHES) throw refusal;
    const text = `${refusal.message} All files of ${target.dataset.name} are sent again, as another upload.`;
    avala.emit({ kind: "warning", text });
    before = upload;
    sending = { ...target, stored: { uploadUid: next, entries: [] } };
  }
}

/**
 * Whether it was found after the reply to its confirm was lost, under a name that other content may have too: then it is
 * only known that it is there, since another machine's run may have made it in the same moment.
 */
function isOnlyFound(
  { wasFound }: Extract<Confirmed, { readonly outcome: "confirmed" }>,
  held: NamedFiles,
): boolean {
  return wasFound && !isNamedByContent(held);
}

/** Waits, and compares: one that was only found like any other that exists. */
async function settle(
  avala: Avala,
  target: PublishTarget,
  held: Made["held"],
  confirmed: Extract<Confirmed, { readonly outcome: "confirmed" }>,
  options: PublishOptions,
): Promise<Compared> {
  const { dataset, isKnown } = confirmed;
  if (!isOnlyFound(confirmed, held) || options.waits === false)
    return settlePublished(avala, dataset, { ...target, tags: held.tags }, { ...options, isKnown });
  const owned = await isOwnedInTime(avala, dataset, target.dataset, options.waitMs());
  const isOwnerKnown = owned === true;
  const comparing = { ...options, isSent: true };
  const compared = await compareFound(avala, { dataset, isOwnerKnown }, target, comparing);
  await removeUploadJournal(avala, destinationOf(target), options.stateDirectory);
  return compared;
}

/** Another run has made a dataset of the name, or of this very content, since it was decided to make it. */
async function takeExisting(
  avala: Avala,
  target: PublishTarget,
  made: MadeByAnother,
  options: PublishOptions,
): Promise<PublishResult> {
  if (options.findMade !== undefined) return takeMade(avala, target, made, options);
  const { existing, upload } = made;
  const words = options.words ?? CORE_WORDS;
  const how = { words, isSent: upload !== undefined, sentOver: replacedBy(upload) };
  const refusal = existsAlready(existing.dataset, how, isNamedByContent(target));
  return takeTaken(avala, target, refusal, { ...options, upload });
}

/**
 * Carries a decision out. Safe when another run does the same at once: one of them confirms, and the other finds what
 * it would have made.
 * @throws UploadError when files failed or the upload was stopped; AvalaError `dataset` when the dataset does not hold
 * exactly what was sent, `conflict` when another run sends other content under the name or the name or slug is taken,
 * `validation` when the server refuses what the dataset should be, `quota` when the files can never fit, `timeout`,
 * `cancelled`. What fails at the confirm has all files as `landed`
 */
export async function carryOut(
  avala: Avala,
  decision: Decision,
  options: PublishOptions,
): Promise<PublishResult> {
  requireDecision(avala, decision, options);
  const { target } = decision;
  const inTime = withDeadline(avala, options.deadlineMs);
  if (decision.kind === "found")
    return takeFound(inTime, target, decision, options).catch(ifPartial());
  const made = await withDestinationLock(
    inTime,
    lockedOf(target),
    options.stateDirectory,
    (locked) => sendAndConfirm(locked, target, options),
  ).catch(ifPartial());
  if (made.outcome === "partial") return made;
  if (made.outcome === "exists")
    return takeExisting(inTime, target, made, options).catch(ifPartial(made.upload));
  const { upload, held, confirmed } = made;
  const known = { ...target, digest: held.digest };
  if (confirmed.outcome === "taken") {
    const taking = { ...options, upload };
    return takeTaken(inTime, known, confirmed.refusal, taking).catch(ifPartial(upload));
  }
  options.onConfirmed?.(confirmed.dataset);
  const isFound = isOnlyFound(confirmed, held);
  const settled = await settle(withoutDeadline(avala), known, held, confirmed, options).catch(
    (error: unknown) => {
      const dataset = { ...confirmed.dataset, name: target.dataset.name };
      throw notSettled(dataset, { ...upload, isOnlyFound: isFound }, error);
    },
  );
  const isUnsure = isFound && settled.unverified > 0;
  return { outcome: isUnsure ? "unverified" : "uploaded", upload, ...settled };
}

/** {@link decidePublish}, then {@link carryOut}. */
export async function publishDataset(
  avala: Avala,
  target: PublishTarget,
  options: PublishOptions,
): Promise<PublishResult> {
  requirePublishing(avala, target, options);
  const inTime = withDeadline(avala, options.deadlineMs);
  const decision = await decidePublish(inTime, target, options).catch(ifPartial());
  return "outcome" in decision ? decision : carryOut(avala, decision, options);
}
