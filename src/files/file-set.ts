// A file set: files chosen from a root by globs, each with its path in the dataset, and everything refused at once.
// Reads the disk and sends nothing; knows nothing of hashes.
import { realpathSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { InputError, type InputProblem } from "../errors";
import { cancelled } from "../flow/clock";
import { looksLikeCredential } from "./credentials";
import { credentialText, inspectFiles, type Candidate } from "./inspect";
import { dataTypeOf, inferDataType, isIndexed, suffixOf, type DataType } from "./media";
import { fitsWindows, pathProblem, readPrefix, shown, twinProblems } from "./names";
import { parsePatterns, type Patterns } from "./patterns";
import { scan, type Scan } from "./scan";
import { codeOf, createTree } from "./tree";

/** What to do with symbolic links. Whatever is chosen, nothing outside the root is ever taken. */
export type SymlinkPolicy = "follow" | "skip" | "error";
/** What to do with content that is not what its name says. */
export type ContentPolicy = "warn" | "error" | "off";

export interface FileSetOptions {
  /** The folder that paths are relative to. A relative one is taken from the process's working directory. */
  readonly root: string;
  /**
   * Globs relative to the root, as fast-glob has them, or absolute ones inside it. `!` takes away, in any order. A line
   * that names a folder, or ends in `/`, means everything in it.
   * @example ["images/**\/*.jpg", "!images/drafts"]
   */
  readonly include: readonly string[];
  /** Globs that take away, as include lines with `!` do. */
  readonly exclude?: readonly string[] | undefined;
  /** Put before each path in the dataset, with a `/` between. */
  readonly prefix?: string | undefined;
  /** Take files whose name, or a folder's on the way to them, starts with a dot. Names written out are taken anyway. @default false */
  readonly includeHidden?: boolean | undefined;
  /** @default "follow" */
  readonly symlinks?: SymlinkPolicy | undefined;
  /** Empty files, bytes that are not what the suffix says, images and recordings cut short. @default "warn" */
  readonly checkContent?: ContentPolicy | undefined;
  /** @default what all indexed files agree on */
  readonly dataType?: DataType | undefined;
  /** Only this partition: a top-level folder of the root, or `""` for the files above all folders. */
  readonly folder?: string | undefined;
  /** Give an empty set instead of an error when nothing matches. @default false */
  readonly allowEmpty?: boolean | undefined;
}

export interface LocalFile {
  /** In the dataset: POSIX, with the prefix, letters as on the disk. */
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** A warning, about one file when it has a path. */
export interface Notice {
  readonly path?: string;
  readonly text: string;
}

export interface PatternCount {
  /** The include line as it was given. */
  readonly pattern: string;
  /** Files that it matches, counted also when another line matches them. */
  readonly matched: number;
}

export interface FileSet {
  /** Absolute, its links resolved. */
  readonly root: string;
  /** Sorted by path, in UTF-16 code unit order. */
  readonly files: readonly LocalFile[];
  readonly totalBytes: number;
  /** Files that the server will make items of. Without a data type: files that some data type indexes. */
  readonly indexedCount: number;
  /** As given, or inferred; absent when the files don't agree. */
  readonly dataType?: DataType;
  readonly notices: readonly Notice[];
  /** Files that match but are hidden, and were left out. */
  readonly hiddenLeftOut: number;
  /** One for each include line that takes files, also for those that match nothing. */
  readonly patterns: readonly PatternCount[];
}

/**
 * The files that the options choose, checked so that nothing has to be refused once bytes are under way (contract,
 * "Uploading files"). May be repeated.
 *
 * @throws InputError with every reason at once: the root, a glob or the prefix can't be used; nothing matches; a file or
 * folder can't be read; a link is broken, or leads out of the root; a path is not allowed, is there twice or differs from
 * another in case or Unicode form alone; a file is over 5 GiB or looks like a credential and is not named in full; no file
 * would be indexed; content is wrong and `checkContent` is `error`
 * @throws AvalaError `cancelled`
 */
export async function readFileSet(
  options: FileSetOptions,
  run: { readonly signal?: AbortSignal | undefined } = {},
): Promise<FileSet> {
  const { root, patterns, prefix } = readOptions(options);
  if (run.signal?.aborted === true) throw cancelled("Listing files");
  const found = await scan({
    tree: createTree({ root, symlinks: options.symlinks ?? "follow", folder: options.folder }),
    ...patterns,
    includeHidden: options.includeHidden ?? false,
    signal: run.signal,
  });
  const { candidates, problems } = place(found, root, prefix);
  const inspection = await inspectFiles(candidates, {
    checkContent: options.checkContent ?? "warn",
    signal: run.signal,
  });
  problems.push(...inspection.problems);
  const { files } = inspection;
  const types = readTypes(files, options.dataType);
  if (problems.length === 0) problems.push(...emptyProblems(found, options), ...types.problems);
  if (problems.length > 0) throw new InputError(problems);
  return {
    root,
    files,
    totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    indexedCount: types.indexedCount,
    ...(types.dataType === undefined ? {} : { dataType: types.dataType }),
    notices: [...found.notices, ...inspection.notices, ...types.notices, ...windowsNotices(files)],
    hiddenLeftOut: found.hiddenLeftOut,
    patterns: found.patterns,
  };
}

/** Root, patterns and prefix, or every reason why they can't be used. */
function readOptions(options: FileSetOptions): {
  root: string;
  patterns: Patterns;
  prefix: string;
} {
  const problems: InputProblem[] = [];
  const given = resolve(options.root);
  let root = given;
  try {
    root = realpathSync.native(given);
    if (!statSync(root).isDirectory())
      problems.push({ input: "root", text: `${given} is no folder.` });
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

/** Gives each file its path in the dataset. Files with a problem are named and go no further. */
function place(
  found: Scan,
  root: string,
  prefix: string,
): { candidates: Candidate[]; problems: InputProblem[] } {
  const problems = [...found.problems];
  const candidates: Candidate[] = [];
  for (const inside of found.paths) {
    const path = prefix + inside;
    const isNamed = found.named.has(inside);
    const text =
      pathProblem(path) ?? (!isNamed && looksLikeCredential(inside) ? credentialText : undefined);
    if (text === undefined) candidates.push({ path, absolutePath: join(root, inside), isNamed });
    else problems.push({ input: shown(path), text });
  }
  problems.push(...twinProblems(candidates.map(({ path }) => path)));
  return { candidates, problems };
}

function emptyProblems(found: Scan, options: FileSetOptions): InputProblem[] {
  if (found.paths.length > 0 || options.allowEmpty === true) return [];
  const lines = found.patterns.map(({ pattern }) => shown(pattern)).join(", ");
  const hidden =
    found.hiddenLeftOut === 0
      ? ""
      : ` ${found.hiddenLeftOut} hidden files match: name them in full, or include hidden files.`;
  return [{ input: "include", text: `Nothing in ${options.root} matches ${lines}.${hidden}` }];
}

interface Types {
  readonly dataType: DataType | undefined;
  readonly indexedCount: number;
  readonly problems: readonly InputProblem[];
  readonly notices: readonly Notice[];
}

function readTypes(files: readonly LocalFile[], given: DataType | undefined): Types {
  const dataType = given ?? inferDataType(files.map(({ path }) => path));
  const isItem = ({ path }: LocalFile): boolean =>
    dataType === undefined ? dataTypeOf(path) !== undefined : isIndexed(path, dataType);
  const others = files.filter((file) => !isItem(file));
  const indexedCount = files.length - others.length;
  const as = dataType === undefined ? "" : ` as ${dataType}`;
  const counts = suffixCounts(others);
  const isUseless = files.length > 0 && indexedCount === 0;
  return {
    dataType,
    indexedCount,
    problems: isUseless
      ? [{ input: "include", text: `No file would be indexed${as}: ${counts}.` }]
      : [],
    notices:
      others.length === 0
        ? []
        : [
            {
              text: `${others.length} of ${files.length} files will be stored but not indexed${as}: ${counts}.`,
            },
          ],
  };
}

/** As `12 .txt, 1 .json`, the most frequent first. */
function suffixCounts(files: readonly LocalFile[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const suffix = suffixOf(path) || "without a suffix";
    counts.set(suffix, (counts.get(suffix) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shownCounts = sorted.slice(0, 10).map(([suffix, count]) => `${count} ${shown(suffix)}`);
  return shownCounts.join(", ") + (sorted.length > 10 ? ", and others" : "");
}

function windowsNotices(files: readonly LocalFile[]): Notice[] {
  const odd = files.filter(({ path }) => !fitsWindows(path));
  const [first] = odd;
  if (first === undefined) return [];
  const rest = odd.length === 1 ? "" : ` (and ${odd.length - 1} more)`;
  return [
    {
      text: `${shown(first.path)}${rest} can't be unpacked on Windows: its name is not allowed there.`,
    },
  ];
}
