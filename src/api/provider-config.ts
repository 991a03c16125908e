// A bucket of the user's own, as the API takes it (contract, "Datasets", `provider_config`), and which of it is secret.
import type { Secrets } from "./secrets";
import type { Json } from "./wire";

export interface S3Config {
  readonly provider: "aws_s3";
  readonly bucketName: string;
  readonly bucketRegion: string;
  readonly bucketPrefix?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly isAccelerated?: boolean | undefined;
}

export interface GcsConfig {
  readonly provider: "gc_storage";
  readonly bucketName: string;
  readonly prefix?: string | undefined;
  /** The service account's key file, as text. */
  readonly authJsonContent: string;
}

export type ProviderConfig = S3Config | GcsConfig;

/** What opens a bucket, and is no part of which bucket it is. */
export const credentialFields = ["accessKeyId", "secretAccessKey", "authJsonContent"] as const;

export function providerBody(config: ProviderConfig): Json {
  if (config.provider === "gc_storage") {
    return {
      provider: config.provider,
      gc_storage_bucket_name: config.bucketName,
      gc_storage_prefix: config.prefix,
      gc_storage_auth_json_content: config.authJsonContent,
    };
  }
  return {
    provider: config.provider,
    s3_bucket_name: config.bucketName,
    s3_bucket_region: config.bucketRegion,
    s3_bucket_prefix: config.bucketPrefix,
    s3_access_key_id: config.accessKeyId,
    s3_secret_access_key: config.secretAccessKey,
    s3_is_accelerated: config.isAccelerated,
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
