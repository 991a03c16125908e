// What an input may be, one rule per property, so that `check` reports everything that is wrong at once.
// Knows nothing of resources, and of whether an input is required.
import { MAX_NAME_CHARACTERS } from "../../src/api/limits";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { dataTypes, type DataType } from "../../src/files/media";
import { isAvalaError } from "../../src/errors";
import { mustBe, numberIn } from "../../src/wrong-value";

/** Says why `value` can't be used, or `undefined`. */
export interface Rule<Value = unknown> {
  (value: unknown): string | undefined;
  /** Never there: it names the type of what the rule accepts, so that a table's types are read from its rules. */
  readonly accepts?: Value;
}

export const isText: Rule<string> = (value) =>
  typeof value === "string" && value.trim() !== "" ? undefined : "must be a non-empty string";

/** As the API takes a name: of an export, of a quality target. */
export const isApiName: Rule<string> = (value) => {
  const text = isText(value);
  if (text !== undefined) return text;
  const { length } = value as string;
  return length <= MAX_NAME_CHARACTERS
    ? undefined
    : `has ${length} characters, more than ${MAX_NAME_CHARACTERS}`;
};

export const isFlag: Rule<boolean> = (value) =>
  typeof value === "boolean" ? undefined : mustBe("true or false", value);

export const isNumber: Rule<number> = (value) =>
  typeof value === "number" && Number.isFinite(value) ? undefined : mustBe("a number", value);

export const isTextList: Rule<readonly string[]> = (value) =>
  Array.isArray(value) && value.every((item) => isText(item) === undefined)
    ? undefined
    : "must be a list of non-empty strings";

export const isTextMap: Rule<Readonly<Record<string, string>>> = (value) =>
  isObject(value) === undefined &&
  Object.values(value as object).every((item) => typeof item === "string")
    ? undefined
    : "must be an object of strings";

export const isObject: Rule<object> = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? undefined
    : "must be an object";

export function isOneOf<const Word extends string>(allowed: readonly Word[]): Rule<Word> {
  const words: readonly string[] = allowed;
  return (value) =>
    typeof value === "string" && words.includes(value)
      ? undefined
      : mustBe(`one of ${allowed.join(", ")}`, value);
}

export const isDataType: Rule<DataType> = isOneOf(dataTypes);

export function isWhole(least: number, most?: number): Rule<number> {
  return (value) =>
    Number.isSafeInteger(value) &&
    (value as number) >= least &&
    (value as number) <= (most ?? Number.MAX_SAFE_INTEGER)
      ? undefined
      : mustBe(numberIn({ least, most, isWhole: true }), value);
}

export const isMinutes: Rule<number> = (value) =>
  typeof value === "number" && value > 0 && Number.isFinite(value)
    ? undefined
    : mustBe("a number of minutes above 0", value);

/** A name that a dataset may have: it is also the folder that its files are stored in. */
export const isDatasetName: Rule<string> = (value) => {
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

export const isSlug: Rule<string> = (value) =>
  typeof value === "string" && /^[A-Za-z0-9_-]+$/.test(value)
    ? undefined
    : mustBe("made of letters, digits, - and _ only", value);
