// What a file set is chosen by, and the first check of it: root, globs and prefix. Reads nothing but the root's name.
import { realpathSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";
import { InputError, type InputProblem } from "../errors";
import type { DataType } from "./media";
import { readPrefix } from "./names";
import { parsePatterns, type Patterns } from "./scan/patterns";
import { codeOf, type SymlinkPolicy } from "./scan/entries";
import type { UnindexedPolicy } from "./scan/indexing";

/** What to do with content that is not what its name says. */
export type ContentPolicy = "warn" | "error" | "off";

export interface FileSetOptions {
  /** The folder that paths are relative to. A relative one is taken from `base`. */
  readonly root: string;
  /** @default the process's working directory */
  readonly base?: string | undefined;
  /**
   * Globs relative to the root, as fast-glob has them, or absolute ones inside it. `!` takes away, in any order. A line
   * that names a folder, or ends in `/`, means everything in it.
   * @example ["images/**\/*.jpg", "!images/drafts"]
   */
  readonly include: readonly string[];
  /**
   * Globs that take away, as include lines with `!` do. So do the lines of an `.avalaignore`, in the root or below it, in
   * the syntax of `.gitignore`.
   */
  readonly exclude?: readonly string[] | undefined;
  /** Put before each path in the dataset, with a `/` between. */
  readonly prefix?: string | undefined;
  /**
   * Take files whose name, or a folder's on the way to them, starts with a dot. Names written out are taken anyway, and
   * `.git` only when it is.
   * @default false
   */
  readonly includeHidden?: boolean | undefined;
  /** @default "follow" */
  readonly symlinks?: SymlinkPolicy | undefined;
  /** Empty files, bytes that are not what the suffix says, images and recordings cut short. @default "warn" */
  readonly checkContent?: ContentPolicy | undefined;
  /**
   * What to do with files of a suffix that the server stores and never shows: a note, a label file. One that a line names
   * in full is sent in any case. @default "leave-out"
   */
  readonly unindexed?: UnindexedPolicy | undefined;
  /** @default what all indexed files agree on, unless others beside them leave it open, which is an error */
  readonly dataType?: DataType | undefined;
  /** Only this partition: a top-level folder of the root, or `""` for the files above all folders. */
  readonly folder?: string | undefined;
  /** Into which datasets the set will be cut, since the data type is inferred for each. @default 0, one */
  readonly partitionDepth?: 0 | 1 | undefined;
  /** Give an empty set instead of an error when nothing matches. @default false */
  readonly allowEmpty?: boolean | undefined;
}

/** The root with its links resolved, patterns and prefix. @throws InputError with every reason why they can't be used */
export function readOptions(options: FileSetOptions): {
  root: string;
  patterns: Patterns;
  prefix: string;
} {
  const problems: InputProblem[] = [];
  const given = resolve(options.base ?? "", options.root);
  let root = given;
  try {
    root = realpathSync.native(given);
    if (!statSync(root).isDirectory())
      problems.push({ input: "root", text: `${given} is not a folder.` });
  } catch (error) {
    const text = `${given} can't be read (${codeOf(error)}).`;
    problems.push({ input: "root", text });
  }
  const patterns = parsePatterns({
    include: options.include,
    exclude: options.exclude ?? [],
    roots: [given, root],
    separator: sep,
  });
  problems.push(...patterns.problems);
  const { prefix, problem } = readPrefix(options.prefix ?? "");
  if (problem !== undefined) problems.push({ input: "prefix", text: problem });
  if (problems.length > 0) throw new InputError(problems);
  return { root, patterns, prefix };
}
