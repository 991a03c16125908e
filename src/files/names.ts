// Which paths a dataset can hold, and what each reason for a refusal is called. Pure.
import { shown } from "../text";
import type { InputProblem } from "../errors";

/**
 * S3 takes keys of 1,024 bytes. The server puts `<owner root>/<dataset name>/` in front of a path (contract, "Uploading
 * files"); a name may have 255 characters, and 69 bytes are kept for the owner's root, of which nothing is known.
 */
export const MAX_PATH_BYTES = 700;

// A letter that is not plain, or a part that is empty or begins with a dot.
const NOT_PLAIN = /[^\w.\-/]|\/[./]/;

/** Whether all are plain, as nearly all are: then {@link pathProblem} has nothing to say of any, and need not be asked. */
export function arePlain(paths: readonly string[]): boolean {
  return (
    // One look at many takes half the time of many.
    !NOT_PLAIN.test(`/${paths.join("/")}/`) && paths.every(({ length }) => length <= MAX_PATH_BYTES)
  );
}

/** Why a dataset can't hold a file at this path (POSIX, with its prefix); `undefined` when it can. */
export function pathProblem(path: string): string | undefined {
  if (arePlain([path])) return undefined;
  if (/[\p{Cc}\u2028\u2029]/u.test(path))
    return "The name contains a control character or a line break: rename it.";
  if (path.includes("\uFFFD") || /\p{Cs}/u.test(path)) {
    return "The name is not valid UTF-8, or contains a line break: rename it.";
  }
  if (path.includes("\\"))
    return "The name contains a backslash, a separator on other systems: rename it.";
  // S3 puts the file's own name in its place in a form's key, so that another path would be stored.
  if (path.includes("${filename}"))
    return 'The path contains "${filename}", which storage replaces in a form: rename it.';
  const parts = path.split("/");
  if (parts.includes("")) return "The path has an empty part.";
  if (parts.includes(".") || parts.includes("..")) return 'The path has a part "." or "..".';
  const side = blankSide(path);
  if (side !== undefined)
    return `The path ${side} with a space. Avala strips it, so the stored path would differ: rename it.`;
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES) {
    return `The path has ${bytes} bytes, more than the ${MAX_PATH_BYTES} that fit into an object's key.`;
  }
  return undefined;
}

/**
 * The server trims the text of a field as Python's `str.strip` does (Django REST framework's `CharField`), so ` a.jpg` would
 * be stored as `a.jpg`. What else Python takes off is a control or a line separator, and refused anywhere in a path.
 */
function blankSide(path: string): "begins" | "ends" | undefined {
  if (/^\p{Zs}/u.test(path)) return "begins";
  return /\p{Zs}$/u.test(path) ? "ends" : undefined;
}

/**
 * Paths that are one and the same somewhere: equal, or differing only in case or in Unicode normal form. Such sets can't be
 * unpacked on Windows or macOS without losing a file. One problem for each path but the first of its kind.
 */
export function twinProblems(paths: readonly string[]): InputProblem[] {
  if (areDistinct(paths)) return [];
  const first = new Map<string, string>();
  const problems: InputProblem[] = [];
  for (const path of paths) {
    const key = path.normalize("NFC").toLowerCase();
    const other = first.get(key);
    if (other === undefined) first.set(key, path);
    else problems.push({ input: shown(path), text: twinText(path, other) });
  }
  return problems;
}

// What neither lower case nor a normal form changes.
const FOLDED = /^[ -@[-~]*$/;

/** Whether they are sorted, each is there once, and none has another form: as nearly all sets are, with no table of all paths. */
function areDistinct(paths: readonly string[]): boolean {
  let before = "";
  return paths.every((path) => {
    const isNext = before < path && FOLDED.test(path);
    before = path;
    return isNext;
  });
}

function twinText(path: string, other: string): string {
  if (path === other) return "Two files would have this path.";
  const isNormalForm = path.normalize("NFC") === other.normalize("NFC");
  const how = isNormalForm ? "the Unicode form of its letters" : "upper and lower case";
  return `It differs from ${shown(other)} only in ${how}: rename one of them.`;
}

// https://learn.microsoft.com/windows/win32/fileio/naming-a-file: reserved characters, devices, a last dot or space.
const NOT_ON_WINDOWS =
  /[<>:"|?*]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?(?:\/|$)/i;

/** Whether Windows could hold a file of this path. Datasets can, so this is worth a notice and no refusal. */
export function isAllowedOnWindows(path: string): boolean {
  return !NOT_ON_WINDOWS.test(path);
}

/** The prefix with one `/` at its end, or `""`. `problem` when it can't be put before a path. */
export function readPrefix(prefix: string): { readonly prefix: string; readonly problem?: string } {
  if (prefix === "") return { prefix };
  const bare = prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
  if (bare === "" || bare.startsWith("/"))
    return { prefix: "", problem: "It starts with a slash." };
  const problem = pathProblem(bare);
  return problem === undefined ? { prefix: `${bare}/` } : { prefix: "", problem };
}
