// What is in one folder, as the tree has it: links resolved by the chosen policy, nothing outside the root.
// Knows neither globs nor the folder's path below the root.
import { readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join, sep } from "node:path";
import { evictedName } from "./junk";

/** What to do with symbolic links. Whatever is chosen, nothing outside the root is ever taken. */
export type SymlinkPolicy = "follow" | "skip" | "error";

/**
 * Why an entry is not used: `problem` refuses the whole set, `notice` only leaves it out, and `evicted` is a file that is
 * missing since only its placeholder is there.
 */
export interface Rejection {
  readonly level: "problem" | "notice" | "evicted";
  readonly text: string;
}

/** Stands in for a `Dirent` and for `Stats`. What is no folder counts as a file, so that a glob decides whether it matters. */
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
}

export interface EntryOptions {
  /** Absolute, its own links resolved. */
  readonly root: string;
  readonly symlinks: SymlinkPolicy;
  /** Whether what is at this real path is as if it was not there. */
  readonly isLeftOut?: ((real: string) => boolean) | undefined;
}

/** What is in the folder at `real`, an absolute path without links. */
export function readEntries(options: EntryOptions, real: string): Entries {
  const byName = new Map<string, TreeEntry>();
  try {
    for (const dirent of readdirSync(real, { withFileTypes: true })) {
      // A glob's `**` does not match line breaks, so they get the sign of a bad name here: seen, and refused by names.ts.
      if (options.isLeftOut?.(join(real, dirent.name)) === true) continue;
      const name = dirent.name.replace(/[\n\r\u2028\u2029]/g, "\uFFFD");
      byName.set(name, entryOf(options, { dirent, name, real: join(real, dirent.name) }));
    }
    for (const name of [...byName.keys()].flatMap((placeholder) => evictedName(placeholder) ?? []))
      if (!byName.has(name)) byName.set(name, new TreeEntry(name, false, evicted));
  } catch (error) {
    const text = `The folder can't be read (${codeOf(error)}).`;
    return { byName: new Map(), bar: { level: "problem", text } };
  }
  return { byName };
}

interface Found {
  readonly dirent: Dirent;
  readonly name: string;
  readonly real: string;
}

function entryOf(options: EntryOptions, { dirent, name, real }: Found): TreeEntry {
  if (dirent.isFile()) return new TreeEntry(name, false);
  if (dirent.isDirectory())
    return new TreeEntry(name, true, name.includes("\uFFFD") ? badName : undefined);
  if (dirent.isSymbolicLink()) return linkOf(options, name, real);
  return new TreeEntry(name, false, special);
}

const evicted: Rejection = { level: "evicted", text: "It is in iCloud only." };
const badName: Rejection = {
  level: "problem",
  text: "The folder's name is not valid UTF-8, or holds a line break: rename it.",
};
const special: Rejection = {
  level: "notice",
  text: "It is a pipe, a socket or a device and no file; it was left out.",
};

function linkOf(options: EntryOptions, name: string, real: string): TreeEntry {
  const { root, symlinks } = options;
  const problem = (text: string, isFolder = false): TreeEntry =>
    new TreeEntry(name, isFolder, { level: "problem", text });
  try {
    const stats = statSync(real);
    const isFolder = stats.isDirectory();
    if (symlinks === "skip") return new TreeEntry(name, isFolder, skipped);
    if (symlinks === "error")
      return problem("It is a symbolic link, and symlinks is error.", isFolder);
    const target = realpathSync.native(real);
    if (!isWithin(root, target)) return problem("The link leads out of the root.", isFolder);
    if (isFolder) return new TreeEntry(name, true, undefined, target);
    if (options.isLeftOut?.(target) === true) return new TreeEntry(name, false, leftOut);
    return stats.isFile() ? new TreeEntry(name, false) : new TreeEntry(name, false, special);
  } catch (error) {
    if (symlinks === "skip") return new TreeEntry(name, false, skipped);
    return problem(`The link leads to nothing that can be read (${codeOf(error)}): a broken link.`);
  }
}

const leftOut: Rejection = {
  level: "notice",
  text: "The link leads to a file that must not be taken; it was left out.",
};
const skipped: Rejection = { level: "notice", text: "It is a symbolic link; it was left out." };

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** The system's code of an error, `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
