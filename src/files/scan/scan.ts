// Root and globs → the files that they choose. Knows nothing of content, hashes or datasets.
import { relative, sep } from "node:path";
import fastGlob from "fast-glob";
import type { InputProblem } from "../../errors";
import { cancelled } from "../../flow/clock";
import type { Rejection, TreeEntry } from "./entries";
import type { Notice, PatternCount } from "../local-file";
import { comparePaths } from "../manifest/manifest";
import { shown } from "../../text";
import type { PatternLine } from "./patterns";
import { parentOf, type Tree } from "./tree";

export interface ScanRequest {
  readonly tree: Tree;
  readonly lines: readonly PatternLine[];
  readonly ignore: readonly string[];
  readonly includeHidden: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Scan {
  /** Relative to the root, POSIX, sorted. */
  readonly paths: readonly string[];
  /** Those that a line without wildcards names in full. */
  readonly named: ReadonlySet<string>;
  /** In the order of the lines. */
  readonly patterns: readonly PatternCount[];
  /** Files that match, but are hidden and not named. */
  readonly hiddenLeftOut: number;
  readonly problems: readonly InputProblem[];
  readonly notices: readonly Notice[];
}

/** Every file that a line chooses and none takes away. A line is counted by what it matches, also when others match it too. */
export async function scan(request: ScanRequest): Promise<Scan> {
  const found = createFindings();
  for (const line of request.lines) {
    const fs = adapterOf(request, {
      hiddenParts: line.hiddenParts,
      onBar: found.barOf(line, request.includeHidden),
    });
    const paths = await fastGlob.glob(globOf(line, request.tree), optionsOf(request, fs));
    found.add(line, paths, request);
  }
  return found.result();
}

/** As {@link scan}, without giving way to anything else. */
export function scanSync(request: ScanRequest): Scan {
  const found = createFindings();
  for (const line of request.lines) {
    const fs = adapterOf(request, {
      hiddenParts: line.hiddenParts,
      onBar: found.barOf(line, request.includeHidden),
    });
    found.add(line, fastGlob.globSync(globOf(line, request.tree), optionsOf(request, fs)), request);
  }
  return found.result();
}

/** For fast-glob: a folder that is named means everything in it. */
export function globOf(line: PatternLine, tree: Tree): string {
  if (line.literal === undefined) return line.glob;
  const escaped = fastGlob.posix.escapePath(line.literal);
  return tree.find(line.literal)?.isDirectory() === true ? `${escaped}/**` : escaped;
}

function optionsOf(
  request: ScanRequest,
  fs: Partial<fastGlob.FileSystemAdapter>,
): fastGlob.Options {
  // `dot`: hidden files are found and then left out by us, so that they can be counted.
  return { cwd: request.tree.root, ignore: [...request.ignore], dot: true, fs };
}

type OnBar = (path: string, bar: Rejection) => void;

interface View {
  /** Of `.git` only what is written out is seen. @default all of it */
  readonly hiddenParts?: PatternLine["hiddenParts"] | undefined;
  /** The only paths that are seen. @default all */
  readonly within?: ReadonlySet<string> | undefined;
  readonly onBar: OnBar;
}

/** The tree as the file system that fast-glob walks. */
export function adapterOf(
  { tree, signal }: Pick<ScanRequest, "tree" | "signal">,
  { hiddenParts, within, onBar }: View,
): Partial<fastGlob.FileSystemAdapter> {
  const inTree = (path: string): string => relative(tree.root, path).replaceAll(sep, "/");
  const isSeen = (folder: string, { name }: TreeEntry): boolean => {
    if (hiddenParts !== undefined && isGits(name, { hiddenParts })) return false;
    return within === undefined || within.has(folder === "" ? name : `${folder}/${name}`);
  };
  const readdirSync = (path: string): TreeEntry[] => {
    if (signal?.aborted === true) throw cancelled("Listing files");
    const folder = inTree(path);
    tellBar(tree, folder, onBar);
    const entries = [...(tree.list(folder)?.entries.values() ?? [])];
    return entries.filter((entry) => isSeen(folder, entry));
  };
  const lstatSync = (path: string): TreeEntry => {
    const entry = tree.find(inTree(path));
    const isKnown = within === undefined || within.has(inTree(path));
    if (entry !== undefined && isKnown) return entry;
    tellBar(tree, parentOf(inTree(path)), onBar);
    throw Object.assign(new Error("Not in the tree."), { code: "ENOENT" });
  };
  const stat = later(lstatSync);
  const adapter = { readdirSync, lstatSync, statSync: lstatSync, lstat: stat, stat };
  // A `TreeEntry` has what fast-glob uses of `Dirent` and `Stats`; the types ask for all of them.
  return {
    ...adapter,
    readdir: later(readdirSync),
  } as unknown as Partial<fastGlob.FileSystemAdapter>;
}

/** Tells why a folder can't be used: its own reason, or that of the nearest one above it that has one. */
function tellBar(tree: Tree, folder: string, onBar: OnBar): void {
  for (let at = folder; ; at = parentOf(at)) {
    const bar = tree.list(at)?.bar;
    if (bar !== undefined) onBar(at, bar);
    if (bar !== undefined || at === "") return;
  }
}

/** Node's callback form, one turn of the event loop later, so that a long walk can be stopped. */
function later<T>(read: (path: string) => T): (path: string, ...rest: unknown[]) => void {
  return (path, ...rest) => {
    const callback = rest.at(-1) as (error: unknown, value?: T) => void;
    setImmediate(() => {
      let value: T;
      try {
        value = read(path);
      } catch (error) {
        callback(error);
        return;
      }
      callback(null, value);
    });
  };
}

interface Findings {
  barOf(line: PatternLine, includeHidden: boolean): OnBar;
  add(line: PatternLine, matched: readonly string[], request: ScanRequest): void;
  result(): Scan;
}

function createFindings(): Findings {
  const taken = new Set<string>();
  const named = new Set<string>();
  const hidden = new Set<string>();
  const bars = new Map<string, Rejection>();
  const patterns: PatternCount[] = [];
  return {
    // What is wrong in a hidden folder is nobody's business as long as the folder is left out.
    barOf: (line, includeHidden) => (path, bar) => {
      if (includeHidden || !isHidden(path, line)) bars.set(path, bar);
    },
    add(line, chosen, { tree, includeHidden }) {
      const matched = chosen.filter((path) => !isInGits(path, line));
      const visible = includeHidden ? matched : matched.filter((path) => !isHidden(path, line));
      if (!includeHidden) {
        for (const path of matched) if (isHidden(path, line)) hidden.add(path);
      }
      let count = 0;
      for (const path of visible) {
        const bar = tree.find(path)?.bar;
        if (bar === undefined) taken.add(path);
        else bars.set(path, bar);
        if (bar?.level !== "notice") count += 1;
        if (path === line.literal) named.add(path);
      }
      patterns.push({ pattern: line.pattern, matched: count });
    },
    result: () => ({
      paths: [...taken].sort(comparePaths),
      named,
      patterns,
      hiddenLeftOut: [...hidden].filter((path) => !taken.has(path)).length,
      problems: barred(bars, "problem").map(({ path, text }) => ({ input: shown(path), text })),
      notices: barred(bars, "notice"),
    }),
  };
}

/**
 * What is in `.git` is of no set, hidden files wanted or not: it is another in each clone of the same files, and a checkout
 * keeps its token there. Git knows its folder in any case of letters where the file system does.
 */
function isGits(name: string, line: Pick<PatternLine, "hiddenParts">): boolean {
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

function barred(
  bars: ReadonlyMap<string, Rejection>,
  level: Rejection["level"],
): { path: string; text: string }[] {
  return [...bars]
    .filter(([, bar]) => bar.level === level)
    .map(([path, { text }]) => ({ path, text }))
    .sort((a, b) => comparePaths(a.path, b.path));
}
