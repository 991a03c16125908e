// A bucket as a Dataset and a StorageConfig declare it: what each field may be, and whether two are the same. Pure.
import { problemsOfBucket, type BucketOwner } from "../../src/api/endpoints/bucket-rules";
import { accessFields, authMethodOf, wireNames } from "../../src/api/endpoints/provider-config";
import type { InputProblem } from "../../src/errors";
import { Problems } from "../process/failures";
import { applyRules, isFlag, isOneOf, isText, isTextList, type Rules } from "../process/rules";

export const BUCKET_RULES: Rules = {
  provider: isOneOf([...wireNames.keys()]),
  bucketName: isText,
  bucketRegion: isText,
  bucketPrefix: isText,
  prefix: isText,
  authMethod: isOneOf(["access_key", "iam_role"]),
  roleArn: isText,
  accessKeyId: isText,
  secretAccessKey: isText,
  authJsonContent: isText,
  isAccelerated: isFlag,
  cloudfrontDomain: isText,
  cloudfrontPublicKeyId: isText,
  includedExtensions: isTextList,
  ignoredPaths: isTextList,
};

/** Everything that is wrong with a bucket, by its fields. */
export function bucketProblems(config: object, owner: BucketOwner): readonly InputProblem[] {
  const problems = new Problems();
  applyRules(config, BUCKET_RULES, problems);
  const ofFields = problems.failures.map(({ property, reason }) => ({
    input: property,
    text: reason,
  }));
  return [...ofFields, ...problemsOfBucket(config, owner)];
}

/** Order and repetition in a list say nothing, and neither does an empty one. */
function asSet(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.length === 0 ? undefined : [...new Set<unknown>(value)].sort();
}

/** So that what is sent alike compares alike. */
export function comparable(config: object): Readonly<Record<string, unknown>> {
  const fields = Object.entries(config).map(([name, value]) => [name, asSet(value)] as const);
  return { ...Object.fromEntries(fields), authMethod: authMethodOf(config) };
}

function split(
  config: object | undefined,
  isWanted: (name: string) => boolean,
): object | undefined {
  if (config === undefined) return undefined;
  const fields = Object.entries(comparable(config)).filter(
    ([name, value]) => value !== undefined && isWanted(name),
  );
  return Object.fromEntries(fields);
}

const ACCESS: ReadonlySet<string> = new Set(accessFields);

/** Which bucket it is. Keys are rotated, and the bucket stays the same. */
export function bucketOf(config: object | undefined): object | undefined {
  return split(config, (name) => !ACCESS.has(name));
}

/** What opens it. */
export function accessOf(config: object | undefined): object | undefined {
  return split(config, (name) => ACCESS.has(name));
}
