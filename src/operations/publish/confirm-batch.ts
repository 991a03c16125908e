// Confirms what was sent in a batch, and says what to do where the server refuses the batch. A confirm that leaves it out
// would make a dataset of whatever lies under the name without one, and the name is used up then.
import type { Avala } from "../../api/connection";
import { isBatchRefused, isBatchUnknown } from "../../api/endpoints/uploads/batch-refusals";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { ConfirmInput } from "../../api/endpoints/uploads/manual-upload";
import { isApiError, type ApiError } from "../../errors";
import { anotherBatch } from "../../upload/journal/batch";
import { openUploadJournal } from "../../upload/journal/upload-journal";
import { askHow, namesBatch } from "../../upload/send/ask";
import { isSessionLost } from "../../upload/send/session-lost";
import { confirmDataset } from "../datasets/dataset";
import type { Made } from "../lost-reply";
import { destinationOf, lockedOf, type NamedFiles } from "./target";

/** The batch that a set was sent in. */
export interface SentBatch {
  /** Absent: by the first protocol. */
  readonly uid: string | undefined;
  /** Whether every file went by form, as far as that is known. @default not known */
  readonly isByForm?: boolean | undefined;
}

/** The server does not take the batch: all of the set has to be sent again, in `next`. */
interface BatchRefused {
  readonly refusal: ApiError;
  readonly next: string;
}

export function isRefusedBatch(made: Made<Dataset> | BatchRefused): made is BatchRefused {
  return "next" in made;
}

type Standing = "without batches" | "with batches" | "not known";

/**
 * Whether the server keeps batches, of which its confirm does not know the field: one presign shows it. A server without
 * them ignores the field there too, and answers with a form that does not name the batch.
 */
async function standingOf(avala: Avala, set: NamedFiles, batch: SentBatch): Promise<Standing> {
  const [sample] = set.files;
  if (batch.isByForm === false || sample === undefined) return "with batches";
  const { signal = new AbortController().signal } = avala;
  const asking = { avala, destination: destinationOf(set), uploadUid: batch.uid, signal };
  try {
    const presigned = await askHow(asking, sample);
    if (presigned.method !== "POST") return "with batches";
    return namesBatch(presigned.form, batch.uid) ? "with batches" : "without batches";
  } catch (error) {
    if (!isSessionLost(error)) throw error;
    return "not known";
  }
}

// Of no file, and so no claim that anything has landed.
const NOTHING = { partNumber: 0, sizeBytes: 0, sha256: "" };

/** Records where the set continues, so that the next run does not begin in the refused batch, whatever comes of this one. */
async function noteNext(
  avala: Avala,
  set: NamedFiles,
  next: string,
  stateDirectory: string | undefined,
): Promise<void> {
  try {
    const journal = await openUploadJournal(avala, lockedOf(set), stateDirectory);
    await journal?.recordPart({ path: "", batch: next }, NOTHING);
    await journal?.close();
  } catch {
    // Then the next run meets the same refusal, and sends all again as this one does.
  }
}

/**
 * @throws ApiError as `confirmDataset`; of a field that the server does not know, where leaving it out could make a dataset
 * of other files
 */
export async function confirmInBatch(
  avala: Avala,
  set: NamedFiles & { readonly dataset: ConfirmInput },
  batch: SentBatch,
  stateDirectory: string | undefined,
): Promise<Made<Dataset> | BatchRefused> {
  const { uid } = batch;
  try {
    return await confirmDataset(avala, { ...set.dataset, uploadUid: uid });
  } catch (error) {
    if (uid === undefined || !isApiError(error) || !isBatchRefused(error)) throw error;
    if (isBatchUnknown(error)) {
      const standing = await standingOf(avala, set, batch);
      if (standing === "with batches") throw error;
      if (standing === "without batches")
        return confirmDataset(avala, { ...set.dataset, uploadUid: undefined });
    }
    const next = anotherBatch(uid, avala.random);
    await noteNext(avala, set, next, stateDirectory);
    return { refusal: error, next };
  }
}
