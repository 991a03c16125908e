// The fields of every resource, by its kind. No logic.
import type { ResourceKind } from "../loader";
import { DATASET_FIELDS } from "./dataset";
import { EXPORT_FIELDS } from "./export";
import type { Fields } from "./field";
import { FILE_SET_FIELDS } from "./file-set";
import { GROWING_DATASET_FIELDS } from "./growing-dataset";
import { QUALITY_TARGET_FIELDS } from "./quality-target";
import { STORAGE_CONFIG_FIELDS } from "./storage-config";
import { WEBHOOK_FIELDS } from "./webhook";

export const FIELDS: Readonly<Record<ResourceKind, Fields>> = {
  fileSet: FILE_SET_FIELDS,
  dataset: DATASET_FIELDS,
  growingDataset: GROWING_DATASET_FIELDS,
  export: EXPORT_FIELDS,
  storageConfig: STORAGE_CONFIG_FIELDS,
  webhook: WEBHOOK_FIELDS,
  qualityTarget: QUALITY_TARGET_FIELDS,
};
