// Datasets as a whole: find one, make one without ever making two, wait until it is created.
// Knows nothing of how files were sent.
import { aSession, type Avala } from "../../api/connection";
import { createDataset, getDataset, searchDatasets } from "../../api/endpoints/datasets/datasets";
import {
  aDataset,
  DATASET_INPUT,
  type Dataset,
  type DatasetInput,
} from "../../api/endpoints/datasets/dataset-wire";
import {
  CONFIRM_INPUT,
  confirmUpload,
  type ConfirmInput,
} from "../../api/endpoints/uploads/manual-upload";
import {
  isOwned,
  ownedAmong,
  reportOtherOwner,
  reportUnknownOwner,
  type Found,
} from "./dataset-owner";
import { knownOwner, lookUnder, type OwnerWanted } from "./dataset-ref";
import { AvalaError, isAvalaError, isNotAllowedToRead, isNotFound } from "../../errors";
import { makeOnce, type Made } from "../lost-reply";
import { printable } from "../../redact";
import { reworded } from "../../reworded";
import { aFlag, aNumber, aText, maybe, optionsOf, refuse } from "../../shapes";
import { waitFor } from "../wait";

export interface DatasetName extends OwnerWanted {
  readonly name: string;
  /** Where it is known: then a dataset that no list shows can be found, and one whose name the server wrote otherwise. */
  readonly slug?: string | undefined;
}

const DATASET_NAME = optionsOf<DatasetName>({
  name: aText,
  slug: maybe(aText),
  ownerName: maybe(aText),
  organizationUid: maybe(aText),
});

/** As servers may return a name: trimmed, in another case or Unicode form. */
export function folded(name: string): string {
  return name.trim().normalize("NFC").toLowerCase();
}

/** Names that differ in their writing are the same only where the slugs are equal too. */
export function isCalled(
  { name, slug }: Pick<Dataset, "name" | "slug">,
  wanted: Pick<DatasetName, "name" | "slug">,
): boolean {
  if (name === wanted.name) return true;
  return slug === wanted.slug && folded(name) === folded(wanted.name);
}

/** The owner's dataset of this slug: a list may leave out what is being made, or what is an organization's. */
async function findBySlug(avala: Avala, wanted: DatasetName): Promise<Found | undefined> {
  const { slug } = wanted;
  if (slug === undefined) return undefined;
  const { names } = await knownOwner(avala, wanted);
  for (const owner of names) {
    const found = await lookUnder(avala, owner, slug);
    if (typeof found === "string" || !isCalled(found, wanted)) continue;
    if ((await isOwned(avala, found, wanted)) === true)
      return { dataset: found, isOwnerKnown: true };
  }
  return undefined;
}

interface FindOptions {
  /**
   * Whether there is one, as a refusal or a lost reply suggests: then a list that does not show it is not believed.
   * @default false
   */
  readonly isThere?: boolean | undefined;
  /** What a list by a part of the name has shown, where there was one. @default one list by the name */
  readonly listed?: readonly Dataset[] | undefined;
}

/** The dataset of this name, and whether it is known to be the wanted owner's. */
export async function findOwned(
  avala: Avala,
  wanted: DatasetName,
  { isThere = false, listed }: FindOptions = {},
): Promise<Found | undefined> {
  const named: Dataset[] = [];
  for await (const dataset of listed ?? searchDatasets(avala, wanted.name)) {
    if (isCalled(dataset, wanted)) named.push(dataset);
  }
  named.sort((one, other) => Number(other.name === wanted.name) - Number(one.name === wanted.name));
  const found = await ownedAmong(avala, named, wanted);
  if (!isThere || found?.isOwnerKnown === true) return found;
  return (await findBySlug(avala, wanted)) ?? found;
}

const LOOK_OPTIONS = optionsOf<{ readonly isThere?: boolean | undefined }>({
  isThere: maybe(aFlag),
});

/**
 * The dataset of exactly this name that belongs to the owner, or `undefined`. A public dataset of the same name that
 * belongs to someone else is not it. One whose owner can't be known is returned with a warning.
 */
export async function findDataset(
  avala: Avala,
  wanted: DatasetName,
  options: { readonly isThere?: boolean | undefined } = {},
): Promise<Dataset | undefined> {
  refuse(
    aSession("avala", avala),
    DATASET_NAME("wanted", wanted),
    LOOK_OPTIONS("options", options),
  );
  const found = await findOwned(avala, wanted, options);
  if (found?.isOwnerKnown === false) reportUnknownOwner(avala, found.dataset, wanted);
  return found?.dataset;
}

/** {@link findDataset} after a lost reply. @throws AvalaError, still `ambiguous`, when the key may not look */
async function findLost(
  avala: Avala,
  wanted: DatasetName,
  lost: AvalaError,
): Promise<Dataset | undefined> {
  try {
    return (await findOwned(avala, wanted, { isThere: true }))?.dataset;
  } catch (error) {
    throw isNotAllowedToRead(error) ? unknownOutcomeError(wanted, lost) : error;
  }
}

function unknownOutcomeError({ name }: DatasetName, lost: AvalaError): AvalaError {
  return new AvalaError(
    lost.code,
    `Dataset ${name} may or may not have been made: the response to its creation was lost, and this key cannot read datasets. ${lost.message}`,
    {
      ambiguous: true,
      hint: "Check in the dashboard whether it exists before you run again, or give the key the scope datasets.read, so that a run can check.",
      cause: lost,
    },
  );
}

/** Warns where the server made it for another owner than was asked for. Advice: what fails here fails nothing. */
async function checkOwner(avala: Avala, made: Made<Dataset>, wanted: OwnerWanted): Promise<void> {
  if (made.wasFound || (wanted.organizationUid ?? wanted.ownerName) === undefined) return;
  try {
    if ((await isOwned(avala, made.made, wanted)) === false)
      reportOtherOwner(avala, made.made, wanted);
  } catch (error) {
    if (!isAvalaError(error) || error.code === "cancelled") throw error;
  }
}

/**
 * Confirms what was uploaded as a dataset. Repeats safely: there is never a second dataset. Call it only when
 * {@link findDataset} found none.
 * @throws ApiError `conflict` when the name or slug is taken; AvalaError, still `ambiguous`, when it can't be known
 * whether it was made
 */
export async function confirmDataset(avala: Avala, input: ConfirmInput): Promise<Made<Dataset>> {
  refuse(aSession("avala", avala), CONFIRM_INPUT("input", input));
  const made = await makeOnce(avala, {
    what: `confirm dataset ${input.name}`,
    make: () => confirmUpload(avala, input),
    find: (lost) => findLost(avala, input, lost),
  });
  await checkOwner(avala, made, input);
  return made;
}

/** As {@link confirmDataset}, for a dataset that is not made of uploaded files (`POST /datasets/`). */
export async function createDatasetOnce(avala: Avala, input: DatasetInput): Promise<Made<Dataset>> {
  refuse(aSession("avala", avala), DATASET_INPUT("input", input));
  const made = await makeOnce(avala, {
    what: `create dataset ${input.name}`,
    make: () => createDataset(avala, input),
    find: (lost) => findLost(avala, input, lost),
  });
  await checkOwner(avala, made, input);
  return made;
}

const FAILED_STATUSES = new Set(["failed", "error"]);

/** One that was read, and is not found any more. */
function gone({ name, uid }: Dataset, error: AvalaError): AvalaError {
  return reworded(error, {
    message: `Dataset ${printable(name)} (uid ${printable(uid)}) was there while it was waited for, and is gone now. ${error.message}`,
    hint: "See in the dashboard whether someone deleted it. To have it again, run again (a stack: pulumi refresh first): its files are then sent again.",
  });
}

/** One that no read has found: whoever waits for it has not chosen its uid. */
function unknownUid(name: string, { uid }: Dataset, error: AvalaError): AvalaError {
  return reworded(error, {
    message: `Avala answered with the uid ${printable(uid)} for dataset ${printable(name)}, and does not know it. ${error.message}`,
    hint: "Run again (a stack: pulumi refresh first): the dataset is then found by its name.",
  });
}

interface DatasetWait {
  readonly timeoutMs: number;
  /** The name that it was made under, where only the reply to that has named its uid. */
  readonly madeAs?: string | undefined;
}

const DATASET_WAIT = optionsOf<DatasetWait>({ timeoutMs: aNumber, madeAs: maybe(aText) });

/**
 * Waits until the server has indexed the dataset.
 * @throws AvalaError `timeout` after `timeoutMs`; `dataset` when the server gave up on it
 */
export async function waitForDataset(
  avala: Avala,
  dataset: Dataset,
  options: DatasetWait,
): Promise<Dataset> {
  refuse(aSession("avala", avala), aDataset("dataset", dataset), DATASET_WAIT("options", options));
  const { timeoutMs, madeAs } = options;
  let isRead = false;
  const waiting = waitFor(avala, {
    read: (within) => getDataset(within, dataset.uid),
    timeoutMs,
    what: `dataset ${printable(dataset.name)} to be created`,
    isDone: ({ status }) => status === "created" || FAILED_STATUSES.has(status),
    onValue: ({ name, status, itemCount }) => {
      isRead = true;
      avala.emit({ kind: "dataset-status", name: printable(name), status, itemCount });
    },
  });
  const ended = await waiting.catch((error: unknown) => {
    if (!isAvalaError(error) || !isNotFound(error)) throw error;
    if (isRead) throw gone(dataset, error);
    throw madeAs === undefined ? error : unknownUid(madeAs, dataset, error);
  });
  if (ended.status === "created") return ended;
  const name = printable(ended.name);
  throw new AvalaError("dataset", `Dataset ${name} ended as ${printable(ended.status)}.`, {
    hint: `Look at its health in the dashboard (uid ${printable(ended.uid)}).`,
  });
}
