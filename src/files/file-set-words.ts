// What is said of a file set as a whole, besides what is said of its files. Pure.
import type { InputProblem } from "../errors";
import { counted, formatCount, shown } from "../text";
import type { ContentFault } from "./content/content";
import { describeFaults } from "./content/fault-counts";
import type { FileSetOptions } from "./file-set-options";
import { describeLeftOut, type LeftOut } from "./left-out";
import type { LocalFile, Notice } from "./local-file";
import { isAllowedOnWindows } from "./names";
import type { Indexing } from "./scan/indexing";
import type { Removal } from "./scan/patterns/patterns";
import type { Scan } from "./scan/findings";

// As many as an error names: below, its list is all there is.
const maxListed = 50;

/** Contents that are refused by the thousand, in one line: an error names a few of them. */
export function contentCounts({
  contents,
  files,
}: {
  readonly contents: readonly { readonly fault: ContentFault }[];
  readonly files: readonly LocalFile[];
}): InputProblem[] {
  if (contents.length <= maxListed) return [];
  return [{ input: "checkContent", text: `${describeFaults(contents, files.length)}.` }];
}

interface Chosen {
  readonly found: Scan;
  readonly leftOut: LeftOut;
  readonly indexing: Pick<Indexing, "paths" | "problems">;
  /** Whether only paths of a list are taken. */
  readonly hasList: boolean;
}

/** Why nothing is chosen at all, or nothing that the server would make an item of. */
export function nothingProblems(
  { found, leftOut, indexing, hasList }: Chosen,
  options: FileSetOptions,
): readonly InputProblem[] {
  // A list of changes may well name nothing of the set: to take nothing is then what was asked for.
  const isEmptyList = hasList && options.allowEmpty === true && indexing.paths.length === 0;
  return [...emptyProblems(found, leftOut, options), ...(isEmptyList ? [] : indexing.problems)];
}

/** Why nothing is chosen at all. */
function emptyProblems(found: Scan, leftOut: LeftOut, options: FileSetOptions): InputProblem[] {
  if (found.paths.length > 0 || options.allowEmpty === true) return [];
  const lines = found.patterns
    .map(({ pattern, why }) => `${shown(pattern)}${why === undefined ? "" : ` (${why})`}`)
    .join(", ");
  const hidden = found.hiddenLeftOut === 0 ? "" : hiddenMatch(found.hiddenLeftOut);
  const rest = describeLeftOut(leftOut).map((line) => ` Left out: ${line}.`);
  const text = `Nothing in ${placeOf(options)} matches ${lines}.${hidden}${rest.join("")}`;
  return [{ input: "include", text }];
}

function hiddenMatch(count: number): string {
  const [match, them] = count === 1 ? ["matches", "it"] : ["match", "them"];
  return ` ${counted(count, "hidden file")} ${match}: name ${them} in full, or include hidden files.`;
}

function placeOf({ root, folder }: FileSetOptions): string {
  if (folder === undefined) return root;
  return folder === "" ? `${root}, outside its folders,` : `the folder ${shown(folder)} of ${root}`;
}

const all = (count: number): string =>
  count === 1 ? "the only file" : `all ${counted(count, "file")}`;

/** Why no file is left of a set of which all files are in motion. */
export function unrestProblems(
  { files, leftOut }: { readonly files: readonly LocalFile[]; readonly leftOut: LeftOut },
  { allowEmpty, minAgeMinutes = 0 }: Pick<FileSetOptions, "allowEmpty" | "minAgeMinutes">,
): InputProblem[] {
  const { young, changed } = leftOut;
  if (allowEmpty === true || files.length > 0 || young.length + changed.length === 0) return [];
  const some = (count: number): string =>
    young.length + changed.length > count ? counted(count, "file") : all(count);
  const gone = `${some(changed.length)} disappeared while ${changed.length === 1 ? "it was" : "they were"} read`;
  const written = `${some(young.length)} ${young.length === 1 ? "was" : "were"} written within the last ${counted(minAgeMinutes, "minute")}`;
  const ways = [...(young.length > 0 ? [written] : []), ...(changed.length > 0 ? [gone] : [])];
  const why = young.length > 0 ? "; a checkout gives each file the time of the checkout" : "";
  return [{ input: "include", text: `No file is left: ${ways.join(", and ")}${why}.` }];
}

/** Lines that take away what an earlier one takes already: most likely another one was meant. */
export function repeated(removals: readonly Removal[]): readonly Notice[] {
  const seen = new Set<string>();
  return removals.flatMap(({ pattern, globs }) => {
    const key = globs.join("\n");
    if (seen.has(key)) return [{ text: `The line ${shown(pattern)} repeats an earlier one.` }];
    seen.add(key);
    return [];
  });
}

export function windowsNotices(paths: readonly string[]): Notice[] {
  const odd = paths.filter((path) => !isAllowedOnWindows(path));
  const [first] = odd;
  if (first === undefined) return [];
  const others = odd.length - 1;
  const why = "can't be unpacked on Windows:";
  const text =
    others === 0
      ? `${shown(first)} ${why} its name is not allowed there.`
      : `${shown(first)} and ${formatCount(others)} more ${why} their names are not allowed there.`;
  return [{ text }];
}
