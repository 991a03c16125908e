// The fields of a bucket, as a Dataset and a StorageConfig declare it, and whether two buckets are the same. Pure.
import {
  accessFields,
  authMethodOf,
  wireNames,
} from "../../src/api/endpoints/datasets/provider-config";
import { asSet, type Field, type Fields } from "./field";
import { isFlag, isOneOf, isText, isTextList, type Rule } from "./rules";

/** No call of the API changes a bucket. What each provider calls its fields is in `provider-config`. */
function bucketField<Value>(rule: Rule<Value>): Field<Value> {
  return { rule, change: "replace", output: "declared" };
}

function credential(rule: Rule<string>): Field<string> {
  return { ...bucketField(rule), secret: true };
}

export const BUCKET_FIELDS = {
  provider: { ...bucketField(isOneOf([...wireNames.keys()])), required: true },
  bucketName: bucketField(isText),
  bucketRegion: bucketField(isText),
  bucketPrefix: bucketField(isText),
  prefix: bucketField(isText),
  authMethod: bucketField(isOneOf(["access_key", "iam_role"])),
  roleArn: bucketField(isText),
  accessKeyId: credential(isText),
  secretAccessKey: credential(isText),
  authJsonContent: credential(isText),
  isAccelerated: bucketField(isFlag),
  cloudfrontDomain: bucketField(isText),
  cloudfrontPublicKeyId: bucketField(isText),
  includedExtensions: bucketField(isTextList),
  ignoredPaths: bucketField(isTextList),
} satisfies Fields;

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
