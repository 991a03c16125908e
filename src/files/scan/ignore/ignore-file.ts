// `.avalaignore`, in the syntax of `.gitignore`: in the root and in any folder below it. How the rules of several folders
// add up, as git has it: the last one that matches decides, and nothing comes back from a folder that is taken away.
import type { InputProblem } from "../../../errors";
import { shown } from "../../../text";
import { comparePaths } from "../../manifest/manifest";
import { readIgnoreLines, type IgnoreLine } from "./ignore-lines";
import { IGNORE_FILE, parentOf, type Tree } from "../tree";

/** A line that took something away. */
export interface IgnoreCount {
  /** The path of its file, relative to the root. */
  readonly file: string;
  readonly pattern: string;
  /** Files, and folders as one. */
  readonly matched: number;
}

interface Ignores {
  /** Whether a file, or a folder when `isFolder`, is taken away, by itself or with a folder that it is in. */
  isIgnored(path: string, isFolder: boolean): boolean;
  /** Counts one that {@link isIgnored} for the line that took it, each once. */
  note(path: string, isFolder: boolean): void;
  /** By file, what took most first. */
  counts(): readonly IgnoreCount[];
  /** What is wrong with the files that were read so far. */
  problems(): readonly InputProblem[];
}

// Each path is held against each line that holds where it is: 100,000 paths and 1,000 lines take some 10 s.
const maxLines = 1000;

/** Reads each folder's file when something in it is asked for, once. */
export function createIgnores(tree: Tree): Ignores {
  const linesOf = new Map<string, readonly IgnoreLine[]>();
  const deciding = new Map<string, IgnoreLine | undefined>();
  const problems: InputProblem[] = [];
  const noted = new Map<string, IgnoreLine>();

  /** Those that hold in a folder: of the folders above it, and its own. */
  const linesIn = (folder: string): readonly IgnoreLine[] => {
    const known = linesOf.get(folder);
    if (known !== undefined) return known;
    const above = folder === "" ? [] : linesIn(parentOf(folder));
    const own = readIgnoreLines(tree, folder);
    problems.push(...own.problems);
    const lines = own.lines.length === 0 ? above : [...above, ...own.lines];
    if (lines.length > maxLines && own.lines.length > 0)
      problems.push(tooMany(lines.at(-1)?.file ?? IGNORE_FILE));
    const made = lines.length > maxLines ? above : lines;
    linesOf.set(folder, made);
    return made;
  };
  const folderTaker = (folder: string): IgnoreLine | undefined => {
    if (!deciding.has(folder)) deciding.set(folder, takerOf(folder, true));
    return deciding.get(folder);
  };
  /** The line that takes it away, or a folder that it is in. */
  const takerOf = (path: string, isFolder: boolean): IgnoreLine | undefined => {
    const folder = parentOf(path);
    const above = folder === "" ? undefined : folderTaker(folder);
    if (above !== undefined) return above;
    const last = linesIn(folder).findLast((line) => doesMatch(line, path, isFolder));
    return last?.isBack === true ? undefined : last;
  };
  return {
    isIgnored: (path, isFolder) => takerOf(path, isFolder) !== undefined,
    note: (path, isFolder) => {
      const line = takerOf(path, isFolder);
      if (line !== undefined) noted.set(path, line);
    },
    counts: () => countsOf(noted.values()),
    problems: () => problems,
  };
}

function tooMany(file: string): InputProblem {
  return {
    input: shown(file),
    text: `More than ${maxLines} lines apply here, including those of the folders above.`,
  };
}

function doesMatch(line: IgnoreLine, path: string, isFolder: boolean): boolean {
  if (line.isForFolders && !isFolder) return false;
  const start = line.file.length - IGNORE_FILE.length;
  return line.expression.test(path.slice(start));
}

function countsOf(noted: Iterable<IgnoreLine>): readonly IgnoreCount[] {
  const counts = new Map<IgnoreLine, number>();
  for (const line of noted) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts]
    .map(([{ file, pattern }, matched]) => ({ file, pattern, matched }))
    .sort((a, b) => comparePaths(a.file, b.file) || b.matched - a.matched);
}
