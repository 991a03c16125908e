// What a file set is chosen by, and the first check of it: root, globs and prefix. Reads nothing but the root's name.
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { homeFolder, withHome } from "../home-path";
import { isNear } from "../near-name";
import { shown } from "../text";
import { numberProblem } from "../wrong-value";
import { InputError, type InputProblem } from "../errors";
import type { DataType } from "./media";
import { readPrefix } from "./names";
import { parsePatterns, type Patterns } from "./scan/patterns/patterns";
import { codeOf, type LinkTargets, type SymlinkPolicy } from "./scan/entries";
import type { UnindexedPolicy } from "./scan/indexing";

/** What to do about files that change while they are read. */
export type ChangingPolicy = "fail" | "leave-out";

/** What to do with content that is not what its name says. */
export type ContentPolicy = "warn" | "error" | "off";

export interface FileSetOptions {
  /** The folder that paths are relative to. A relative one is taken from `base`; `~` is the user's home. */
  readonly root: string;
  /** @default the process's working directory */
  readonly base?: string | undefined;
  /**
   * Globs relative to the root, as fast-glob has them, or absolute ones inside it (`~` is the user's home). `!` takes away, in any order. A line
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
  /**
   * Further folders that links may lead to, as a cache that several checkouts share. A relative one is taken from `base`.
   * @default only the root
   */
  readonly allowLinkTargets?: readonly string[] | undefined;
  /** Empty files, bytes that are not what the suffix says, images and recordings cut short. @default "warn" */
  readonly checkContent?: ContentPolicy | undefined;
  /**
   * What to do with files of a suffix that the server stores and never shows: a note, a label file. One that a line names
   * in full is sent in any case. @default "leave-out"
   */
  readonly unindexed?: UnindexedPolicy | undefined;
  /**
   * Leave out what was written within so many minutes, as a recorder's newest files; a time in the future counts as just
   * now. @default none is left out for that
   */
  readonly minAgeMinutes?: number | undefined;
  /**
   * What to do about files that go or change while the set is read. `leave-out` is for sets of which the rest is not wrong
   * without them. @default "fail"
   */
  readonly changingFiles?: ChangingPolicy | undefined;
  /** @default what all indexed files agree on, unless others beside them leave it open, which is an error */
  readonly dataType?: DataType | undefined;
  /** Only this partition: a top-level folder of the root, or `""` for the files outside any folder. */
  readonly folder?: string | undefined;
  /** Into which datasets the set will be cut, since the data type is inferred for each. @default 0, one */
  readonly partitionDepth?: 0 | 1 | undefined;
  /** Give an empty set instead of an error when nothing matches. @default false */
  readonly allowEmpty?: boolean | undefined;
}

interface ReadOptions {
  /** Absolute, its links resolved. */
  readonly root: string;
  readonly patterns: Patterns;
  readonly prefix: string;
  readonly linkTargets: LinkTargets;
}

/** `linkTargetsInput` is what the user calls `allowLinkTargets`. @throws InputError with every reason why they can't be used */
export function readOptions(
  options: FileSetOptions,
  linkTargetsInput = "allowLinkTargets",
): ReadOptions {
  const problems: InputProblem[] = [];
  const { base = "" } = options;
  const given = resolve(base, withHome(options.root));
  const root = readFolder("root", given, problems);
  const folders = (options.allowLinkTargets ?? []).map((folder) =>
    readFolder(linkTargetsInput, resolve(base, withHome(folder)), problems),
  );
  // All of the disk would be what a link, which may come with the files, can send.
  for (const folder of folders.filter((one) => dirname(one) === one))
    problems.push({ input: linkTargetsInput, text: `${folder} is the whole file system.` });
  const patterns = parsePatterns({
    include: options.include,
    exclude: options.exclude ?? [],
    roots: [given, root],
    separator: sep,
    home: homeFolder(),
  });
  problems.push(...patterns.problems);
  const age = options.minAgeMinutes;
  const ageProblem = age === undefined ? undefined : numberProblem(age, { least: 0 });
  if (ageProblem !== undefined) problems.push({ input: "minAgeMinutes", text: ageProblem });
  const { prefix, problem } = readPrefix(options.prefix ?? "");
  if (problem !== undefined) problems.push({ input: "prefix", text: problem });
  if (problems.length > 0) throw new InputError(problems);
  return { root, patterns, prefix, linkTargets: { folders, input: linkTargetsInput } };
}

/** Its real path, or as given where it can't be used. */
function readFolder(input: string, given: string, problems: InputProblem[]): string {
  try {
    const real = realpathSync.native(given);
    if (!statSync(real).isDirectory())
      problems.push({ input, text: `${shown(given)} is not a folder.` });
    return real;
  } catch (error) {
    const near = nearFolder(given);
    const instead = near === undefined ? "" : ` ${shown(near)} is there.`;
    const code = codeOf(error);
    const fault = code === "ENOENT" ? "does not exist" : `can't be read (${code})`;
    problems.push({ input, text: `${shown(given)} ${fault}.${instead}` });
    return given;
  }
}

/** A folder beside it whose name is most likely the one that was meant. */
function nearFolder(path: string): string | undefined {
  try {
    const beside = readdirSync(dirname(path), { withFileTypes: true });
    const near = beside.find((one) => one.isDirectory() && isNear(basename(path), one.name));
    return near && join(dirname(path), near.name);
  } catch {
    return undefined;
  }
}
