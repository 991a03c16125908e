// Which fields of a bucket are needed and which go together (contract, "Buckets"). Pure. Knows nothing of their types;
// what is not known yet counts as given.
import { InputError, type InputProblem } from "../../../errors";
import { authMethodOf, wireNames, type ProviderConfig } from "./provider-config";

/** What a dataset's bucket belongs to: only an organization's can be reached by a role. */
export interface BucketOwner {
  readonly hasOrganization: boolean;
  /** The input that names the organization. */
  readonly input: string;
}

type Given = ReadonlyMap<string, unknown>;

const REQUIRED: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["aws_s3", ["bucketName", "bucketRegion"]],
  ["gc_storage", ["bucketName", "authJsonContent"]],
]);

const KEYS = ["accessKeyId", "secretAccessKey"];
const LISTS = ["includedExtensions", "ignoredPaths"];

function problemsOfRole(given: Given, owner: BucketOwner | undefined): InputProblem[] {
  const problems = KEYS.filter((key) => given.has(key)).map((input) => ({
    input,
    text: "can't be combined with a role: use roleArn, or the two keys",
  }));
  if (!given.has("roleArn")) {
    problems.push({ input: "roleArn", text: "is missing: authMethod iam_role needs it" });
  } else if (owner?.hasOrganization === false) {
    const text = `needs ${owner.input}: only an organization's bucket can be reached by a role`;
    problems.push({ input: "roleArn", text });
  }
  return problems;
}

function problemsOfKeys(given: Given): InputProblem[] {
  const needed = given.has("authMethod") || KEYS.some((key) => given.has(key));
  const missing = needed ? KEYS.filter((key) => !given.has(key)) : [];
  const text = "is missing: accessKeyId and secretAccessKey go together";
  const problems: InputProblem[] = missing.map((input) => ({ input, text }));
  if (given.has("roleArn"))
    problems.push({ input: "roleArn", text: "can't be combined with authMethod access_key" });
  return problems;
}

function problemsOfAccess(given: Given, owner: BucketOwner | undefined): InputProblem[] {
  const method = authMethodOf(Object.fromEntries(given));
  if (method === "iam_role") return problemsOfRole(given, owner);
  return method === undefined || method === "access_key" ? problemsOfKeys(given) : [];
}

/** On the wire they are text between commas. */
function problemsOfLists(given: Given): InputProblem[] {
  const hasComma = (list: unknown): boolean =>
    Array.isArray(list) && list.some((item) => typeof item === "string" && item.includes(","));
  return LISTS.filter((name) => hasComma(given.get(name))).map((input) => ({
    input,
    text: "can't contain a comma: list each one separately",
  }));
}

/**
 * Everything that can't be asked of this bucket; nothing for a provider that is not known. Without an owner it is a storage
 * config's, which is always an organization's: a user of one organization need not name it (contract, "Storage configs").
 */
export function problemsOfBucket(config: object, owner?: BucketOwner): readonly InputProblem[] {
  const given: Given = new Map(
    Object.entries(config).filter(([, value]: [string, unknown]) => value !== undefined),
  );
  const provider = given.get("provider");
  const required = REQUIRED.get(provider) ?? [];
  const own = wireNames.get(String(provider));
  if (own === undefined) return [];
  const others = [...wireNames.values()].flatMap((names) => [...names.keys()]);
  return [
    ...required
      .filter((name) => !given.has(name))
      .map((input) => ({ input, text: `is missing: ${String(provider)} needs it` })),
    ...[...given.keys()]
      .filter((name) => others.includes(name) && !own.has(name))
      .map((input) => ({ input, text: `can't be combined with ${String(provider)}` })),
    ...(provider === "aws_s3" ? problemsOfAccess(given, owner) : []),
    ...problemsOfLists(given),
  ];
}

/** @throws InputError for what can't be asked of this bucket; nothing was sent */
export function checkBucket(config: ProviderConfig | undefined, owner?: BucketOwner): void {
  const problems = config === undefined ? [] : problemsOfBucket(config, owner);
  if (problems.length > 0) throw new InputError(problems);
}
