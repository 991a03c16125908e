// Cuts a file set into partitions: the folders that are separate datasets, so that a change sends only that folder.
import { posix, relative, resolve, sep } from "node:path";
import { readOptions, type FileSetOptions } from "../file-set-options";
import { comparePaths } from "../manifest/manifest";
import type { PatternCount } from "../local-file";
import { formatCount, shown } from "../../text";
import { isItemOf } from "./indexing";
import { withReasons } from "./reasons";
import { scanSync } from "./scan";
import { createTree } from "./tree";

/** 0: one partition; 1: each top-level folder is one. */
export type PartitionDepth = 0 | 1;

interface Partition<T> {
  /** The top-level folder; `""` for the files above it, and for everything at depth 0. */
  readonly folder: string;
  readonly files: readonly T[];
}

type PartitionOptions = Pick<
  FileSetOptions,
  | "include"
  | "exclude"
  | "includeHidden"
  | "symlinks"
  | "allowLinkTargets"
  | "unindexed"
  | "dataType"
> & { readonly depth: PartitionDepth };

export interface Partitions {
  /** `FileSetOptions.folder` of each, sorted; `""` for the files outside any folder. */
  readonly folders: readonly string[];
  /** Folders that are no partitions, since none of their files would be indexed; the paths of these. */
  readonly leftOut: readonly Partition<Pathed>[];
  readonly uncut?: Uncut | undefined;
  /** One for each include line that takes files, with the likely reason where it matches nothing. */
  readonly patterns: readonly PatternCount[];
}

interface Pathed {
  readonly path: string;
}

/**
 * The partitions that hold a file of the set. At depth 0 always `[""]`, and then `folder` is to be left out. Synchronous,
 * for a program that has to know its resources as it runs; opens no file and refuses none, that is left to `readFileSet`.
 * @throws InputError when the root or a glob can't be used
 */
export function readPartitions(root: string, options: PartitionOptions): Partitions {
  const read = readOptions({ root, ...options });
  if (options.depth === 0) return { folders: [""], leftOut: [], patterns: [] };
  const tree = createTree({
    root: read.root,
    symlinks: options.symlinks ?? "follow",
    linkTargets: read.linkTargets,
  });
  const includeHidden = options.includeHidden ?? false;
  const scanned = scanSync({ tree, ...read.patterns, includeHidden });
  const { paths, named, problems, evicted } = scanned;
  const { unindexed = "leave-out", dataType } = options;
  const isSent = (path: string): boolean =>
    unindexed !== "leave-out" || named.has(path) || isItemOf(path, dataType);
  // What will be refused still counts: its partition is where the refusal is reported.
  const refused = problems.map(({ input }) =>
    tree.find(input)?.isDirectory() === true ? `${input}/` : input,
  );
  const kept = [...paths.filter(isSent), ...refused, ...evicted.filter(isSent)].map((path) => ({
    path,
  }));
  const rest = paths.filter((path) => !isSent(path));
  return {
    folders: partitionFiles(kept, 1).map(({ folder }) => folder),
    leftOut: partitionsOnlyOf(rest, kept, 1),
    uncut: uncutBy(kept),
    patterns: withReasons(scanned.patterns, { tree }, read.patterns.removals),
  };
}

/** One folder that has all files, in folders of its own: then depth 1 cuts nothing. */
interface Uncut {
  readonly folder: string;
  /** How many folders in it have files. */
  readonly folders: number;
}

export function uncutBy(files: readonly Pathed[], prefix = ""): Uncut | undefined {
  const [only, ...others] = partitionFiles(files, 1, prefix);
  if (only === undefined || only.folder === "" || others.length > 0) return undefined;
  const { folder } = only;
  const inside = partitionFiles(only.files, 1, `${startOf(prefix)}${folder}`);
  const folders = inside.filter((one) => one.folder !== "").length;
  return folders < 2 ? undefined : { folder, folders };
}

/** What a front end calls these, and how it writes a value. */
interface UncutNames {
  /** `partition-depth: 1` */
  readonly depth: string;
  readonly include: string;
  readonly written: (value: string) => string;
}

export function describeUncut(
  { folder, folders }: Uncut,
  root: string,
  { depth, include, written }: UncutNames,
): string {
  const inner = written(posix.join(root.replaceAll(sep, "/"), folder));
  return `All files are in the folder ${shown(folder)}, so ${depth} makes one dataset of them. To make one of each of the ${formatCount(folders)} folders in it, set root to ${inner}, with ${include} relative to that, and add ${written(folder)} to prefix, so that paths in the dataset stay as they are.`;
}

function startOf(prefix: string): string {
  return prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
}

/** The partitions of `leftOut` in which no file is left. */
export function partitionsOnlyOf(
  leftOut: readonly string[],
  files: readonly Pathed[],
  depth: PartitionDepth,
  prefix = "",
): readonly Partition<Pathed>[] {
  const left = new Set(partitionFiles(files, depth, prefix).map(({ folder }) => folder));
  const out = leftOut.map((path) => ({ path }));
  return partitionFiles(out, depth, prefix).filter(({ folder }) => !left.has(folder));
}

/**
 * What stands for the files outside any folder in the names of datasets: the root's own name where it lies in a folder of the
 * project, else `root`. Never the name of the project's folder, which differs from one checkout to the next.
 * @param root from `base`, or absolute
 * @param base the project's folder, absolute
 */
export function rootLabel(root: string, base: string): string {
  const inside = relative(base, resolve(base, root)).split(/[\\/]/);
  return inside.findLast((part) => part !== "" && part !== "..") ?? "root";
}

/** A folder of that name would take the place of these files' dataset, and their annotations would be left behind. */
export function labelProblem(folders: readonly string[], label: string): string | undefined {
  if (!folders.includes("") || !folders.includes(label)) return undefined;
  return `the folder ${shown(label)} has the name of the dataset of the files outside any folder: rename the folder, or move these files into a folder`;
}

/** What a folder is called of which no dataset is made, and how little of it would be indexed. */
export function leftOutWords(folder: string): readonly [where: string, none: string] {
  return folder === ""
    ? ["the files outside any folder", "none of them"]
    : [`the folder ${shown(folder)}`, "nothing of it"];
}

function topFolder(path: string): string {
  const slash = path.indexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/**
 * Files by partition, sorted by folder, each in the order given. `prefix` is the file set's own, which is in front of
 * every path and is not a folder of the root.
 */
export function partitionFiles<T extends { readonly path: string }>(
  files: readonly T[],
  depth: PartitionDepth,
  prefix = "",
): Partition<T>[] {
  if (depth === 0) return files.length === 0 ? [] : [{ folder: "", files }];
  const start = startOf(prefix);
  const byFolder = new Map<string, T[]>();
  for (const file of files) {
    const inside = file.path.startsWith(start) ? file.path.slice(start.length) : file.path;
    const folder = topFolder(inside);
    const group = byFolder.get(folder);
    if (group === undefined) byFolder.set(folder, [file]);
    else group.push(file);
  }
  return [...byFolder]
    .map(([folder, group]) => ({ folder, files: group }))
    .sort((a, b) => comparePaths(a.folder, b.folder));
}
