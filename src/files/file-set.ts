// A file set: files chosen from a root by globs, each with its path in the dataset, and everything refused at once.
// Reads the disk and sends nothing; knows nothing of hashes.
import { InputError, type InputProblem } from "../errors";
import { wallClockMs } from "../flow/clock";
import { aFunction, aNumber, maybe, optionsOf, refuse } from "../shapes";
import { chooseFiles, nameNotices, type Chosen, type ChoosingRun } from "./choose";
import type { KnownFiles } from "./digests/known-files";
import { FILE_SET_OPTIONS, OF_CHOOSING } from "./file-set-given";
import type { FileSetOptions } from "./file-set-options";
import { contentCounts, nothingProblems, repeated, unrestProblems } from "./file-set-words";
import { inspectFiles, type ContentFinding, type InspectOptions, type Inspection } from "./inspect";
import { isItemOf } from "./scan/indexing";
import type { LocalFile, Notice, PatternCount } from "./local-file";
import type { Candidates } from "./look";
import { evictedNotices, type LeftOut } from "./left-out";
import type { DataType } from "./media";
import { leaveMoving, type MovingOptions } from "./moving";
import { typeProblems } from "./scan/type-question";

export interface FileSet {
  /** Absolute, its links resolved. */
  readonly root: string;
  /** What each path in the dataset has before its path under the root: `""`, or with a `/` at its end. */
  readonly prefix: string;
  /** Sorted by path, in UTF-16 code unit order. */
  readonly files: readonly LocalFile[];
  readonly totalBytes: number;
  /** Files that the server will make items of. Without a data type: files that some data type indexes. */
  readonly indexedCount: number;
  /** As given, or inferred; absent when the files don't agree. */
  readonly dataType?: DataType;
  readonly notices: readonly Notice[];
  /** What is wrong with contents, all of it; each is among the notices too. */
  readonly contents: readonly ContentFinding[];
  /** Files that were known from before and have not changed, so that they were not read. */
  readonly recalledCount: number;
  /** Files that match but are hidden, and were left out. */
  readonly hiddenLeftOut: number;
  /** What else matches and was left out. */
  readonly leftOut: LeftOut;
  /** One for each include line that takes files, also for those that match nothing. */
  readonly patterns: readonly PatternCount[];
  /** One for each line that takes away, with how many files it takes; empty unless that was asked for. */
  readonly removed: readonly PatternCount[];
  /** Where the digests of its files are noted. */
  readonly known?: KnownFiles | undefined;
}

/** How a set is read. */
export interface FileSetRun extends ChoosingRun {
  /** A caller's own refusals of what the lines chose, reported together with the others. */
  readonly check?:
    | ((
        found: Pick<FileSet, "root" | "patterns" | "removed" | "hiddenLeftOut" | "leftOut"> & {
          /** What is chosen, relative to the root. */
          readonly paths: readonly string[];
        },
      ) => readonly InputProblem[])
    | undefined;
  /** What `minAgeMinutes` counts from. @default now */
  readonly nowMs?: number | undefined;
}

const FILE_SET_RUN = optionsOf<FileSetRun>({
  ...OF_CHOOSING,
  check: maybe(aFunction),
  nowMs: maybe(aNumber),
});

/**
 * The files that the options choose, checked so that nothing has to be refused once bytes are under way (contract,
 * "Uploading files"). May be repeated.
 *
 * @throws InputError with every reason at once: the root, a glob or the prefix can't be used; nothing matches; a file or
 * folder can't be read; a link is broken, or leads out of the root; files beside the indexed ones say that the data type may be
 * another, and none is given; a path is not allowed, is there twice or differs from
 * another only in case or Unicode form; a file is over 1,250 GiB, or looks like a credential and is not named in full; no
 * file would be indexed, or one would not and `unindexed` is `error`; content is wrong and `checkContent` is `error`
 * @throws AvalaError `cancelled`
 */
export async function readFileSet(options: FileSetOptions, run: FileSetRun = {}): Promise<FileSet> {
  refuse(FILE_SET_OPTIONS("options", options), FILE_SET_RUN("run", run));
  const { chosen, candidates, leftOut: listed, problems } = await listFileSet(options, run);
  const { root, found, indexing, removed, known } = chosen;
  const { patterns, hiddenLeftOut } = found;
  const look = { ...lookOptions(options), known, signal: run.signal };
  const inspection = await inspectFiles(candidates, look);
  const leftOut = { ...listed, changed: [...listed.changed, ...inspection.gone] };
  problems.push(
    ...(look.checkContent === "error" ? contentCounts(inspection) : []),
    ...inspection.problems,
    ...questionsOf(chosen, inspection, options),
  );
  const { files } = inspection;
  const hasList = run.listed !== undefined;
  if (problems.length === 0)
    problems.push(...nothingProblems({ found, leftOut, indexing, hasList }, options));
  if (problems.length === 0) problems.push(...unrestProblems({ files, leftOut }, options));
  if (problems.length > 0) throw new InputError(problems);
  const isAll = files.length === indexing.paths.length;
  return {
    root,
    prefix: chosen.prefix,
    files,
    totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    indexedCount: isAll
      ? indexing.indexedCount
      : files.filter(({ path }) => isItemOf(path, indexing.dataType)).length,
    ...(indexing.dataType === undefined ? {} : { dataType: indexing.dataType }),
    notices: [
      ...repeated(chosen.removals),
      ...found.notices,
      ...evictedNotices(leftOut),
      ...inspection.notices,
      ...indexing.notices,
      ...(isAll ? chosen.notices : nameNotices(files.map(({ path }) => path))),
    ],
    contents: inspection.contents,
    recalledCount: inspection.recalledCount,
    hiddenLeftOut,
    leftOut,
    patterns,
    removed,
    known,
  };
}

/**
 * What of it shows before any file is opened: for what is refused already, so that all is told together.
 * @throws as {@link readFileSet}
 */
export async function problemsByNames(
  options: FileSetOptions,
  run: FileSetRun,
): Promise<readonly InputProblem[]> {
  const { chosen, problems } = await listFileSet(options, run);
  return [...problems, ...chosen.questions];
}

interface ListedSet {
  readonly chosen: Chosen;
  readonly candidates: Candidates;
  readonly leftOut: LeftOut;
  readonly problems: InputProblem[];
}

async function listFileSet(options: FileSetOptions, run: FileSetRun): Promise<ListedSet> {
  const chosen = await chooseFiles(options, run);
  const { root, found, removed } = chosen;
  const still = await leaveMoving(chosen.candidates, movingOptions(options, run));
  const changed = [...chosen.leftOut.changed, ...still.gone];
  const leftOut = { ...chosen.leftOut, young: still.young, changed };
  const refused = run.check?.({ root, ...found, removed, leftOut }) ?? [];
  const problems = [...chosen.problems, ...refused];
  return { chosen, candidates: still.candidates, leftOut, problems };
}

function lookOptions({
  checkContent = "warn",
  dataType,
  changingFiles,
}: FileSetOptions): InspectOptions {
  const leavesGone = changingFiles === "leave-out";
  return { checkContent, wantsSplats: dataType === "splat", leavesGone };
}

/** Contents may leave the data type open where names do not. */
function questionsOf(
  { found, prefix, questions }: Chosen,
  { otherThanSplats }: Pick<Inspection, "otherThanSplats">,
  options: FileSetOptions,
): readonly InputProblem[] {
  if (otherThanSplats.length === 0) return questions;
  const inside = otherThanSplats.map((path) => path.slice(prefix.length));
  return typeProblems(found.paths, options, new Set(inside));
}

function movingOptions(
  { minAgeMinutes, changingFiles }: FileSetOptions,
  { nowMs = wallClockMs(), signal }: FileSetRun,
): MovingOptions {
  return {
    newestMs: minAgeMinutes === undefined ? undefined : nowMs - minAgeMinutes * 60_000,
    leavesChanged: changingFiles === "leave-out",
    signal,
  };
}
