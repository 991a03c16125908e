// A bucket of the user's own, as the API takes it (contract, "Buckets"), and which of it is secret. Which fields go
// together, bucket-rules says.
import type { Json } from "../../../json";
import type { Secrets } from "../../secrets";

interface Selection {
  /** Only files of these suffixes are taken: `jpg`, `png`. @default as the server decides */
  readonly includedExtensions?: readonly string[] | undefined;
  /** What lies under these paths is left out. */
  readonly ignoredPaths?: readonly string[] | undefined;
}

/** Reached by keys, or by a role (`roleArn`), which needs an organization. */
export interface S3Config extends Selection {
  readonly provider: "aws_s3";
  readonly bucketName: string;
  readonly bucketRegion: string;
  /** Literal. */
  readonly bucketPrefix?: string | undefined;
  /** @default `iam_role` where there is a `roleArn`, else as the server decides */
  readonly authMethod?: "access_key" | "iam_role" | undefined;
  /** A role of your own that Avala assumes; `getStorageSetupInfo` says whom it has to trust. */
  readonly roleArn?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly isAccelerated?: boolean | undefined;
  /** Files are read through this CloudFront distribution. */
  readonly cloudfrontDomain?: string | undefined;
  readonly cloudfrontPublicKeyId?: string | undefined;
}

export interface GcsConfig extends Selection {
  readonly provider: "gc_storage";
  readonly bucketName: string;
  /** Literal. */
  readonly prefix?: string | undefined;
  /** The service account's key file, as text. */
  readonly authJsonContent: string;
}

export type ProviderConfig = S3Config | GcsConfig;

/** What is secret of what opens a bucket. */
export const credentialFields = ["accessKeyId", "secretAccessKey", "authJsonContent"] as const;

/** What opens a bucket, and does not identify it. */
export const accessFields = [...credentialFields, "authMethod", "roleArn"] as const;

const SELECTION = {
  includedExtensions: "included_extensions",
  ignoredPaths: "ignored_paths",
} as const;

type Names<Config> = Readonly<Record<Exclude<keyof Config, "provider">, string>>;

const S3: Names<S3Config> = {
  bucketName: "s3_bucket_name",
  bucketRegion: "s3_bucket_region",
  bucketPrefix: "s3_bucket_prefix",
  authMethod: "s3_auth_method",
  roleArn: "s3_role_arn",
  accessKeyId: "s3_access_key_id",
  secretAccessKey: "s3_secret_access_key",
  isAccelerated: "s3_is_accelerated",
  cloudfrontDomain: "s3_cloudfront_domain",
  cloudfrontPublicKeyId: "s3_cloudfront_public_key_id",
  ...SELECTION,
};

const GCS: Names<GcsConfig> = {
  bucketName: "gc_storage_bucket_name",
  prefix: "gc_storage_prefix",
  authJsonContent: "gc_storage_auth_json_content",
  ...SELECTION,
};

/** What each provider's fields are called here → what the API calls them. */
export const wireNames: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ["aws_s3", new Map(Object.entries(S3))],
  ["gc_storage", new Map(Object.entries(GCS))],
]);

const INPUT_NAMES = new Map(
  [S3, GCS].flatMap((names) => Object.entries(names).map(([name, wire]) => [wire, name])),
);

/** What a field that the server names is called here; as it is where it is none of a bucket's. */
export function inputNameOf(wire: string): string {
  return INPUT_NAMES.get(wire) ?? wire;
}

/** A role is enough to say how the server signs in. */
export function authMethodOf(config: {
  readonly authMethod?: unknown;
  readonly roleArn?: unknown;
}): unknown {
  return config.authMethod ?? (config.roleArn === undefined ? undefined : "iam_role");
}

/** Lists are text on the wire, and one that is empty says nothing. */
function onWire(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.length === 0 ? undefined : value.join(",");
}

export function providerBody(config: ProviderConfig): Json {
  const given = new Map<string, unknown>(Object.entries(config));
  if (config.provider === "aws_s3") given.set("authMethod", authMethodOf(config));
  const names = [...(wireNames.get(config.provider) ?? [])];
  return {
    provider: config.provider,
    ...Object.fromEntries(names.map(([name, wire]) => [wire, onWire(given.get(name))])),
  };
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
