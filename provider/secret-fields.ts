// Which properties of which resource are secret, for the program's side and for the provider's process. Pure data.
import { credentialFields } from "../src/api/endpoints/provider-config";
import type { ResourceKind } from "./loader";

/** A property of the resource, and names inside of it. The engine keeps the property secret as a whole. */
export type SecretPath = readonly [property: string, ...inside: string[]];

/** Paths of what is secret in the inputs and in the outputs. */
export const SECRET_FIELDS: Readonly<Record<ResourceKind, readonly SecretPath[]>> = {
  fileSet: [],
  dataset: credentialFields.map((field): SecretPath => ["providerConfig", field]),
  export: [["downloadUrl"]],
  storageConfig: credentialFields.map((field): SecretPath => [field]),
  webhook: [["secret"]],
};
