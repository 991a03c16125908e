// Whether a refusal says that a name or slug is taken: the one place that knows its forms (docs/api.md, "Errors"). Pure.
import type { ErrorBody } from "./error-body";

/** The fields that name a thing; nested ones count by their last part. */
const NAMING = /(?:^|\.)(?:name|slug)$/;
// "Dataset with the given name already exists.", "The fields owner, slug must make a unique set."
const NAMES_SOMETHING = /\b(?:names?|slugs?)\b/i;
const IS_TAKEN =
  /\balready (?:exists?|taken|used|in use)\b|\bexists? already\b|\btaken\b|\bin use\b|\bunique\b/i;
// Of a field that names something fewer words are enough; "use only letters" is about how it is written.
const FIELD_IS_TAKEN =
  /\bexists?\b|\btaken\b|\bin use\b|\b(?:is|already) used\b|\bused by\b|\bunique\b/i;
const IS_ABSENT = /\b(?:not|n't|no longer) exist|n't exist/i;

function says(pattern: RegExp, text: string): boolean {
  return pattern.test(text) && !IS_ABSENT.test(text);
}

/** Of a 409 always; of a 400 or 422 by its words, or by the field that they are about. */
export function isNameTaken(status: number, { detail, fields }: ErrorBody): boolean {
  if (status === 409) return true;
  if (status !== 400 && status !== 422) return false;
  const ofName = Object.entries(fields).filter(([field]) => NAMING.test(field));
  if (ofName.some(([, messages]) => messages.some((text) => says(FIELD_IS_TAKEN, text)))) {
    return true;
  }
  const others = Object.entries(fields)
    .filter(([field]) => !NAMING.test(field))
    .flatMap(([, messages]) => messages);
  const words = Object.keys(fields).length === 0 ? [detail ?? ""] : others;
  return words.some((text) => NAMES_SOMETHING.test(text) && says(IS_TAKEN, text));
}
