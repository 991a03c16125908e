// The third step: make a dataset of what was sent, once it is known, as far as that can be known, that nothing else lies
// under its name. The files may have been sent by another process, long ago.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { ConfirmInput } from "../../api/endpoints/uploads/manual-upload";
import type { AvalaError } from "../../errors";
import { withDestinationLock } from "../../upload/journal/destination-lock";
import { batchToConfirm, type SentFiles } from "./batch-to-confirm";
import { confirmInBatch, isRefusedBatch } from "./confirm-batch";
import { recordContent } from "./content-record";
import { isRefusalToMake, notMade } from "./refusals";
import { readSentTags, suspectsIn } from "./sent-check";
import {
  destinationOf,
  digestOf,
  isNamedByContent,
  lockedOf,
  type NamedFiles,
  type PublishOptions,
} from "./target";

/** What was sent, and what its dataset is to be. */
export interface Confirming extends SentFiles {
  readonly dataset: Omit<ConfirmInput, "uploadUid"> & NamedFiles["dataset"];
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

/**
 * Makes the dataset, while no other run sends under its name. Repeats safely: there is never a second one.
 * @throws AvalaError `conflict` when other content was sent under the name since, or files of it in another batch, `validation` when the server refuses
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

async function confirmLocked(
  avala: Avala,
  confirming: Confirming,
  options: Pick<PublishOptions, "stateDirectory" | "words">,
): Promise<Confirmed> {
  const { stateDirectory } = options;
  const { batch, isHeld, refusal } = await batchToConfirm(avala, confirming, options);
  if (refusal !== undefined) throw refusal;
  let confirmed: Awaited<ReturnType<typeof confirmInBatch>>;
  try {
    confirmed = await confirmInBatch(avala, confirming, batch, stateDirectory);
  } catch (error) {
    if (!isRefusalToMake(error)) throw error;
    const why = notMade(confirming.dataset, error);
    if (error.code === "conflict") return { outcome: "taken", refusal: why };
    throw why;
  }
  if (isRefusedBatch(confirmed)) {
    const why = notMade(confirming.dataset, confirmed.refusal);
    return { outcome: "batch refused", refusal: why, next: confirmed.next };
  }
  const { made: dataset, wasFound } = confirmed;
  // Another run may have made what was found, of other content where the name does not rule that out.
  const isKnown = isHeld && (!wasFound || isNamedByContent(confirming));
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
