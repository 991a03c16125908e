// The tree below a root as fast-glob walks it: nothing outside the root, and no circle of links is walked twice.
// Knows no globs. fast-glob's own following of links neither stops at circles nor stays in the root (mrmlnc/fast-glob#74).
import { join, sep } from "node:path";
import {
  readEntries,
  type Rejection,
  type Entries,
  type EntryOptions,
  type TreeEntry,
} from "./entries";

/** Rules of what is not taken, in any folder; never sent itself. */
export const IGNORE_FILE = ".avalaignore";

interface Folder {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** Set when the folder could not or must not be read; it then has no entries. */
  readonly bar?: Rejection | undefined;
}

export interface Tree {
  readonly root: string;
  /** What is in a folder (POSIX, relative, `""` is the root). Read once; later calls give the same answer. */
  list(folder: string): Folder | undefined;
  /** The entry at a path, its name compared by case; `undefined` when there is none. */
  find(path: string): TreeEntry | undefined;
  /** What was read so far. */
  seen(): Seen;
}

interface Seen {
  /** Absolute: the folders that were listed, and the ignore files in them. */
  readonly paths: readonly string[];
  /** Whether nothing else decides what is in the tree: there are no links, and nothing that can't be read. */
  readonly isPlain: boolean;
}

interface Place extends Folder {
  /** Real paths of this folder, first, and of all that were walked through to it. */
  readonly chain: readonly string[];
  readonly isLinked: boolean;
}

// Links between folders multiply paths (ten folders that all link to each other make millions): far above what is meant.
const MAX_LINKED_FOLDERS = 10_000;

interface TreeOptions extends EntryOptions {
  /** Only this partition: a top-level folder, or `""` for the files outside any folder. */
  readonly folder?: string | undefined;
}

/** The tree below `root`, read as it is asked for. Synchronous: `readdir` off the thread costs more than it saves. */
export function createTree(options: TreeOptions): Tree {
  const places = new Map<string, Place | undefined>();
  const folders = new Map<string, Entries>(); // by real path, which links give many names
  let linkedFolders = 0;

  const read = (real: string): Entries => {
    const known = folders.get(real) ?? readEntries(options, real);
    folders.set(real, known);
    return known;
  };
  const list = (folder: string): Place | undefined => {
    if (places.has(folder)) return places.get(folder);
    const place = folder === "" ? rootPlace(options, read(options.root)) : placeOf(folder);
    places.set(folder, place);
    return place;
  };
  const placeOf = (folder: string): Place | undefined => {
    const name = nameOf(folder);
    const above = list(parentOf(folder));
    const entry = above?.entries.get(name);
    if (above === undefined || entry?.isDirectory() !== true) return undefined;
    const [nearest = options.root] = above.chain;
    const real = entry.real ?? join(nearest, name);
    const isLinked = above.isLinked || entry.real !== undefined;
    const chain = [real, ...above.chain];
    const empty = (bar?: Rejection): Place => ({ entries: new Map(), bar, chain, isLinked });
    if (entry.bar !== undefined) return empty(entry.bar);
    if (KERNELS.has(real)) return empty(ofKernel);
    if (entry.real !== undefined && above.chain.includes(real)) return empty(leadsBack);
    if (isLinked) linkedFolders += 1;
    if (linkedFolders > MAX_LINKED_FOLDERS && isLinked) {
      return empty(linkedFolders === MAX_LINKED_FOLDERS + 1 ? tooManyLinks : undefined);
    }
    const { byName, bar } = read(real);
    return { entries: byName, bar, chain, isLinked };
  };
  const find = (path: string): TreeEntry | undefined =>
    list(parentOf(path))?.entries.get(nameOf(path));
  const seen = (): Seen => ({
    paths: [...folders].flatMap(([real, { byName }]) =>
      byName.has(IGNORE_FILE) ? [real, join(real, IGNORE_FILE)] : [real],
    ),
    isPlain: [...folders.values()].every(({ isPlain }) => isPlain),
  });
  return { root: options.root, list, find, seen };
}

function rootPlace({ root, folder }: TreeOptions, { byName, bar }: Entries): Place {
  // The root's rules hold in each partition.
  const isWanted = (entry: TreeEntry): boolean =>
    (entry.name === IGNORE_FILE && !entry.isDirectory()) ||
    (folder === "" ? !entry.isDirectory() : entry.isDirectory() && entry.name === folder);
  const entries =
    folder === undefined ? byName : new Map([...byName].filter(([, entry]) => isWanted(entry)));
  return { entries, bar, chain: [root], isLinked: false };
}

// What they hold is no file that anyone keeps: processes, devices, settings.
const KERNELS: ReadonlySet<string> = new Set(["/proc", "/sys", "/dev"]);
const ofKernel: Rejection = {
  level: "notice",
  text: "The folder holds the system's processes or devices and no files; it was left out.",
};
const leadsBack: Rejection = {
  level: "notice",
  text: "The link leads back to a folder that it is in; it was left out.",
};
const tooManyLinks: Rejection = {
  level: "problem",
  text: `Links between folders lead to more than ${MAX_LINKED_FOLDERS} folders: leave some out, or use symlinks: skip.`,
};

/** The folder that a path is in, `""` for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** As Node's `join`, in a tenth of its time, of an absolute folder and a path of the tree. */
export function below(root: string): (path: string) => string {
  const start = root.endsWith(sep) ? root : root + sep;
  return sep === "/" ? (path) => start + path : (path) => start + path.split("/").join(sep);
}
