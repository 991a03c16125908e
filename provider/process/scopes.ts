// Which scopes of the key a resource needs before it is made (docs/api.md, "Scopes").
import type { Avala } from "../../src/api/connection";
import { requireScopes } from "../../src/api/permissions";
import type { Scope } from "../../src/api/scopes";
import type { ResourceKind } from "../loader";

const ofUploads: readonly Scope[] = ["datasets.read", "datasets.write"];

/** As programs name them. */
const NAMES: Readonly<Record<ResourceKind, string>> = {
  fileSet: "FileSet",
  dataset: "Dataset",
  export: "Export",
  storageConfig: "StorageConfig",
  webhook: "Webhook",
};

const SCOPES: Readonly<Record<ResourceKind, readonly Scope[]>> = {
  fileSet: ofUploads,
  dataset: ofUploads,
  export: ["exports.create", "exports.read"],
  storageConfig: ["storage.read", "storage.write"],
  webhook: ["webhooks.read", "webhooks.write"],
};

/** Refuses a creation that the key is known not to be able to finish. @throws as {@link requireScopes} */
export async function requireScopesOf(kind: ResourceKind, avala: Avala): Promise<void> {
  await requireScopes(avala, SCOPES[kind], `make the ${NAMES[kind]}`);
}
