// The fields of a GrowingDataset. All of them are in the state as they were declared.
import { COMMON_FIELDS } from "./dataset";
import type { Fields, Property } from "./field";
import { FILE_SET_FIELDS } from "./file-set";
import { isDatasetName, isDataType, isOneOf, isText } from "./rules";

const { root, include, exclude, prefix, includeHidden, symlinks, allowLinkTargets } =
  FILE_SET_FIELDS;
const { checkContent, minAgeMinutes, concurrency } = FILE_SET_FIELDS;
const { visibility, metadata, industry, license, createMetadata, waitForIngest, timeoutMinutes } =
  COMMON_FIELDS;

export const GROWING_DATASET_FIELDS = {
  // Another name, owner or type is another set. Which files are chosen, and how, shows only in the digest.
  name: { rule: isDatasetName, change: "replace", output: "declared" },
  organizationUid: { rule: isText, change: "replace", output: "declared" },
  dataType: { rule: isDataType, change: "replace", output: "declared" },
  ...{ root, include, exclude, prefix, includeHidden, symlinks, allowLinkTargets },
  ...{ checkContent, minAgeMinutes, concurrency },
  // What changes while it is read comes with the next increment; a version would be made without it.
  changingFiles: { rule: isOneOf(["fail", "leave-out"]), change: "ignore", output: "declared" },
  // These count for the increments that are made from then on: no call changes a dataset.
  visibility: { ...visibility, change: "ignore", output: "declared" },
  metadata: { ...metadata, change: "ignore" },
  industry: { ...industry, change: "ignore" },
  license: { ...license, change: "ignore" },
  ...{ createMetadata, waitForIngest, timeoutMinutes },
} as const satisfies Fields;

/** What `check` reads from the disk. */
export const GROWING_DATASET_FACTS = {
  digest: { change: "update" },
} as const satisfies Readonly<Record<string, Property>>;
