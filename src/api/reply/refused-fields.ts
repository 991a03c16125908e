// Which fields of a request a refusal is about, and which it does not know (docs/api.md, "Errors"). Pure.
import { isApiError, type ApiError } from "../../errors";
import type { ErrorBody } from "./error-body";

type Words = Pick<ErrorBody, "detail" | "fields">;

const NOUN =
  "(?:fields?|param(?:eter)?s?|arguments?|keys?|inputs?|propert(?:y|ies)|attributes?|names?)";
// What frameworks say of a field that they do not know. "Unknown upload" is about a value: leaving its field out would
// ask for something else.
const UNKNOWN_NOUN = new RegExp(
  `\\b(?:unknown|unexpected|unrecogni[sz]ed|additional|extra|unsupported|no such) (?:\\w+ )?${NOUN}\\b`,
  "i",
);
const IS_UNKNOWN = new RegExp(
  [
    "\\bnot (?:supported|allowed|permitted|expected|recogni[sz]ed)\\b",
    "\\b(?:is|was|are|were) (?:unknown|unexpected|unrecogni[sz]ed|unsupported)\\b",
    "^(?:unknown|unexpected|unrecogni[sz]ed|unsupported)\\.?$",
  ].join("|"),
  "i",
);

function isOfUnknown(text: string): boolean {
  return UNKNOWN_NOUN.test(text) || IS_UNKNOWN.test(text);
}

/** A refusal of what was sent. */
export function isRefusal(error: unknown): error is ApiError {
  return isApiError(error) && (error.status === 400 || error.status === 422);
}

function lastPart(field: string): string {
  return field.slice(field.lastIndexOf(".") + 1);
}

function hasWord(text: string, word: string): boolean {
  return text.split(/[^\w-]+/).includes(word);
}

/** What is said about a field: its own messages; of other texts, those that mention it. */
function textsAbout({ detail, fields }: Words, field: string): readonly string[] {
  const own = Object.entries(fields).flatMap(([name, messages]) =>
    lastPart(name) === field ? messages : [],
  );
  if (own.length > 0) return own;
  const others = Object.entries(fields).flatMap(([name, messages]) =>
    // `{"unknown_fields": ["project"]}` says by its key what is wrong.
    messages.map((text) => `${name.replaceAll("_", " ")}: ${text}`),
  );
  const all = others.length === 0 ? [detail ?? ""] : others;
  return all.filter((text) => hasWord(text, field));
}

/** Those of `candidates` that it is about: by field, or where no field is one of them, in its words. */
export function namedFields(words: Words, candidates: readonly string[]): readonly string[] {
  const keys = new Set(Object.keys(words.fields).map(lastPart));
  const byKey = candidates.filter((field) => keys.has(field));
  return byKey.length > 0
    ? byKey
    : candidates.filter((field) => textsAbout(words, field).length > 0);
}

/** Those of `candidates` that it says are not known. */
export function unknownFields(words: Words, candidates: readonly string[]): readonly string[] {
  return candidates.filter((field) => textsAbout(words, field).some(isOfUnknown));
}

/** Whether it says of a field that it is not known, and not of which. */
export function hasUnknownField({ detail = "", fields }: Words): boolean {
  const isOfNone = Object.keys(fields).every((name) => name === "non_field_errors");
  return isOfNone && UNKNOWN_NOUN.test(detail);
}
