// The tree below a root as fast-glob walks it: links resolved by the chosen policy, nothing outside the root, no cycle.
// Knows no globs. fast-glob's own following of links neither stops at cycles nor stays in the root (mrmlnc/fast-glob#74).
import { readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join, sep } from "node:path";

/** What to do with symbolic links. Whatever is chosen, nothing outside the root is ever taken. */
export type SymlinkPolicy = "follow" | "skip" | "error";

/** Why an entry is not used: `problem` refuses the whole set, `notice` only leaves it out. */
export interface Bar {
  readonly level: "problem" | "notice";
  readonly text: string;
}

/** Stands in for a `Dirent` and for `Stats`. What is no folder counts as a file, so that a glob decides whether it matters. */
export class TreeEntry {
  constructor(
    readonly name: string,
    private readonly isFolder: boolean,
    readonly bar?: Bar,
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

export interface Folder {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** Set when the folder could not or must not be read; it then has no entries. */
  readonly bar?: Bar;
}

export interface Tree {
  readonly root: string;
  /** What is in a folder (POSIX, relative, `""` is the root). Read once; later calls give the same answer. */
  list(folder: string): Folder | undefined;
  /** The entry at a path, its name compared by case; `undefined` when there is none. */
  find(path: string): TreeEntry | undefined;
}

interface Place extends Folder {
  /** Real paths of this folder and of all that were walked through to it. */
  readonly chain: readonly string[];
  readonly isLinked: boolean;
}

// Links between folders multiply paths (ten folders that all link to each other make millions): far above what is meant.
const MOST_LINKED_FOLDERS = 10_000;

export interface TreeOptions {
  /** Absolute, its own links resolved. */
  readonly root: string;
  readonly symlinks: SymlinkPolicy;
  /** Only this partition: a top-level folder, or `""` for the files above all folders. */
  readonly folder?: string | undefined;
}

/** The tree below `root`, read as it is asked for. Synchronous, as `readdir` off the thread costs more than it saves. */
export function createTree(options: TreeOptions): Tree {
  const places = new Map<string, Place | undefined>();
  let linkedFolders = 0;

  const list = (folder: string): Place | undefined => {
    if (places.has(folder)) return places.get(folder);
    const place = folder === "" ? readRoot(options) : below(folder);
    places.set(folder, place);
    return place;
  };
  const below = (folder: string): Place | undefined => {
    const { parent, name } = split(folder);
    const above = list(parent);
    const entry = above?.entries.get(name);
    if (above === undefined || entry?.isDirectory() !== true) return undefined;
    const [nearest = options.root] = above.chain;
    const real = entry.real ?? join(nearest, name);
    const isLinked = above.isLinked || entry.real !== undefined;
    const chain = [real, ...above.chain];
    const barred = (bar: Bar): Place => ({ entries: new Map(), bar, chain, isLinked });
    if (entry.bar !== undefined) return barred(entry.bar);
    if (entry.real !== undefined && above.chain.includes(real)) return barred(leadsBack);
    if (isLinked && ++linkedFolders > MOST_LINKED_FOLDERS) return barred(tooManyLinks);
    return readPlace(options, { real, chain, isLinked });
  };
  const find = (path: string): TreeEntry | undefined => {
    const { parent, name } = split(path);
    return list(parent)?.entries.get(name);
  };
  return { root: options.root, list, find };
}

const leadsBack: Bar = {
  level: "notice",
  text: "The link leads back to a folder that it is in; it was left out.",
};
const tooManyLinks: Bar = {
  level: "problem",
  text: `Links between folders lead to more than ${MOST_LINKED_FOLDERS} folders: leave some out, or use symlinks: skip.`,
};

function split(path: string): { parent: string; name: string } {
  const slash = path.lastIndexOf("/");
  return { parent: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
}

function readRoot(options: TreeOptions): Place {
  const place = readPlace(options, { real: options.root, chain: [options.root], isLinked: false });
  const { folder } = options;
  if (folder === undefined) return place;
  const isWanted = (entry: TreeEntry): boolean =>
    folder === "" ? !entry.isDirectory() : entry.isDirectory() && entry.name === folder;
  return { ...place, entries: new Map([...place.entries].filter(([, entry]) => isWanted(entry))) };
}

function readPlace(
  options: TreeOptions,
  at: { readonly real: string; readonly chain: readonly string[]; readonly isLinked: boolean },
): Place {
  const entries = new Map<string, TreeEntry>();
  const { chain, isLinked } = at;
  try {
    for (const dirent of readdirSync(at.real, { withFileTypes: true })) {
      // A glob's `**` does not match line breaks, so they get the sign of a bad name here: seen, and refused by names.ts.
      const name = dirent.name.replace(/[\n\r\u2028\u2029]/g, "\uFFFD");
      entries.set(name, entryOf(options, { dirent, name, real: join(at.real, dirent.name) }));
    }
  } catch (error) {
    const text = `The folder can't be read (${codeOf(error)}).`;
    return { entries: new Map(), bar: { level: "problem", text }, chain, isLinked };
  }
  return { entries, chain, isLinked };
}

interface Found {
  readonly dirent: Dirent;
  readonly name: string;
  readonly real: string;
}

function entryOf(options: TreeOptions, { dirent, name, real }: Found): TreeEntry {
  if (dirent.isFile()) return new TreeEntry(name, false);
  if (dirent.isDirectory()) return new TreeEntry(name, true);
  if (dirent.isSymbolicLink()) return linkOf(options, name, real);
  return new TreeEntry(name, false, special);
}

const special: Bar = {
  level: "notice",
  text: "It is a pipe, a socket or a device and no file; it was left out.",
};

function linkOf({ root, symlinks }: TreeOptions, name: string, real: string): TreeEntry {
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
    return stats.isFile() ? new TreeEntry(name, false) : new TreeEntry(name, false, special);
  } catch (error) {
    if (symlinks === "skip") return new TreeEntry(name, false, skipped);
    return problem(`The link leads to nothing that can be read (${codeOf(error)}): a broken link.`);
  }
}

const skipped: Bar = { level: "notice", text: "It is a symbolic link; it was left out." };

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** The system's code of an error, `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
