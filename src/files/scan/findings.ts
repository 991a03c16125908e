// What the lines of a scan found, line by line: what is taken, what is left out and why. Walks nothing.
import type { InputProblem } from "../../errors";
import { counted, shown } from "../../text";
import type { Notice, PatternCount } from "../local-file";
import { comparePaths } from "../manifest/manifest";
import type { Rejection } from "./entries";
import { createIgnores, type IgnoreCount } from "./ignore/ignore-file";
import { evictedName, isJunk } from "./junk";
import { everything, type Listed } from "./listed";
import type { PatternLine } from "./patterns/patterns";
import { IGNORE_FILE, type Tree } from "./tree";

export interface Scan {
  /** Relative to the root, POSIX, sorted. */
  readonly paths: readonly string[];
  /** Those that a line without wildcards names in full. */
  readonly named: ReadonlySet<string>;
  /** In the order of the lines. */
  readonly patterns: readonly PatternCount[];
  /** Those that would be taken, and that the list does not name. */
  readonly unlisted: readonly string[];
  /** Files that match, but are hidden and not named. */
  readonly hiddenLeftOut: number;
  /** Files that match and folders on the way that are known as junk, and not named. */
  readonly junkLeftOut: number;
  /** What the lines of ignore files took away. */
  readonly ignored: readonly IgnoreCount[];
  /** Files that match and that are missing, since only their placeholder is there. */
  readonly evicted: readonly string[];
  /** Files, and folders as one, that went while they were looked at, where these are left out. */
  readonly gone: readonly string[];
  readonly problems: readonly InputProblem[];
  readonly notices: readonly Notice[];
}

export type OnBar = (path: string, bar: Rejection) => void;

export interface Findings {
  barOf(line: PatternLine): OnBar;
  /** Whether nothing is taken of a folder that a walk for the line comes to. */
  isPruned(line: PatternLine): (folder: string) => boolean;
  add(line: PatternLine, chosen: readonly string[]): void;
  result(): Scan;
}

interface Options {
  readonly tree: Tree;
  readonly includeHidden: boolean;
  readonly listed?: Listed | undefined;
}

/** Counts a path by why it is left out. */
type Note = () => unknown;

export function createFindings({ tree, includeHidden, listed = everything }: Options): Findings {
  const ignores = createIgnores(tree);
  const [taken, named] = [new Set<string>(), new Set<string>()];
  const [unlisted, hidden, junk] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const bars = new Map<string, Rejection>();
  const patterns: PatternCount[] = [];
  const noteOf = (path: string, line: PatternLine, isFolder: boolean): Note | undefined => {
    if (isJunkOf(path, line)) return () => junk.add(path);
    if (!isFolder && !includeHidden && isHidden(path, line)) return () => hidden.add(path);
    return ignores.isIgnored(path, isFolder) ? () => ignores.note(path, isFolder) : undefined;
  };
  const isOut = (path: string, line: PatternLine, isFolder: boolean): boolean => {
    const note = noteOf(path, line, isFolder);
    // What the list does not name is left out for that, whatever else may be said of it.
    if (note !== undefined && listed.reaches(path)) note();
    return note !== undefined;
  };
  const isTaken = (path: string, line: PatternLine): boolean =>
    !isInGits(path, line) && !isIgnoreFile(path) && !isOut(path, line, false);
  return {
    // What is wrong in a folder says nothing as long as the folder is left out.
    barOf: (line) => (path, bar) => {
      if (!listed.reaches(path) || (path !== "" && ignores.isIgnored(path, true))) return;
      if (includeHidden || !isHidden(path, line)) bars.set(path, bar);
    },
    isPruned: (line) => (folder) => folder !== "" && isOut(folder, line, true),
    add(line, chosen) {
      let count = 0;
      for (const path of chosen.filter((one) => isTaken(one, line))) {
        const bar = tree.find(path)?.bar;
        if (!listed.has(path)) unlisted.add(path);
        else if (bar === undefined) taken.add(path);
        else bars.set(path, bar);
        if (bar === undefined || bar.level === "problem" || bar.level === "gone") count += 1;
        if (path === line.literal) named.add(path);
      }
      patterns.push({ pattern: line.pattern, matched: count });
    },
    result: () => ({
      paths: [...taken].sort(comparePaths),
      unlisted: [...unlisted].sort(comparePaths),
      named,
      patterns,
      hiddenLeftOut: [...hidden].filter((path) => !taken.has(path)).length,
      junkLeftOut: [...junk].filter((path) => !taken.has(path) && !isPlaceholder(path, bars))
        .length,
      ignored: ignores.counts(),
      ...barredBy(bars, ignores.problems()),
    }),
  };
}

function isIgnoreFile(path: string): boolean {
  return path === IGNORE_FILE || path.endsWith(`/${IGNORE_FILE}`);
}

/** Of a file that is counted by itself as one that is missing. */
function isPlaceholder(path: string, bars: ReadonlyMap<string, Rejection>): boolean {
  const start = path.lastIndexOf("/") + 1;
  const name = evictedName(path.slice(start));
  return name !== undefined && bars.get(path.slice(0, start) + name)?.level === "evicted";
}

function isJunkOf(path: string, { writtenParts }: PatternLine): boolean {
  return path.split("/").some((part) => isJunk(part) && !writtenParts.has(part.toLowerCase()));
}

/**
 * What is in `.git` is of no set, hidden files wanted or not: it is another in each clone of the same files, and a checkout
 * keeps its token there. Git knows its folder in any case of letters where the file system does.
 */
export function isGits(name: string, line: Pick<PatternLine, "hiddenParts">): boolean {
  return name.toLowerCase() === ".git" && !line.hiddenParts.has(name);
}

/** Also for what braces name, which is listed without its folder's being listed. */
function isInGits(path: string, line: PatternLine): boolean {
  return /(?:^|\/)\.git(?:\/|$)/i.test(path) && path.split("/").some((part) => isGits(part, line));
}

function isHidden(path: string, line: PatternLine): boolean {
  if (!path.startsWith(".") && !path.includes("/.")) return false;
  return path.split("/").some((part) => part.startsWith(".") && !line.hiddenParts.has(part));
}

function barredBy(
  bars: ReadonlyMap<string, Rejection>,
  others: readonly InputProblem[],
): Pick<Scan, "evicted" | "gone" | "problems" | "notices"> {
  const problems = barred(bars, "problem").map(({ path, text }) => ({ input: shown(path), text }));
  return {
    evicted: barred(bars, "evicted").map(({ path }) => path),
    gone: barred(bars, "gone").map(({ path }) => path),
    problems: [...problems, ...others],
    notices: [...barred(bars, "notice"), ...skippedNotices(barred(bars, "skipped"))],
  };
}

const maxNamed = 3;

function skippedNotices(links: readonly { readonly path: string }[]): readonly Notice[] {
  if (links.length === 0) return [];
  const names = links.slice(0, maxNamed).map(({ path }) => shown(path));
  const rest = links.length > maxNamed ? ", …" : "";
  const text = `Left out, since symlinks is skip: ${counted(links.length, "symbolic link")} (${names.join(", ")}${rest}).`;
  return [{ text }];
}

function barred(
  bars: ReadonlyMap<string, Rejection>,
  level: Rejection["level"],
): { path: string; text: string }[] {
  return [...bars]
    .filter(([, bar]) => bar.level === level)
    .map(([path, { text }]) => ({ path, text }))
    .sort((a, b) => comparePaths(a.path, b.path));
}
