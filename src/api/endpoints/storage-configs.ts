// Connections to buckets of the user's own (contract, "Storage configs"). They belong to organizations. Credentials go
// in and never come back.
import { ApiError, isApiError } from "../../errors";
import { checkBucket } from "./datasets/bucket-rules";
import type { ApiCall } from "../call";
import { callFor } from "../call-for";
import type { Avala } from "../connection";
import { ofOrganization, withOrganization, type OfOrganization } from "./organization-advice";
import { listAll } from "../pages";
import {
  hideCredentials,
  providerBody,
  type GcsConfig,
  type S3Config,
} from "./datasets/provider-config";
import type { Fields } from "../wire";

export interface StorageConfig {
  readonly uid: string;
  readonly name: string;
  readonly provider?: string | undefined;
  readonly bucketName?: string | undefined;
  readonly bucketRegion?: string | undefined;
  readonly prefix?: string | undefined;
  readonly isVerified?: boolean | undefined;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
}

export type StorageConfigInput = OfOrganization & { readonly name: string } & (
    | S3Config
    | GcsConfig
  );

/** What a role for Avala has to trust. */
export interface StorageSetupInfo {
  readonly avalaAwsAccountId?: string | undefined;
  readonly externalId?: string | undefined;
}

function readStorageConfig(fields: Fields): StorageConfig {
  return {
    uid: fields.pathPart("uid"),
    name: fields.text("name"),
    provider: fields.maybeText("provider"),
    bucketName: fields.maybeText("s3_bucket_name") ?? fields.maybeText("gc_storage_bucket_name"),
    bucketRegion: fields.maybeText("s3_bucket_region"),
    prefix: fields.maybeText("s3_bucket_prefix") ?? fields.maybeText("gc_storage_prefix"),
    isVerified: fields.maybeFlag("is_verified"),
    createdAt: fields.maybeText("created_at"),
    updatedAt: fields.maybeText("updated_at"),
  };
}

function allOf(avala: Avala, { organization }: OfOrganization): AsyncIterator<StorageConfig> {
  const call = {
    route: "GET /storage-configs/",
    path: ["storage-configs"],
    query: { organization },
    what: "list storage configs",
  };
  return listAll(avala, call, readStorageConfig)[Symbol.asyncIterator]();
}

/**
 * Page by page as it is iterated.
 * @throws InputError when the organization is needed and missing; ApiError, as {@link Avala.call}
 */
export async function* listStorageConfigs(
  avala: Avala,
  of: OfOrganization = {},
): AsyncGenerator<StorageConfig, void, undefined> {
  const all = allOf(avala, of);
  for (;;) {
    const next = await withOrganization(avala, of, () => all.next());
    if (next.done === true) return;
    yield next.value;
  }
}

/**
 * One POST, not repeated when its outcome is unknown (the error is then `ambiguous`). Credentials are masked from now on.
 * @throws InputError for fields that don't go together, and when the organization is needed and missing; ApiError
 * `validation`
 */
export async function createStorageConfig(
  avala: Avala,
  input: StorageConfigInput,
): Promise<StorageConfig> {
  const { name, organization } = input;
  hideCredentials(avala.secrets, input);
  checkBucket(input);
  const call: ApiCall = {
    method: "POST",
    route: "POST /storage-configs/",
    path: ["storage-configs"],
    query: { organization },
    body: { name, ...providerBody(input) },
    repeat: "ambiguous",
    what: `create storage config ${name}`,
  };
  return withOrganization(avala, input, () => callFor(avala, call, readStorageConfig));
}

async function findListed(
  avala: Avala,
  uid: string,
  of: OfOrganization,
): Promise<StorageConfig | undefined> {
  const all = allOf(avala, of);
  for (;;) {
    const next = await all.next();
    if (next.done === true) return undefined;
    if (next.value.uid === uid) return next.value;
  }
}

function isAbsent(error: unknown): error is ApiError {
  return isApiError(error) && (error.code === "not_found" || error.code === "not_offered");
}

/** Where the deployment has no call for one, the list says whether it is there. */
async function readOne(avala: Avala, uid: string, of: OfOrganization): Promise<StorageConfig> {
  const what = `read storage config ${uid}`;
  const route = "GET /storage-configs/{uid}/";
  const call = { method: "GET", route, path: ["storage-configs", uid], what } as const;
  try {
    return await callFor(avala, ofOrganization(of, call), readStorageConfig);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const found = await findListed(avala, uid, of);
    if (found !== undefined) return found;
    if (error.code === "not_found") throw error;
    const text = `Could not ${what}: it is not in the list.`;
    throw new ApiError("not_found", text, { status: error.status, route, cause: error });
  }
}

/**
 * By its own call, or by the list where the deployment does not offer that. May be repeated.
 * @throws InputError when the organization is needed and missing; ApiError `not_found` when it is gone
 */
export function getStorageConfig(
  avala: Avala,
  uid: string,
  of: OfOrganization = {},
): Promise<StorageConfig> {
  return withOrganization(avala, of, () => readOne(avala, uid, of));
}

/**
 * May be repeated.
 * @throws InputError when the organization is needed and missing; ApiError `not_found` when it is gone
 */
export async function deleteStorageConfig(
  avala: Avala,
  uid: string,
  of: OfOrganization = {},
): Promise<void> {
  const call = ofOrganization(of, {
    method: "DELETE",
    route: "DELETE /storage-configs/{uid}/",
    path: ["storage-configs", uid],
    what: `delete storage config ${uid}`,
  });
  await withOrganization(avala, of, () => avala.call(call));
}

/**
 * What has to be set up in the cloud account, so that a role lets Avala in.
 * @throws InputError when the organization is needed and missing; ApiError
 */
export function getStorageSetupInfo(
  avala: Avala,
  of: OfOrganization = {},
): Promise<StorageSetupInfo> {
  const call = ofOrganization(of, {
    method: "GET",
    route: "GET /storage-configs/setup-info/",
    path: ["storage-configs", "setup-info"],
    what: "read the storage setup",
  });
  return withOrganization(avala, of, () =>
    callFor(avala, call, (fields) => ({
      avalaAwsAccountId: fields.maybeText("avala_aws_account_id"),
      externalId: fields.maybeText("external_id"),
    })),
  );
}
