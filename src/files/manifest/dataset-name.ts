// Names made from content: the short digest, a dataset version's name, a slug.
import { MAX_NAME_CHARACTERS } from "../../api/limits";
import { InputError } from "../../errors";
import { suggestion } from "../../near-name";
import { aText, maybe, refuse } from "../../shapes";
import { shown } from "../../text";

const SHORT_DIGITS = 12;
// The contract bounds an export's name so ("Exports"), and says nothing of a dataset's; Django's usual bound is the same.
const PLACEHOLDER = /\{[^{}]*\}/g;

/** The first 12 hex digits of a digest: what a dataset version's name ends in. */
export function shortDigest(digest: string): string {
  return digest.slice(0, SHORT_DIGITS);
}

/** What placeholders stand for. Text of users, so it is put in as it is: never read as a pattern or a placeholder. */
interface NameValues {
  readonly digest?: string | undefined;
  /** Of a growing set: what stands for number and digest of one of its datasets. */
  readonly increment?: string | undefined;
  /** The partition, where there is one. */
  readonly folder?: string | undefined;
}

/**
 * The name of a dataset version: `{digest}` in `template` becomes the first 12 digits of `digest`, and `{folder}` the name
 * of the partition where there is one. A template without either is a name as it stands.
 * @throws InputError for another placeholder, an empty name, one over 255 characters, or one that can't be a folder's name
 */
export function datasetVersionName(template: string, digest: string, folder?: string): string {
  refuse(aText("template", template), aText("digest", digest), maybe(aText)("folder", folder));
  return filledName("dataset name", template, { digest, folder });
}

/** As {@link datasetVersionName}, for any input that makes a name. @throws InputError that names `input` */
export function filledName(input: string, template: string, values: NameValues): string {
  const known = new Map<string, string>();
  if (values.digest !== undefined) known.set("{digest}", shortDigest(values.digest));
  if (values.increment !== undefined) known.set("{increment}", values.increment);
  if (values.folder !== undefined) known.set("{folder}", values.folder);
  const problem = placeholderProblem(template, [...known.keys()]);
  const name = template.replace(PLACEHOLDER, (placeholder) => known.get(placeholder) ?? "");
  const text = problem ?? nameProblem(name);
  if (text !== undefined) throw new InputError([{ input, text }]);
  return name;
}

function placeholderProblem(template: string, known: readonly string[]): string | undefined {
  const bare = template.replace(PLACEHOLDER, (found) => (known.includes(found) ? "" : found));
  const unknown = /\{[^{}]*\}?|\}/.exec(bare);
  if (unknown === null) return undefined;
  return `${shown(unknown[0])} in ${shown(template)} is not a placeholder here. ${suggestion(unknown[0], known)}`;
}

/** S3 puts a file's own name in the place of this in a form's key, so the files of such a dataset would lie elsewhere. */
export function replacedNameProblem(name: string): string | undefined {
  if (!name.includes("${filename}")) return undefined;
  return `${shown(name)} contains "\${filename}", which storage replaces in a form.`;
}

function nameProblem(name: string): string | undefined {
  if (name.trim() === "") return "It is empty.";
  if (name.trim() !== name) return `${shown(name)} starts or ends with a space.`;
  if (name.length > MAX_NAME_CHARACTERS) {
    return `It has ${name.length} characters, more than the ${MAX_NAME_CHARACTERS} that a name may have.`;
  }
  const replaced = replacedNameProblem(name);
  if (replaced !== undefined) return replaced;
  // Files are stored under `<owner root>/<dataset name>/`, so the name is one part of a path (contract, "Uploading files").
  if (name === "." || name === ".." || /[/\\\p{Cc}\u2028\u2029]/u.test(name)) {
    return `${shown(name)} can't be a folder name: it must not contain a slash, a backslash or a control character, or be "..".`;
  }
  return undefined;
}

/**
 * A slug as Django's `slugify` makes it: lower case ASCII letters, digits, `_` and `-`. Accents are dropped, other
 * characters left out, spaces become `-`. `""` when nothing is left.
 */
export function slugFrom(name: string): string {
  refuse(aText("name", name));
  return name
    .normalize("NFKD")
    .replace(/\P{ASCII}/gu, "")
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/[-\s]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "");
}
