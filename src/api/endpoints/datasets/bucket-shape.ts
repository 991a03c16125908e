// The types of a bucket's fields. Which of them are needed and go together, bucket-rules says.
import { aFlag, aText, aTextList, maybe, oneOf, partOf, type Shape } from "../../../shapes";
import type { GcsConfig, ProviderConfig, S3Config } from "./provider-config";

const OF_SELECTION = { includedExtensions: maybe(aTextList), ignoredPaths: maybe(aTextList) };

const anS3Config = partOf<Partial<S3Config>>({
  provider: maybe(oneOf(["aws_s3"])),
  bucketName: maybe(aText),
  bucketRegion: maybe(aText),
  bucketPrefix: maybe(aText),
  authMethod: maybe(oneOf(["access_key", "iam_role"])),
  roleArn: maybe(aText),
  accessKeyId: maybe(aText),
  secretAccessKey: maybe(aText),
  isAccelerated: maybe(aFlag),
  cloudfrontDomain: maybe(aText),
  cloudfrontPublicKeyId: maybe(aText),
  ...OF_SELECTION,
});

const aGcsConfig = partOf<Partial<GcsConfig>>({
  provider: maybe(oneOf(["gc_storage"])),
  bucketName: maybe(aText),
  prefix: maybe(aText),
  authJsonContent: maybe(aText),
  ...OF_SELECTION,
});

const aProvider = partOf<Pick<ProviderConfig, "provider">>({
  provider: oneOf(["aws_s3", "gc_storage"]),
});

export const aProviderConfig: Shape<ProviderConfig> = (input, config) => {
  const problems = aProvider(input, config);
  if (problems.length > 0) return problems;
  return config.provider === "aws_s3" ? anS3Config(input, config) : aGcsConfig(input, config);
};
