// Whether a refusal says that a name or slug is taken: the one place that knows its forms (docs/api.md, "Errors"). Pure.
import type { ErrorBody } from "./error-body";

/** The fields that name a thing; nested ones count by their last part. */
const NAMING = /(?:^|\.)(?:name|slug)$/;
// "Dataset with the given name already exists.", "The fields owner, slug must make a unique set."
const NAMES_SOMETHING = /\b(?:names?|slugs?)\b|\bdataset\b.*\balready exists?\b/i;
const IS_TAKEN =
  /\balready (?:exists?|taken|used|in use|there)\b|\bexists? already\b|\btaken\b|\bin use\b|\bunique\b|\bduplicate\b/i;
// Of a field that names something fewer words are enough; "use only letters" is about how it is written.
const FIELD_IS_TAKEN =
  /\bexists?\b|\btaken\b|\bin use\b|\bis used\b|\balready\b|\bused by\b|\bunique\b|\bduplicate\b/i;
const IS_ABSENT = /\b(?:not|n't|no longer) exist|n't exist/i;
// Words for programs: `name_taken`, `duplicate_name`, `unique`. A code of another field names it.
const CODE_OF_NAME =
  /^(?:dataset_|duplicate_|unique_|existing_)*(?:name|slug)_?(?:taken|exists|already_exists|in_use|not_unique|conflict|unique)?$/i;
const CODE_IS_TAKEN = /^(?:dataset_)?(?:already_exists|exists|duplicate|unique|not_unique|taken)$/i;

function says(pattern: RegExp, text: string): boolean {
  return pattern.test(text) && !IS_ABSENT.test(text);
}

/** A code that names a name says it whatever else is said; another one, where no other field is at fault. */
function isTakenByCode({ codes, fields }: ErrorBody): boolean {
  const isOfOthers = Object.keys(fields).some(
    (field) => !NAMING.test(field) && field !== "non_field_errors",
  );
  return codes.some(
    (code) =>
      (CODE_OF_NAME.test(code) && /taken|exist|in_use|unique|conflict|duplicate/i.test(code)) ||
      (!isOfOthers && CODE_IS_TAKEN.test(code)),
  );
}

function isTakenByWords({ detail, fields }: ErrorBody): boolean {
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

/** A 409 that gives no other reason. */
function isPlainConflict({ detail = "", fields }: ErrorBody): boolean {
  if (Object.keys(fields).length > 0) return false;
  return detail === "" || /^conflict\b/i.test(detail) || says(IS_TAKEN, detail);
}

/** By its words, its code, or the field that they are about; of a 409 also where it gives no reason. */
export function isNameTaken(status: number, body: ErrorBody): boolean {
  if (status === 409 && isPlainConflict(body)) return true;
  if (status !== 400 && status !== 409 && status !== 422) return false;
  return isTakenByCode(body) || isTakenByWords(body);
}

// "Some files of this upload are still being processed."
const IS_BUSY =
  /\bstill\b|\bin progress\b|\btry (?:it )?again\b|\bbusy\b|\blocked\b|\bbeing (?:processed|created|uploaded|indexed|verified)\b/i;

/** Whether the server will take it later: it did nothing, for something else of the same thing has not ended yet. */
export function isBusy(status: number, body: ErrorBody): boolean {
  // 423 and 425 are WebDAV's "Locked" and "Too Early" (RFC 4918, RFC 8470).
  if (status === 423 || status === 425) return true;
  return status === 409 && !isNameTaken(status, body) && IS_BUSY.test(body.detail ?? "");
}
