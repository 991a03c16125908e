// Which properties of which resource are secret, for the program's side and for the provider's process: read from the
// tables of their fields.
import { EXPORT_OUTPUTS } from "./fields/export";
import type { Property } from "./fields/field";
import { FIELDS } from "./fields/tables";
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
  fileSet: secretsOf(FIELDS.fileSet),
  dataset: secretsOf(FIELDS.dataset),
  growingDataset: secretsOf(FIELDS.growingDataset),
  export: secretsOf({ ...FIELDS.export, ...EXPORT_OUTPUTS }),
  storageConfig: secretsOf(FIELDS.storageConfig),
  webhook: secretsOf(FIELDS.webhook),
  qualityTarget: secretsOf(FIELDS.qualityTarget),
};
