// A file set: files chosen from a root by globs, each with its path in the dataset, and everything refused at once.
import type { DataType } from "./media";

/** What to do with symbolic links. Whatever is chosen, nothing outside the root is ever taken. */
export type SymlinkPolicy = "follow" | "skip" | "error";
export type ContentPolicy = "warn" | "error" | "off";

export interface FileSetOptions {
  readonly root: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  readonly includeHidden?: boolean | undefined;
  readonly symlinks?: SymlinkPolicy | undefined;
  readonly checkContent?: ContentPolicy | undefined;
  readonly dataType?: DataType | undefined;
  readonly folder?: string | undefined;
  readonly allowEmpty?: boolean | undefined;
}

export interface LocalFile {
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface Notice {
  readonly path?: string;
  readonly text: string;
}

export interface PatternCount {
  readonly pattern: string;
  readonly matched: number;
}

export interface FileSet {
  readonly root: string;
  readonly files: readonly LocalFile[];
  readonly totalBytes: number;
  readonly indexedCount: number;
  readonly dataType?: DataType;
  readonly notices: readonly Notice[];
  readonly hiddenLeftOut: number;
  readonly patterns: readonly PatternCount[];
}

export async function readFileSet(
  options: FileSetOptions,
  run: { readonly signal?: AbortSignal | undefined } = {},
): Promise<FileSet> {
  await Promise.resolve();
  throw new Error(`Not written yet: ${options.root} ${String(run.signal)}`);
}
