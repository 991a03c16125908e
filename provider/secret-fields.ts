// Which properties of which resource are secret, for the program's side and for the provider's process: read from the
// tables of their fields.
import { DATASET_FIELDS } from "./fields/dataset";
import { EXPORT_FIELDS, EXPORT_OUTPUTS } from "./fields/export";
import type { Property } from "./fields/field";
import { FILE_SET_FIELDS } from "./fields/file-set";
import { GROWING_DATASET_FIELDS } from "./fields/growing-dataset";
import { QUALITY_TARGET_FIELDS } from "./fields/quality-target";
import { STORAGE_CONFIG_FIELDS } from "./fields/storage-config";
import { WEBHOOK_FIELDS } from "./fields/webhook";
import type { ResourceKind } from "./loader";

/** A property of the resource, and names inside of it. The engine keeps the property secret as a whole. */
export type SecretPath = readonly [property: string, ...inside: string[]];

function secretsOf(table: Readonly<Record<string, Property>>): readonly SecretPath[] {
  return Object.entries(table).flatMap(([name, { secret }]): readonly SecretPath[] => {
    if (secret === undefined) return [];
    return secret === true ? [[name]] : secret.map((inside) => [name, inside] as const);
  });
}

/** Paths of what is secret in the inputs and in the outputs. */
export const SECRET_FIELDS: Readonly<Record<ResourceKind, readonly SecretPath[]>> = {
  fileSet: secretsOf(FILE_SET_FIELDS),
  dataset: secretsOf(DATASET_FIELDS),
  growingDataset: secretsOf(GROWING_DATASET_FIELDS),
  export: secretsOf({ ...EXPORT_FIELDS, ...EXPORT_OUTPUTS }),
  storageConfig: secretsOf(STORAGE_CONFIG_FIELDS),
  webhook: secretsOf(WEBHOOK_FIELDS),
  qualityTarget: secretsOf(QUALITY_TARGET_FIELDS),
};
