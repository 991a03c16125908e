// The third step: make a dataset of what was sent, once it is known, as far as that can be known, that nothing else lies
// under its name. The files may have been sent by another process, long ago.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { ConfirmInput } from "../../api/endpoints/uploads/manual-upload";
import type { AvalaError } from "../../errors";
import { batchToResume, batchUid } from "../../upload/journal/batch";
import { resolveDestination } from "../../upload/destination";
import { readJournal } from "../../upload/journal/journal";
import { readLastSent, heldAgainst } from "../../upload/journal/rivals";
import { placeOf } from "../../upload/journal/upload-journal";
import { withDestinationLock } from "../../upload/journal/destination-lock";
import { recordContent } from "./content-record";
import { readSentTags, suspectsIn } from "./sent-check";
import { confirmInBatch, isRefusedBatch, type SentBatch } from "./confirm-batch";
import { CORE_WORDS, isRefusalToMake, notMade, sentByAnother } from "./refusals";
import {
  destinationOf,
  digestOf,
  isNamedByContent,
  lockedOf,
  type NamedFiles,
  type PublishOptions,
} from "./target";

/** What was sent, and what its dataset is to be. */
export interface Confirming extends NamedFiles {
  readonly dataset: Omit<ConfirmInput, "uploadUid"> & NamedFiles["dataset"];
  /**
   * The batch that the files were sent in, without a uid by the first protocol. @default found out by the journal and by
   * the digest, which name it
   */
  readonly batch?: SentBatch | undefined;
  /** Whether this very run sent all of it. Else the journal of the destination is all that shows what lies there. */
  readonly isSentNow: boolean;
}

export type Confirmed =
  | {
      readonly outcome: "confirmed";
      readonly dataset: Dataset;
      /** Whether its content is known to be what was sent. */
      readonly isKnown: boolean;
      /** It was there when the reply to its confirm was lost, so another run may have made it in the same moment. */
      readonly wasFound: boolean;
    }
  /** The server does not take the batch: all files have to be sent again, in `next`. */
  | {
      readonly outcome: "batch refused";
      readonly refusal: AvalaError;
      readonly next: string;
    }
  /** The server has a dataset of this name or slug, or one is someone else's. */
  | {
      readonly outcome: "taken";
      readonly refusal: AvalaError;
    };

/** Whether all files are known to lie under the name as they were sent. @throws AvalaError `conflict` when others do */
async function isHeld(
  avala: Avala,
  confirming: Confirming,
  { stateDirectory, words = CORE_WORDS }: Pick<PublishOptions, "stateDirectory" | "words">,
): Promise<boolean> {
  // Other content has another name.
  if (isNamedByContent(confirming)) return true;
  if (stateDirectory === undefined) return confirming.isSentNow;
  const place = await placeOf(avala, destinationOf(confirming), stateDirectory);
  const lastSent = await readLastSent(place);
  // Without a list of the files there is nothing to hold against it.
  if (lastSent === undefined || confirming.files.length === 0) return confirming.isSentNow;
  const { others, unknown } = heldAgainst(confirming.files, lastSent);
  if (others.length > 0) throw sentByAnother(confirming.dataset.name, others, words);
  return confirming.isSentNow || unknown.length === 0;
}

/**
 * Makes the dataset, while no other run sends under its name. Repeats safely: there is never a second one.
 * @throws AvalaError `conflict` when other content was sent under the name since, `validation` when the server refuses
 * what the dataset should be; still `ambiguous` when it can't be known whether it was made
 */
export async function confirmSent(
  avala: Avala,
  confirming: Confirming,
  options: Pick<PublishOptions, "stateDirectory" | "words">,
): Promise<Confirmed> {
  return withDestinationLock(avala, lockedOf(confirming), options.stateDirectory, (locked) =>
    confirmLocked(locked, confirming, options),
  );
}

/** The batch that the confirm names. */
async function batchOf(
  avala: Avala,
  confirming: Confirming,
  stateDirectory: string | undefined,
): Promise<SentBatch> {
  if (confirming.batch !== undefined) return confirming.batch;
  const digest = digestOf(confirming);
  if (digest === undefined) return { uid: undefined };
  const to = destinationOf(confirming);
  const base = batchUid(await resolveDestination(avala, to), digest);
  if (stateDirectory === undefined) return { uid: base };
  const records = await readJournal(await placeOf(avala, to, stateDirectory)).catch(
    () => undefined,
  );
  return { uid: batchToResume(base, confirming.files, { records }) };
}

async function confirmLocked(
  avala: Avala,
  confirming: Confirming,
  options: Pick<PublishOptions, "stateDirectory" | "words">,
): Promise<Confirmed> {
  const { stateDirectory } = options;
  const isHeldNow = await isHeld(avala, confirming, options);
  let confirmed: Awaited<ReturnType<typeof confirmInBatch>>;
  try {
    const batch = await batchOf(avala, confirming, stateDirectory);
    confirmed = await confirmInBatch(avala, confirming, batch, stateDirectory);
  } catch (error) {
    if (!isRefusalToMake(error)) throw error;
    const refusal = notMade(confirming.dataset, error);
    if (error.code === "conflict") return { outcome: "taken", refusal };
    throw refusal;
  }
  if (isRefusedBatch(confirmed)) {
    const { refusal, next } = confirmed;
    return { outcome: "batch refused", refusal: notMade(confirming.dataset, refusal), next };
  }
  const { made: dataset, wasFound } = confirmed;
  // Another run may have made what was found, of other content where the name does not rule that out.
  const isKnown = isHeldNow && (!wasFound || isNamedByContent(confirming));
  const digest = digestOf(confirming);
  // A record says that a run of this machine made it: what was found, it may not have made.
  if (isKnown && !wasFound && digest !== undefined) {
    const tags = await readSentTags(avala, confirming, stateDirectory);
    const isNamed = isNamedByContent(confirming);
    const suspects = isNamed ? { suspects: suspectsIn(tags, confirming.files) } : {};
    const made = { uid: dataset.uid, digest, isCompared: tags.size === 0, ...suspects };
    await recordContent(avala, destinationOf(confirming), made, stateDirectory);
  }
  return { outcome: "confirmed", dataset, isKnown, wasFound };
}
