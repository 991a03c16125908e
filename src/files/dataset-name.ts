// Names made from content: the short digest, a dataset version's name, a slug.
import { InputError } from "../errors";

const SHORT_DIGITS = 12;
// The server's own bound on a name (Django's CharField in its models, contract "Exports": 1–255).
const MOST_CHARACTERS = 255;

/** The first 12 hex digits of a digest: what a dataset version's name ends in. */
export function shortDigest(digest: string): string {
  return digest.slice(0, SHORT_DIGITS);
}

/**
 * The name of a dataset version: `{digest}` in `template` becomes the first 12 digits of `digest`. A template without it
 * is a name as it stands.
 * @throws InputError for another placeholder, an empty name, one over 255 characters, or one that is no folder's name
 */
export function datasetVersionName(template: string, digest: string): string {
  const text = problemOf(template);
  if (text !== undefined) throw new InputError([{ input: "dataset name", text }]);
  return template.replaceAll("{digest}", shortDigest(digest));
}

function problemOf(template: string): string | undefined {
  const other = /\{(?!digest\})[^{}]*\}?|(?<!\{digest)\}/.exec(template);
  if (other !== null) {
    return `${JSON.stringify(other[0])} in ${JSON.stringify(template)} is no placeholder; {digest} is the only one here.`;
  }
  const name = template.replaceAll("{digest}", "0".repeat(SHORT_DIGITS));
  if (name.trim() === "") return "It is empty.";
  if (name.trim() !== name) return "It starts or ends with a space.";
  if (name.length > MOST_CHARACTERS) {
    return `It would have ${name.length} characters, more than the ${MOST_CHARACTERS} that a name may have.`;
  }
  // Files are stored under `<owner root>/<dataset name>/`, so the name is one part of a path (contract, "Uploading files").
  if (name === "." || name === ".." || /[/\\\p{Cc}\u2028\u2029]/u.test(name)) {
    return `${JSON.stringify(template)} can't be the name of a folder: no slash, backslash or control character, and not "..".`;
  }
  return undefined;
}

/**
 * A slug as Django's `slugify` makes it: lower case ASCII letters, digits, `_` and `-`. Accents are dropped, other
 * characters left out, spaces become `-`. `""` when nothing is left.
 */
export function slugFrom(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[^\u0000-\u007f]/g, "")
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/[-\s]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
}
