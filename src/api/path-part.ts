// What can be one part of a path: a uid, a slug, an owner's name. Pure; knows nothing of where it came from.

// Line breaks, escapes, what turns the direction of text, and what can't be seen: a part is also shown, and put out.
// Joiners stay: some scripts write names with them.
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

// More than any name of the API's (255), an e-mail address (254) or a uid has.
const maxPartCharacters = 1000;

/** What is wrong with it, after its name: `is empty`. `undefined` when nothing is. */
export function pathPartProblem(part: string): string | undefined {
  if (part === "") return "is empty";
  if (part === "." || part === "..") return `"${part}" is not a name`;
  if (/[/\\]/.test(part)) return "must not contain a slash";
  if (CONTROL.test(part)) return "must not contain control characters";
  // Half of a surrogate pair has no UTF-8 form, and `encodeURIComponent` throws on it.
  if (/[\ud800-\udfff]/u.test(part)) return "is not well-formed text";
  if (part.length > maxPartCharacters) return `is longer than ${maxPartCharacters} characters`;
  return undefined;
}
