// What a change of a Dataset's inputs means: nothing, a change where it is, or another dataset. Pure.
import type { dynamic } from "@pulumi/pulumi";
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import { AvalaError } from "../../../src/errors";
import { DATASET_FIELDS } from "../../fields/dataset";
import { accessOf } from "../../fields/bucket";
import type { Field } from "../../fields/field";
import { changedIn } from "../../process/fields";
import { present } from "../../process/present";
import { isSame } from "../../process/same";
import { uploadScopesFor, type Needs } from "../../process/scopes";
import { hasUnknown } from "../../process/unknown";
import type { DatasetInputs, DatasetOutputs } from "./inputs";

export function isWaiting({ waitForIngest }: DatasetInputs): boolean {
  return waitForIngest !== false;
}

export function isContentChanged(olds: DatasetOutputs, news: DatasetInputs): boolean {
  return news.files !== undefined && olds.files?.digest !== news.files.digest;
}

/** A server may write all slugs in small letters. */
export function isSameSlug(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

type Bucket = Pick<DatasetInputs, "providerConfig">;

function areCredentialsOther(
  { providerConfig: olds }: Bucket,
  { providerConfig: news }: Bucket,
): boolean {
  if (olds === undefined || news === undefined || hasUnknown(news)) return false;
  return !isSame(accessOf(olds), accessOf(news));
}

/** Why a change that would not replace the dataset can't be made, when it can't. */
export function refusalOf(olds: DatasetOutputs, news: DatasetInputs): AvalaError | undefined {
  if (replacesOf(olds, news).length > 0 || !areCredentialsOther(olds, news)) return undefined;
  return new AvalaError(
    "not_offered",
    `Dataset ${olds.name} (uid ${olds.uid}) has other credentials in providerConfig, and the API can't change those of a dataset.`,
    {
      hint: 'Rotate them at Avala, and set the option ignoreChanges: ["providerConfig"] here; or declare a Dataset of another name with the new ones. A dataset is not replaced because its credentials changed.',
    },
  );
}

/** Whether an owner is declared that is neither the one declared before nor the server's word: a handle, a user name. */
export function isOwnerRenamed(olds: DatasetOutputs, { ownerName }: DatasetInputs): boolean {
  return ownerName !== undefined && ![olds.ownerName, olds.declared.ownerName].includes(ownerName);
}

function replacesOf(olds: DatasetOutputs, news: DatasetInputs): string[] {
  const replaces: string[] = changedIn(DATASET_FIELDS, "replace", { olds, news });
  if (isOwnerRenamed(olds, news)) replaces.push("ownerName");
  const isMoved = news.files !== undefined && olds.name !== news.name;
  if (isMoved || (news.files === undefined) !== (olds.files === undefined)) replaces.push("files");
  return replaces;
}

/** Inputs that a PATCH can change, as a program names them. */
export type Changes = Partial<DatasetInputs>;

function chosen(inputs: DatasetInputs, names: readonly (keyof DatasetInputs)[]): Changes {
  return Object.fromEntries(names.map((name) => [name, inputs[name]]));
}

function isSent(name: keyof typeof DATASET_FIELDS): boolean {
  const field: Field = DATASET_FIELDS[name];
  return field.wire !== undefined;
}

/** What can be changed by a PATCH; the name of a dataset of files is where they are stored. */
export function changesOf(olds: DatasetOutputs, news: DatasetInputs): Changes | undefined {
  const isRenamed = news.files === undefined && olds.name !== news.name;
  const sent = changedIn(DATASET_FIELDS, "update", { olds, news }).filter(isSent);
  const names = isRenamed ? [...sent, "name" as const] : sent;
  return names.length === 0 ? undefined : chosen(news, names);
}

/**
 * What of a dataset that was taken over is not as declared. What the API does not return is sent only for one that was
 * adopted: a version that an earlier run made has it already.
 */
export function takeOverChanges(live: Dataset, inputs: DatasetInputs): Changes | undefined {
  const found = present<object>({ ...live, metadata: live.metadata ?? undefined });
  const isOurs = inputs.files?.isVersion === true;
  const names = changedIn(DATASET_FIELDS, "update", { olds: found, news: inputs }).filter(
    (name) => isSent(name) && (name in found || !isOurs),
  );
  return names.length === 0 ? undefined : chosen(inputs, names);
}

export function diffDataset(olds: DatasetOutputs, news: DatasetInputs): dynamic.DiffResult {
  const replaces = replacesOf(olds, news);
  const isUpdate =
    isContentChanged(olds, news) ||
    changesOf(olds, news) !== undefined ||
    changedIn(DATASET_FIELDS, "update", { olds, news }).length > 0 ||
    (isWaiting(news) && !olds.isVerified && olds.isCompared !== true);
  // Two datasets of one owner can't have one name at once, so the old one goes first when both stay.
  const isElsewhere = replaces.includes("organizationUid") || replaces.includes("ownerName");
  const deleteBeforeReplace = replaces.length > 0 && !isElsewhere && olds.name === news.name;
  return { changes: isUpdate || replaces.length > 0, replaces, deleteBeforeReplace };
}

export const datasetNeeds: Needs<DatasetInputs, DatasetOutputs> = {
  create: uploadScopesFor,
  update: (olds, news) =>
    changesOf(olds, news) === undefined ? ["datasets.read"] : uploadScopesFor(news),
  // What becomes of it is decided when it goes, and one that stays needs none.
  delete: [],
};
