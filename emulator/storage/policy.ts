// Verifies a POST form before its file is read: signature, expiry, then every condition. Pure.
import { timingSafeEqual } from "node:crypto";
import type { S3Error } from "./errors";
import {
  accessDenied,
  expiredForm,
  invalidArgument,
  policyDenied,
  signatureMismatch,
  unknownAccessKey,
} from "./errors";
import { FORM_LIMIT_BYTES } from "./s3/presign";
import type { Signer } from "./s3/sigv4";
import { ALGORITHM, parseAmzDate } from "./s3/sigv4";

export interface AcceptedForm {
  readonly key: string;
  readonly contentType: string;
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Field names are lower-case, as S3 compares them. */
type Fields = ReadonlyMap<string, string>;

/** Fields that a policy need not name (S3's "POST policy" page: these and those that start with x-ignore-). */
const NEEDS_NO_CONDITION = new Set(["policy", "x-amz-signature", "file", "bucket"]);

/** Throws the S3Error that S3 would answer with. */
export function verifyForm(
  fields: Fields,
  bucket: string,
  signer: Signer,
  now: number,
): AcceptedForm {
  const key = fields.get("key");
  if (key === undefined || key === "")
    throw invalidArgument("Bucket POST must contain a field named 'key'.");
  const policyText = fields.get("policy");
  if (policyText === undefined) throw accessDenied("Access Denied");
  verifySignature(fields, policyText, signer);
  const policy = parsePolicy(policyText);
  if (!(Date.parse(policy.expiration) > now)) throw expiredForm();
  const range = checkConditions(policy.conditions, fields, bucket);
  return { key, contentType: fields.get("content-type") ?? "binary/octet-stream", ...range };
}

function verifySignature(fields: Fields, policy: string, signer: Signer): void {
  if (field(fields, "x-amz-algorithm") !== ALGORITHM) {
    throw invalidArgument(`Only ${ALGORITHM} is supported.`);
  }
  const [accessKey = "", date = "", ...rest] = field(fields, "x-amz-credential").split("/");
  if (accessKey !== signer.credentials.accessKey) throw unknownAccessKey(accessKey);
  if (`${date}/${rest.join("/")}` !== signer.scope(date)) throw badScope();
  const amzDate = field(fields, "x-amz-date");
  if (Number.isNaN(parseAmzDate(amzDate)) || !amzDate.startsWith(date)) throw badScope();
  if (!sameText(signer.sign(date, policy), field(fields, "x-amz-signature")))
    throw signatureMismatch();
}

function field(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value === undefined)
    throw invalidArgument(`Bucket POST must contain a field named '${name}'.`);
  return value;
}

function badScope(): S3Error {
  return invalidArgument("The credential's scope does not fit this store or the x-amz-date.");
}

export function sameText(a: string, b: string): boolean {
  const [ofA, ofB] = [Buffer.from(a), Buffer.from(b)];
  return ofA.length === ofB.length && timingSafeEqual(ofA, ofB);
}

interface Policy {
  readonly expiration: string;
  readonly conditions: readonly unknown[];
}

function parsePolicy(text: string): Policy {
  try {
    const value = JSON.parse(Buffer.from(text, "base64").toString()) as Partial<Policy>;
    if (typeof value.expiration === "string" && Array.isArray(value.conditions))
      return value as Policy;
  } catch {
    // Falls through to the one refusal: S3 does not say which part is not JSON either.
  }
  throw policyDenied("Invalid JSON.");
}

function checkConditions(conditions: readonly unknown[], fields: Fields, bucket: string) {
  let range = { minBytes: 0, maxBytes: FORM_LIMIT_BYTES };
  const covered = new Set<string>();
  for (const condition of conditions) {
    const [operator, name, value] = readCondition(condition);
    if (operator === "content-length-range") {
      range = { minBytes: Number(name), maxBytes: Number(value) };
      continue;
    }
    covered.add(name);
    const actual = name === "bucket" ? bucket : (fields.get(name) ?? "");
    const holds = operator === "eq" ? actual === value : actual.startsWith(value);
    if (!holds)
      throw policyDenied(`Policy Condition failed: ["${operator}", "$${name}", "${value}"]`);
  }
  for (const name of fields.keys()) {
    const free = covered.has(name) || NEEDS_NO_CONDITION.has(name) || name.startsWith("x-ignore-");
    if (!free) throw policyDenied(`Extra input fields: ${name}`);
  }
  return range;
}

/** `{name: value}` is short for `["eq", "$name", value]`. */
function readCondition(
  condition: unknown,
): readonly [operator: string, name: string, value: string] {
  if (Array.isArray(condition)) {
    const [operator, name, value] = condition.map(String);
    return [
      operator?.toLowerCase() ?? "",
      (name ?? "").replace("$", "").toLowerCase(),
      value ?? "",
    ];
  }
  const [name, value] = Object.entries(
    (condition ?? {}) as Readonly<Record<string, unknown>>,
  )[0] ?? ["", ""];
  return ["eq", name.toLowerCase(), String(value)];
}
