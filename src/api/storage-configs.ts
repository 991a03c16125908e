// Connections to buckets of the user's own (contract, "Storage configs"). Credentials go in and never come back.
import { callFor } from "./call-for";
import type { Avala } from "./connect";
import { listAll } from "./pages";
import { hideCredentials, providerBody, type GcsConfig, type S3Config } from "./provider-config";
import type { Fields, Json } from "./wire";

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

export type StorageConfigInput = { readonly name: string } & (
  | (S3Config & {
      /** How the server signs in; with a role, `roleArn` takes the place of the keys. */
      readonly authMethod?: string | undefined;
      readonly roleArn?: string | undefined;
    })
  | GcsConfig
);

export interface StorageTest {
  readonly isVerified: boolean;
  /** The server's words. */
  readonly message?: string | undefined;
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

/** Page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listStorageConfigs(avala: Avala): AsyncIterable<StorageConfig> {
  const call = {
    route: "GET /storage-configs/",
    path: ["storage-configs"],
    what: "list storage configs",
  };
  return listAll(avala, call, readStorageConfig);
}

/**
 * One POST, not repeated when its outcome is unknown (the error is then `ambiguous`). Credentials are masked from now on.
 * @throws ApiError `validation`
 */
export function createStorageConfig(
  avala: Avala,
  input: StorageConfigInput,
): Promise<StorageConfig> {
  hideCredentials(avala.secrets, input);
  const role =
    input.provider === "aws_s3"
      ? { s3_auth_method: input.authMethod, s3_role_arn: input.roleArn }
      : {};
  return callFor(
    avala,
    {
      method: "POST",
      route: "POST /storage-configs/",
      path: ["storage-configs"],
      body: { name: input.name, ...providerBody(input), ...role },
      repeat: "ambiguous",
      what: `create storage config ${input.name}`,
    },
    readStorageConfig,
  );
}

/** Has the server try the connection. May be repeated. @throws ApiError `not_found` */
export function testStorageConfig(avala: Avala, uid: string): Promise<StorageTest> {
  return callFor(
    avala,
    {
      method: "POST",
      route: "POST /storage-configs/{uid}/test/",
      path: ["storage-configs", uid, "test"],
      body: {},
      repeat: "safe",
      what: `test storage config ${uid}`,
    },
    (fields) => {
      const verdicts = ["verified", "success", "is_verified"].map((name) => fields.maybeFlag(name));
      const message = fields.maybeText("message") ?? fields.maybeText("error");
      return {
        isVerified: verdicts.find((verdict) => verdict !== undefined) ?? false,
        message: message === undefined ? undefined : avala.secrets.mask(message),
      };
    },
  );
}

/** May be repeated. @throws ApiError `not_found` when it is gone */
export async function deleteStorageConfig(avala: Avala, uid: string): Promise<void> {
  await avala.call({
    method: "DELETE",
    route: "DELETE /storage-configs/{uid}/",
    path: ["storage-configs", uid],
    repeat: "safe",
    what: `delete storage config ${uid}`,
  });
}

/** What has to be set up in the cloud account, as the server tells it. @throws ApiError */
export function getStorageSetupInfo(avala: Avala): Promise<Json> {
  return callFor(
    avala,
    {
      method: "GET",
      route: "GET /storage-configs/setup-info/",
      path: ["storage-configs", "setup-info"],
      repeat: "safe",
      what: "read the storage setup",
    },
    (fields) => fields.whole(),
  );
}
