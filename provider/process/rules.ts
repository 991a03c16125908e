// What an input may be, one rule a property, so that `check` tells everything that is wrong at once.
// Knows nothing of resources. Absent and unknown values pass: whether one is required is the handler's business.
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { dataTypes } from "../../src/files/media";
import { isAvalaError } from "../../src/errors";
import type { Problems } from "./failures";
import { hasUnknown } from "./unknown";

/** Says why `value` can't be used, or `undefined`. */
export type Rule = (value: unknown) => string | undefined;
export type Rules = Readonly<Record<string, Rule>>;

export function applyRules(inputs: object, rules: Rules, problems: Problems): void {
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(inputs));
  for (const [property, rule] of Object.entries(rules)) {
    const value = given.get(property);
    if (value === undefined || value === null || hasUnknown(value)) continue;
    const reason = rule(value);
    if (reason !== undefined) problems.add(property, reason);
  }
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

export const isText: Rule = (value) =>
  typeof value === "string" && value.trim() !== "" ? undefined : "must be a text that is not empty";

export const isFlag: Rule = (value) =>
  typeof value === "boolean" ? undefined : `must be true or false (got ${quoted(value)})`;

export const isTextList: Rule = (value) =>
  Array.isArray(value) && value.every((item) => isText(item) === undefined)
    ? undefined
    : "must be a list of texts that are not empty";

export const isTextMap: Rule = (value) =>
  isObject(value) === undefined &&
  Object.values(value as object).every((item) => typeof item === "string")
    ? undefined
    : "must be an object of texts";

export const isObject: Rule = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? undefined
    : "must be an object";

export function isOneOf(allowed: readonly string[]): Rule {
  return (value) =>
    typeof value === "string" && allowed.includes(value)
      ? undefined
      : `must be one of ${allowed.join(", ")}, and is ${quoted(value)}`;
}

export const isDataType: Rule = isOneOf(dataTypes);

export function isWhole(least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number ${range}, and is ${quoted(value)}`;
}

export const isMinutes: Rule = (value) =>
  typeof value === "number" && value > 0 && Number.isFinite(value)
    ? undefined
    : `must be a number of minutes above 0, and is ${quoted(value)}`;

/** A name that a dataset may have: it is also the folder that its files are stored in. */
export const isDatasetName: Rule = (value) => {
  const text = isText(value);
  if (text !== undefined) return text;
  if (/[{}]/.test(value as string)) return "must not have braces: a name has no placeholders here";
  try {
    datasetVersionName(value as string, "");
    return undefined;
  } catch (error) {
    if (isAvalaError(error)) return error.message;
    throw error;
  }
};

export const isSlug: Rule = (value) =>
  typeof value === "string" && /^[A-Za-z0-9_-]+$/.test(value)
    ? undefined
    : `must be made of letters, digits, - and _ alone, and is ${quoted(value)}`;
