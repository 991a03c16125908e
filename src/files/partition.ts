// Cuts a file set into partitions: the folders that are datasets of their own, so that a change sends that folder alone.
import type { FileSetOptions } from "./file-set";

/** 0: one partition; 1: each top-level folder is one. */
export type PartitionDepth = 0 | 1;

export interface Partition<T> {
  /** The top-level folder; `""` for the files above it, and for everything at depth 0. */
  readonly folder: string;
  readonly files: readonly T[];
}

export type PartitionOptions = Pick<
  FileSetOptions,
  "include" | "exclude" | "includeHidden" | "symlinks"
> & { readonly depth: PartitionDepth };

export function listPartitions(root: string, options: PartitionOptions): string[] {
  throw new Error(`Not written yet: ${root} ${options.depth}`);
}

/**
 * Files by partition, sorted by folder, each in the order given. `prefix` is the file set's own, which is in front of
 * every path and is no folder of the root.
 */
export function partitionFiles<T extends { readonly path: string }>(
  files: readonly T[],
  depth: PartitionDepth,
  prefix = "",
): Partition<T>[] {
  const start = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const byFolder = new Map<string, T[]>();
  for (const file of files) {
    const inside = file.path.startsWith(start) ? file.path.slice(start.length) : file.path;
    const slash = inside.indexOf("/");
    const folder = depth === 0 || slash === -1 ? "" : inside.slice(0, slash);
    const group = byFolder.get(folder);
    if (group === undefined) byFolder.set(folder, [file]);
    else group.push(file);
  }
  return [...byFolder]
    .map(([folder, group]) => ({ folder, files: group }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}
