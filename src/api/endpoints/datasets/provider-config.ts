// A bucket of the user's own, as the API takes it (contract, "Buckets"), and which of it is secret. Which fields go
// together, bucket-rules says.
import type { Json } from "../../../json";
import type { Secrets } from "../../secrets";
import { bodyOf, sent, type ObjectOf, type SentField } from "../../wire-table";

/** Lists are text on the wire, and one that is empty says nothing. */
function listed(wire: string): SentField<readonly string[] | undefined> {
  return sent(wire, (list) => (list?.length === 0 ? undefined : list?.join(",")));
}

const maybe = sent<string | undefined>;

const SELECTION = {
  /** Only files of these suffixes are taken: `jpg`, `png`. @default as the server decides */
  includedExtensions: listed("included_extensions"),
  /** What lies under these paths is left out. */
  ignoredPaths: listed("ignored_paths"),
};

const S3 = {
  bucketName: sent<string>("s3_bucket_name"),
  bucketRegion: sent<string>("s3_bucket_region"),
  /** Literal. */
  bucketPrefix: maybe("s3_bucket_prefix"),
  /** @default `iam_role` where there is a `roleArn`, else as the server decides */
  authMethod: sent<"access_key" | "iam_role" | undefined>("s3_auth_method"),
  /** A role of your own that Avala assumes; `getStorageSetupInfo` says whom it has to trust. */
  roleArn: maybe("s3_role_arn"),
  accessKeyId: maybe("s3_access_key_id"),
  secretAccessKey: maybe("s3_secret_access_key"),
  isAccelerated: sent<boolean | undefined>("s3_is_accelerated"),
  /** Files are read through this CloudFront distribution. */
  cloudfrontDomain: maybe("s3_cloudfront_domain"),
  cloudfrontPublicKeyId: maybe("s3_cloudfront_public_key_id"),
  ...SELECTION,
};

const GCS = {
  bucketName: sent<string>("gc_storage_bucket_name"),
  /** Literal. */
  prefix: maybe("gc_storage_prefix"),
  /** The service account's key file, as text. */
  authJsonContent: sent<string>("gc_storage_auth_json_content"),
  ...SELECTION,
};

/** Reached by keys, or by a role (`roleArn`), which needs an organization. */
export interface S3Config extends ObjectOf<typeof S3> {
  readonly provider: "aws_s3";
}

export interface GcsConfig extends ObjectOf<typeof GCS> {
  readonly provider: "gc_storage";
}

export type ProviderConfig = S3Config | GcsConfig;

/** What is secret of what opens a bucket. */
export const credentialFields = ["accessKeyId", "secretAccessKey", "authJsonContent"] as const;

/** What opens a bucket, and does not identify it. */
export const accessFields = [...credentialFields, "authMethod", "roleArn"] as const;

function namesOf(table: Readonly<Record<string, SentField<never>>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(table).map(([name, { wire }]) => [name, wire]));
}

/** What each provider's fields are called here → what the API calls them. */
export const wireNames: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ["aws_s3", namesOf(S3)],
  ["gc_storage", namesOf(GCS)],
]);

const INPUT_NAMES = new Map(
  [...wireNames.values()].flatMap((names) => [...names].map(([name, wire]) => [wire, name])),
);

/** What a field that the server names is called here; as it is where it is none of a bucket's. */
export function inputNameOf(wire: string): string {
  return INPUT_NAMES.get(wire) ?? wire;
}

/** A role is enough to say how the server signs in. */
export function authMethodOf<Method>(config: {
  readonly authMethod?: Method;
  readonly roleArn?: unknown;
}): Method | "iam_role" | undefined {
  return config.authMethod ?? (config.roleArn === undefined ? undefined : "iam_role");
}

export function providerBody(config: ProviderConfig): Json {
  const { provider } = config;
  if (provider === "gc_storage") return { provider, ...bodyOf(GCS, config) };
  return { provider, ...bodyOf(S3, { ...config, authMethod: authMethodOf(config) }) };
}

/** Has the credentials masked from now on: a server may quote them in an error. */
export function hideCredentials(secrets: Secrets, config: ProviderConfig | undefined): void {
  if (config?.provider === "aws_s3") {
    secrets.add(config.secretAccessKey);
    secrets.add(config.accessKeyId);
  } else if (config?.provider === "gc_storage") {
    secrets.add(config.authJsonContent);
  }
}
