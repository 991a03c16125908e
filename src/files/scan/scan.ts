// Root and globs → the files that they choose. Knows nothing of content, hashes or datasets.
import { relative, sep } from "node:path";
import type fastGlob from "fast-glob";
import { cancelled } from "../../flow/clock";
import type { TreeEntry } from "./entries";
import { createFindings, isGits, type Findings, type OnBar, type Scan } from "./findings";
import type { Listed } from "./listed";
import type { PatternLine } from "./patterns/patterns";
import { parentOf, type Tree } from "./tree";
import { globLibrary } from "./glob-library";

export interface ScanRequest {
  readonly tree: Tree;
  readonly lines: readonly PatternLine[];
  readonly ignore: readonly string[];
  readonly includeHidden: boolean;
  /** The only paths that are taken. @default all */
  readonly listed?: Listed | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Every file that a line chooses and none takes away. A line is counted by what it matches, also when others match it too. */
export async function scan(request: ScanRequest): Promise<Scan> {
  const found = createFindings(request);
  for (const line of request.lines) {
    const glob = globOf(line, request.tree);
    const options = optionsOf(request, viewOf(found, line), glob);
    found.add(line, await globLibrary().glob(glob, options));
  }
  return found.result();
}

/** As {@link scan}, without giving way to anything else. */
export function scanSync(request: ScanRequest): Scan {
  const found = createFindings(request);
  for (const line of request.lines) {
    const glob = globOf(line, request.tree);
    const options = optionsOf(request, viewOf(found, line), glob);
    found.add(line, globLibrary().globSync(glob, options));
  }
  return found.result();
}

function viewOf(found: Findings, line: PatternLine): View {
  const { hiddenParts } = line;
  return { hiddenParts, onBar: found.barOf(line), isPruned: found.isPruned(line) };
}

/** For fast-glob: a folder that is named means everything in it. */
export function globOf(line: PatternLine, tree: Tree): string {
  if (line.literal === undefined) return line.glob;
  const escaped = globLibrary().posix.escapePath(line.literal);
  return tree.find(line.literal)?.isDirectory() === true ? `${escaped}/**` : escaped;
}

function optionsOf(request: ScanRequest, view: View, glob: string): fastGlob.Options {
  // `dot`: hidden files are found and then left out by us, so that they can be counted.
  const fs = adapterOf(request, view);
  // Only braces make several walks of one glob, which may come to the same file.
  const unique = glob.includes("{");
  return { cwd: request.tree.root, ignore: [...request.ignore], dot: true, unique, fs };
}

interface View {
  /** Of `.git` only what is written out is seen. @default all of it */
  readonly hiddenParts?: PatternLine["hiddenParts"] | undefined;
  /** The only paths that are seen. @default all */
  readonly within?: ReadonlySet<string> | undefined;
  /** Folders of which nothing is taken. */
  readonly isPruned?: ((folder: string) => boolean) | undefined;
  readonly onBar: OnBar;
}

/** The tree as the file system that fast-glob walks. */
export function adapterOf(
  { tree, signal }: Pick<ScanRequest, "tree" | "signal">,
  { hiddenParts, within, isPruned, onBar }: View,
): Partial<fastGlob.FileSystemAdapter> {
  const inTree = (path: string): string => relative(tree.root, path).replaceAll(sep, "/");
  const isSeen = (folder: string, { name }: TreeEntry): boolean => {
    if (hiddenParts !== undefined && isGits(name, { hiddenParts })) return false;
    return within === undefined || within.has(folder === "" ? name : `${folder}/${name}`);
  };
  const readdirSync = (path: string): TreeEntry[] => {
    if (signal?.aborted === true) throw cancelled("Listing files");
    const folder = inTree(path);
    if (isPruned?.(folder) === true) return [];
    reportBar(tree, folder, onBar);
    const entries = [...(tree.list(folder)?.entries.values() ?? [])];
    return entries.filter((entry) => isSeen(folder, entry));
  };
  const lstatSync = (path: string): TreeEntry => {
    const entry = tree.find(inTree(path));
    const isKnown = within === undefined || within.has(inTree(path));
    if (entry !== undefined && isKnown) return entry;
    reportBar(tree, parentOf(inTree(path)), onBar);
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
function reportBar(tree: Tree, folder: string, onBar: OnBar): void {
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
