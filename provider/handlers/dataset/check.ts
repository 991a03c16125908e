// What is wrong with a Dataset's inputs, all of it at once. Pure.
import type { ProviderConfig } from "../../../src/api/endpoints/datasets/provider-config";
import { slugFrom } from "../../../src/files/manifest/dataset-name";
import type { Manifest } from "../../../src/files/manifest/manifest";
import { indexedOf } from "../../../src/operations/publish/target";
import { counted } from "../../../src/text";
import type { Problems } from "../../process/failures";
import { DATASET_FIELDS, FIELDS_WITHOUT_FILES, type DatasetFiles } from "../../fields/dataset";
import { namesOf } from "../../fields/field";
import { isObject } from "../../fields/rules";
import { checkFields } from "../../process/fields";
import { UNKNOWN, hasUnknown } from "../../process/unknown";
import { bucketProblems } from "../bucket";
import type { DatasetGiven } from "./inputs";

function checkProviderConfig(
  config: Partial<ProviderConfig>,
  hasOrganization: boolean,
  problems: Problems,
): void {
  const owner = { hasOrganization, input: "organizationUid" };
  for (const { input, text } of bucketProblems(config, owner))
    problems.add("providerConfig", `${input} ${text}`);
}

/** What the files were sent as, the dataset is confirmed as: else it would hold none of them, or could not be made. */
function checkAgainstFiles(
  { dataType, organizationUid }: DatasetGiven,
  files: DatasetFiles,
  problems: Problems,
): void {
  if (dataType !== undefined && files.dataType && ![files.dataType, UNKNOWN].includes(dataType)) {
    problems.add(
      "dataType",
      `must be the file set's, ${files.dataType} (got ${dataType}): set it on the FileSet (dataType)`,
    );
  }
  const owner = files.organizationUid ?? "";
  if (organizationUid !== undefined && ![owner, UNKNOWN].includes(organizationUid)) {
    const whose = owner === "" ? "which belongs to the key's own user" : owner;
    problems.add(
      "organizationUid",
      `must be the file set's, ${whose} (got ${organizationUid}): set it on the FileSet (organizationUid)`,
    );
  }
}

/** What only a dataset of a bucket, or an empty one, can have: a confirm has no place for it. */
function checkWithoutBucket(given: DatasetGiven, problems: Problems): void {
  for (const name of namesOf(FIELDS_WITHOUT_FILES)) {
    if (given[name] === undefined) continue;
    if (name === "providerConfig")
      problems.add(
        "files",
        "can't be combined with providerConfig: a dataset is made either from uploaded files or from a bucket",
      );
    else
      problems.add(
        name,
        "can't be combined with files: the API accepts it only for a dataset that is made from a bucket, or empty",
      );
  }
}

/** @param configured the organization of the configuration, for datasets that name none */
export function checkDataset(
  given: DatasetGiven,
  problems: Problems,
  configured: string | undefined,
): void {
  checkFields(given, DATASET_FIELDS, problems);
  const { files, providerConfig, name, dataType } = given;
  if (files !== undefined) checkWithoutBucket(given, problems);
  if (
    files !== undefined &&
    name !== undefined &&
    !hasUnknown([name, files.datasetName]) &&
    name !== files.datasetName
  ) {
    problems.add(
      "name",
      `must be the file set's, ${files.datasetName}: set the name on the FileSet (datasetName or versionOf). If ignoreChanges contains name, add files to it`,
    );
  }
  if (given.forceDestroy === true && ![UNKNOWN, "delete"].includes(given.onDelete ?? "keep"))
    problems.add("forceDestroy", 'has no effect without onDelete: "delete"');
  if (files === undefined && name === undefined) problems.add("name", "is missing");
  if (files !== undefined && !hasUnknown(files)) checkAgainstFiles(given, files, problems);
  if (!(dataType ?? files?.dataType) && !hasUnknown(files)) {
    problems.add(
      "dataType",
      "is missing and cannot be inferred: there are no files, or they are of several types",
    );
  }
  const isBucket = providerConfig !== undefined && isObject(providerConfig) === undefined;
  if (isBucket && !hasUnknown(providerConfig.provider)) {
    const owner = given.organizationUid ?? given.ownerName ?? configured;
    checkProviderConfig(providerConfig, owner !== undefined, problems);
  }
  if (
    given.slug === undefined &&
    name !== undefined &&
    !hasUnknown(name) &&
    slugFrom(name) === ""
  ) {
    problems.add("slug", `can't be made from the name ${JSON.stringify(name)}: set one`);
  }
}

/** Files of several types: a type of which there is none would make a dataset of nothing. */
export function checkIndexed(
  manifest: Manifest,
  dataType: DatasetGiven["dataType"],
  problems: Problems,
): void {
  if (dataType === undefined || hasUnknown(dataType)) return;
  if (problems.failures.length > 0 || indexedOf(manifest.entries, dataType).length > 0) return;
  const count = counted(manifest.entries.length, "file");
  problems.add("dataType", `is ${dataType}, but none of the ${count} would be indexed as that`);
}
