// What a bucket is described by, in a storage config and in a dataset's `provider_config` (contract, "Buckets").
// Credentials are looked at and let go: nothing here reads from the user's bucket, and secrets are kept nowhere.
import type { Fields } from "../fields";

const PROVIDERS: readonly string[] = ["aws_s3", "gc_storage"];

const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ["aws_s3", ["s3_bucket_name", "s3_bucket_region"]],
  ["gc_storage", ["gc_storage_bucket_name"]],
]);

const AUTH_METHODS: readonly string[] = ["access_key", "iam_role"];

/** Returned as they were sent. */
const SHOWN = [
  "s3_bucket_name",
  "s3_bucket_region",
  "s3_bucket_prefix",
  "s3_cloudfront_domain",
  "s3_cloudfront_public_key_id",
  "gc_storage_bucket_name",
  "gc_storage_prefix",
  // Separated by commas.
  "included_extensions",
  "ignored_paths",
];

/** Never returned. */
const HIDDEN = [
  "s3_role_arn",
  "s3_access_key_id",
  "s3_secret_access_key",
  "gc_storage_auth_json_content",
];

/** What may be shown of it. */
export function readBucket(fields: Fields): Readonly<Record<string, unknown>> {
  const provider = fields.choice("provider", PROVIDERS, true) ?? "";
  const needed = NEEDED.get(provider) ?? [];
  const shown = SHOWN.map((name): readonly [string, string | null] => [
    name,
    fields.text(name, { required: needed.includes(name), mayBeBlank: true }) ?? null,
  ]);
  const authMethod = fields.choice("s3_auth_method", AUTH_METHODS) ?? null;
  for (const name of HIDDEN) {
    const isNeeded = name === "s3_role_arn" && authMethod === "iam_role";
    fields.text(name, { required: isNeeded, mayBeBlank: true });
  }
  const isAccelerated = fields.flag("s3_is_accelerated") ?? false;
  return {
    provider,
    ...Object.fromEntries(shown),
    s3_auth_method: authMethod,
    s3_is_accelerated: isAccelerated,
  };
}
