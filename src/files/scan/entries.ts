// What is in one folder, as the tree has it: links resolved by the chosen policy, nothing outside the root.
// Knows neither globs nor the folder's path below the root.
import { lstatSync, readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { dirname, join } from "node:path";
import { isGoneCode, systemErrorCode } from "../../system-error";
import { shown } from "../../text";
import { isWithin } from "../within";
import { evictedName } from "./junk";

/** What to do with symbolic links. Whatever is chosen, nothing outside the root is ever taken. */
export type SymlinkPolicy = "follow" | "skip" | "error";

/**
 * Why an entry is not used: `problem` refuses the whole set, `notice` only leaves it out, `skipped` is a link that is
 * left out as all are, `evicted` a file that is missing since only its placeholder is there, and `gone` what went while it was
 * looked at.
 */
export interface Rejection {
  readonly level: "problem" | "notice" | "evicted" | "skipped" | "gone";
  readonly text: string;
}

/** Stands in for a `Dirent` and for `Stats`. What is not a folder counts as a file, so that a glob decides whether it matters. */
export class TreeEntry {
  constructor(
    readonly name: string,
    private readonly isFolder: boolean,
    readonly bar?: Rejection,
    /** The folder's own real path, when a link led there. */
    readonly real?: string,
  ) {}
  isDirectory(): boolean {
    return this.isFolder;
  }
  isFile(): boolean {
    return !this.isFolder;
  }
  isSymbolicLink(): boolean {
    return false; // a link counts as what it leads to
  }
  isBlockDevice(): boolean {
    return false;
  }
  isCharacterDevice(): boolean {
    return false;
  }
  isFIFO(): boolean {
    return false;
  }
  isSocket(): boolean {
    return false;
  }
}

export interface Entries {
  readonly byName: ReadonlyMap<string, TreeEntry>;
  /** Set when the folder can't be read; it then has no entries. */
  readonly bar?: Rejection;
  /** Whether there are only files and folders, and all of them are in it: nothing elsewhere decides what is here. */
  readonly isPlain: boolean;
}

export interface LinkTargets {
  readonly folders: readonly string[];
  /** What the user calls the input that names them. */
  readonly input: string;
}

export interface EntryOptions {
  /** Absolute, its own links resolved. */
  readonly root: string;
  readonly symlinks: SymlinkPolicy;
  /** Further folders that links may lead to: absolute, their own links resolved. */
  readonly linkTargets?: LinkTargets | undefined;
  /** Whether what is at this real path is as if it was not there. */
  readonly isLeftOut?: ((real: string) => boolean) | undefined;
  /** Whether what goes meanwhile is left out, and not an error. */
  readonly leavesGone?: boolean | undefined;
  /** Called with how many entries a folder has, for each folder that is read. */
  readonly onListed?: ((entries: number) => void) | undefined;
}

/** What is in the folder at `real`, an absolute path without links. */
export function readEntries(options: EntryOptions, real: string): Entries {
  const byName = new Map<string, TreeEntry>();
  let isPlain = true;
  try {
    for (const dirent of readdirSync(real, { withFileTypes: true })) {
      // A glob's `**` does not match line breaks, so they get the sign of a bad name here: seen, and refused by names.ts.
      if (options.isLeftOut?.(join(real, dirent.name)) === true) {
        isPlain = false;
        continue;
      }
      const name = dirent.name.replace(/[\n\r\u2028\u2029]/g, "\uFFFD");
      byName.set(name, entryOf(options, { dirent, name, folder: real }));
      isPlain &&= dirent.isFile() || dirent.isDirectory();
    }
    for (const name of [...byName.keys()].flatMap((placeholder) => evictedName(placeholder) ?? []))
      if (!byName.has(name)) byName.set(name, new TreeEntry(name, false, evicted));
  } catch (error) {
    if (options.leavesGone === true && real !== options.root && isGoneCode(codeOf(error)))
      return { byName: new Map(), bar: gone, isPlain: false };
    const text = `The folder can't be read (${codeOf(error)}).`;
    return { byName: new Map(), bar: { level: "problem", text }, isPlain: false };
  }
  options.onListed?.(byName.size);
  return { byName, isPlain };
}

interface Found {
  readonly dirent: Dirent;
  readonly name: string;
  /** The real path of the folder that it is in. */
  readonly folder: string;
}

function entryOf(options: EntryOptions, { dirent, name, folder }: Found): TreeEntry {
  if (dirent.isFile()) return new TreeEntry(name, false);
  if (dirent.isDirectory())
    return new TreeEntry(name, true, name.includes("\uFFFD") ? badName : undefined);
  if (dirent.isSymbolicLink()) return linkOf(options, name, join(folder, dirent.name));
  return new TreeEntry(name, false, special);
}

const gone: Rejection = { level: "gone", text: "It disappeared after it was listed." };
const evicted: Rejection = { level: "evicted", text: "It is in iCloud only." };
const badName: Rejection = {
  level: "problem",
  text: "The folder's name is not valid UTF-8, or contains a line break: rename it.",
};
const special: Rejection = {
  level: "notice",
  text: "Not a regular file (a pipe, a socket or a device); it was left out.",
};

function linkOf(options: EntryOptions, name: string, real: string): TreeEntry {
  const { symlinks } = options;
  const problem = (text: string, isFolder = false): TreeEntry =>
    new TreeEntry(name, isFolder, { level: "problem", text });
  try {
    const stats = statSync(real);
    const isFolder = stats.isDirectory();
    if (symlinks === "skip") return new TreeEntry(name, isFolder, skipped);
    if (symlinks === "error")
      return problem("It is a symbolic link, and symlinks is error.", isFolder);
    const target = realpathSync.native(real);
    const way = wayOut(options, target);
    if (way !== undefined) return problem(way, isFolder);
    if (isFolder) return new TreeEntry(name, true, undefined, target);
    if (options.isLeftOut?.(target) === true) return new TreeEntry(name, false, leftOut);
    return stats.isFile() ? new TreeEntry(name, false) : new TreeEntry(name, false, special);
  } catch (error) {
    if (symlinks === "skip") return new TreeEntry(name, false, skipped);
    if (options.leavesGone === true && !isThere(real)) return new TreeEntry(name, false, gone);
    return problem(`A broken link: its target can't be read (${codeOf(error)}).`);
  }
}

/** Of a link, whatever it leads to. */
function isThere(real: string): boolean {
  return lstatSync(real, { throwIfNoEntry: false }) !== undefined;
}

/** Why a link must not be followed, with both ways out; `undefined` when it may be. */
function wayOut({ root, linkTargets }: EntryOptions, target: string): string | undefined {
  const { folders = [], input = "allowLinkTargets" } = linkTargets ?? {};
  if ([root, ...folders].some((folder) => isWithin(folder, target))) return undefined;
  const above = commonFolder(root, target);
  const further = above === undefined ? "" : `, or set root to ${shown(above)}`;
  return `The link leads out of the root, to ${shown(target)}. Add a folder that contains the target to ${input}${further}.`;
}

/** The folder that holds both, unless that is the whole file system. */
function commonFolder(root: string, target: string): string | undefined {
  for (let at = dirname(root); dirname(at) !== at; at = dirname(at))
    if (isWithin(at, target)) return at;
  return undefined;
}

const leftOut: Rejection = {
  level: "notice",
  text: "The link leads to a file that is never uploaded; it was left out.",
};
const skipped: Rejection = { level: "skipped", text: "It is a symbolic link and was skipped." };

/** The system's code of an error, `ENOENT`. */
export function codeOf(error: unknown): string {
  return systemErrorCode(error) ?? "unknown error";
}
