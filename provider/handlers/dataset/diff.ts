// What a change of a Dataset's inputs means: nothing, a change where it is, or another dataset. Pure.
import type { dynamic } from "@pulumi/pulumi";
import type { Dataset } from "../../../src/api/endpoints/dataset-wire";
import type { DatasetChanges } from "../../../src/api/endpoints/datasets";
import { AvalaError } from "../../../src/errors";
import { present } from "../../process/present";
import { isSame } from "../../process/same";
import { uploadScopesFor, type Needs } from "../../process/scopes";
import { hasUnknown } from "../../process/unknown";
import { accessOf, bucketOf } from "../bucket";
import type { DatasetInputs, DatasetOutputs } from "./inputs";

/** Whether `news` declares something else than `olds` has. What is no longer declared stays as it is. */
function differs<Key extends keyof DatasetInputs & keyof DatasetOutputs>(
  olds: DatasetOutputs,
  news: DatasetInputs,
  key: Key,
): boolean {
  return news[key] !== undefined && !isSame(olds[key], news[key]);
}

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
    `Dataset ${olds.name} (uid ${olds.uid}) has other credentials in providerConfig, and no call of the API changes those of a dataset.`,
    {
      hint: 'Rotate them at Avala, and set the option ignoreChanges: ["providerConfig"] here; or declare a Dataset of another name with the new ones. The dataset is not replaced for it.',
    },
  );
}

/** Whether an owner is declared that is neither the one declared before nor the server's word: a handle, a user name. */
export function isOwnerRenamed(olds: DatasetOutputs, { ownerName }: DatasetInputs): boolean {
  return ownerName !== undefined && ![olds.ownerName, olds.declared.ownerName].includes(ownerName);
}

function replacesOf(olds: DatasetOutputs, news: DatasetInputs): string[] {
  const replaces: string[] = differs(olds, news, "dataType") ? ["dataType"] : [];
  if (news.slug !== undefined && !isSameSlug(olds.slug, news.slug)) replaces.push("slug");
  if (!isSame(olds.organizationUid, news.organizationUid)) replaces.push("organizationUid");
  if (!isSame(bucketOf(olds.providerConfig), bucketOf(news.providerConfig)))
    replaces.push("providerConfig");
  if (isOwnerRenamed(olds, news)) replaces.push("ownerName");
  const isMoved = news.files !== undefined && differs(olds, news, "name");
  if (isMoved || (news.files === undefined) !== (olds.files === undefined)) replaces.push("files");
  return replaces;
}

/** What can be changed by a PATCH; the name of a dataset of files is where they are stored. */
export function changesOf(olds: DatasetOutputs, news: DatasetInputs): DatasetChanges | undefined {
  const keys = (["visibility", "metadata", "industry", "license"] as const).filter((key) =>
    differs(olds, news, key),
  );
  const changes = present<Record<string, unknown>>({
    ...Object.fromEntries(keys.map((key) => [key, news[key]])),
    name: news.files === undefined && differs(olds, news, "name") ? news.name : undefined,
  });
  return Object.keys(changes).length === 0 ? undefined : changes;
}

/**
 * What of a dataset that was taken over is not as declared. What the API does not tell is sent only for one that was
 * adopted: a version that an earlier run made has it already.
 */
export function takeOverChanges(live: Dataset, inputs: DatasetInputs): DatasetChanges | undefined {
  const { visibility, metadata, industry, license } = inputs;
  const isOurs = inputs.files?.isVersion === true;
  const isOther = (was: unknown, declared: unknown): boolean =>
    declared !== undefined && (was === undefined ? !isOurs : !isSame(was, declared));
  const changes = present<Record<string, unknown>>({
    visibility: isOther(live.visibility, visibility) ? visibility : undefined,
    metadata: isOther(live.metadata ?? undefined, metadata) ? metadata : undefined,
    industry: isOurs ? undefined : industry,
    license: isOurs ? undefined : license,
  });
  return Object.keys(changes).length === 0 ? undefined : changes;
}

export function diffDataset(olds: DatasetOutputs, news: DatasetInputs): dynamic.DiffResult {
  const replaces = replacesOf(olds, news);
  const isUpdate =
    isContentChanged(olds, news) ||
    changesOf(olds, news) !== undefined ||
    (olds.onDelete ?? "keep") !== (news.onDelete ?? "keep") ||
    (olds.forceDestroy ?? false) !== (news.forceDestroy ?? false) ||
    (isWaiting(news) && !olds.isVerified && olds.isCompared !== true);
  // Two datasets of one owner can't have one name at once, so the old one goes first when both stay.
  const isElsewhere = replaces.includes("organizationUid") || replaces.includes("ownerName");
  const deleteBeforeReplace = replaces.length > 0 && !isElsewhere && !differs(olds, news, "name");
  return { changes: isUpdate || replaces.length > 0, replaces, deleteBeforeReplace };
}

export const datasetNeeds: Needs<DatasetInputs, DatasetOutputs> = {
  create: uploadScopesFor,
  update: (olds, news) =>
    changesOf(olds, news) === undefined ? ["datasets.read"] : uploadScopesFor(news),
  // What becomes of it is decided when it goes, and one that stays needs none.
  delete: [],
};
