// A file set: files chosen from a root by globs, each with its path in the dataset, and everything refused at once.
// Reads the disk and sends nothing; knows nothing of hashes.
import { InputError, type InputProblem } from "../errors";
import { cancelled, systemClock } from "../flow/clock";
import type { DigestCache } from "./digests/digest-cache";
import type { KnownFiles } from "./digests/known-files";
import { looksLikeCredential } from "./scan/credentials";
import { readOptions, type FileSetOptions } from "./file-set-options";
import {
  contentCounts,
  nothingProblems,
  repeated,
  unrestProblems,
  windowsNotices,
} from "./file-set-words";
import { credentialText, inspectFiles, type Candidate, type ContentFinding } from "./inspect";
import { isItemOf, readIndexing, type Indexing } from "./scan/indexing";
import type { LocalFile, Notice, PatternCount } from "./local-file";
import { evictedNotices, type LeftOut } from "./left-out";
import { suffixOf, type DataType } from "./media";
import { leaveMoving, type MovingOptions } from "./moving";
import { pathProblem, twinProblems } from "./names";
import { shown } from "../text";
import type { Listed } from "./scan/listed";
import { unlessNamed } from "./scan/named-paths";
import type { Removal } from "./scan/patterns";
import { orderNotices } from "./scan/order";
import { countRemoved } from "./scan/removals";
import { typeProblems } from "./scan/type-question";
import type { Scan } from "./scan/findings";
import { scan } from "./scan/scan";
import { withReasons } from "./scan/reasons";
import { below, createTree } from "./scan/tree";

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
interface FileSetRun {
  readonly signal?: AbortSignal | undefined;
  /** What is known of files that have not changed; without one, each file is read. */
  readonly cache?: DigestCache | undefined;
  /** A caller's own refusals of what the lines chose, reported together with the others. */
  readonly check?:
    | ((
        found: Pick<FileSet, "root" | "patterns" | "removed" | "hiddenLeftOut" | "leftOut"> & {
          /** What is chosen, relative to the root. */
          readonly paths: readonly string[];
        },
      ) => readonly InputProblem[])
    | undefined;
  /** The only paths that are taken of what the lines choose. @default all */
  readonly listed?: Listed | undefined;
  /**
   * What is as if it was not there, by its real path; unless a line names it in full.
   */
  readonly isLeftOut?: ((real: string) => boolean) | undefined;
  /** What `minAgeMinutes` counts from. @default now */
  readonly nowMs?: number | undefined;
  /** What the user calls `allowLinkTargets`. @default that */
  readonly linkTargetsInput?: string | undefined;
  /** Whether to count what each line takes away, which walks the tree once more. @default false */
  readonly countsRemoved?: boolean | undefined;
}

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
  const chosen = await chooseFiles(options, run);
  const { root, found, indexing, removed } = chosen;
  const problems = [...chosen.problems];
  const { patterns, hiddenLeftOut } = found;
  const still = await leaveMoving(chosen.candidates, movingOptions(options, run));
  const leftOut = { ...chosen.leftOut, young: still.young, changed: still.gone };
  problems.push(...(run.check?.({ root, ...found, removed, leftOut }) ?? []));
  const known = await run.cache?.open(root, options.folder);
  const { checkContent = "warn", dataType } = options;
  const look = { checkContent, wantsSplats: dataType === "splat", known, signal: run.signal };
  const inspection = await inspectFiles(still.candidates, look);
  const inside = (path: string): string => path.slice(chosen.prefix.length);
  const otherThanSplats = new Set(inspection.otherThanSplats.map(inside));
  problems.push(
    ...(checkContent === "error" ? contentCounts(inspection) : []),
    ...inspection.problems,
    ...typeProblems(found.paths, options, otherThanSplats),
  );
  const { files } = inspection;
  const hasList = run.listed !== undefined;
  if (problems.length === 0)
    problems.push(...nothingProblems({ found, leftOut, indexing, hasList }, options));
  if (problems.length === 0) problems.push(...unrestProblems({ files, leftOut }, options));
  if (problems.length > 0) throw new InputError(problems);
  return {
    root,
    prefix: chosen.prefix,
    files,
    totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    indexedCount: files.filter(({ path }) => isItemOf(path, indexing.dataType)).length,
    ...(indexing.dataType === undefined ? {} : { dataType: indexing.dataType }),
    notices: [
      ...repeated(chosen.removals),
      ...found.notices,
      ...evictedNotices(leftOut),
      ...inspection.notices,
      ...indexing.notices,
      ...orderNotices(files.map(({ path }) => path)),
      ...windowsNotices(files),
    ],
    contents: inspection.contents,
    hiddenLeftOut,
    leftOut,
    patterns,
    removed,
    known,
  };
}

function movingOptions(
  { minAgeMinutes, changingFiles }: FileSetOptions,
  { nowMs = systemClock.now(), signal }: FileSetRun,
): MovingOptions {
  return {
    newestMs: minAgeMinutes === undefined ? undefined : nowMs - minAgeMinutes * 60_000,
    leavesChanged: changingFiles === "leave-out",
    signal,
  };
}

interface Chosen {
  readonly root: string;
  readonly prefix: string;
  readonly found: Scan;
  readonly leftOut: LeftOut;
  readonly indexing: Indexing;
  readonly removals: readonly Removal[];
  readonly removed: readonly PatternCount[];
  readonly candidates: readonly Candidate[];
  readonly problems: readonly InputProblem[];
}

/** What the lines choose and a set takes, before any file is opened. */
async function chooseFiles(options: FileSetOptions, run: FileSetRun): Promise<Chosen> {
  const { root, patterns, prefix, linkTargets } = readOptions(options, run.linkTargetsInput);
  if (run.signal?.aborted === true) throw cancelled("Listing files");
  const request = {
    tree: createTree({
      root,
      symlinks: options.symlinks ?? "follow",
      linkTargets,
      folder: options.folder,
      isLeftOut: unlessNamed(root, patterns.lines, run.isLeftOut),
    }),
    ...patterns,
    includeHidden: options.includeHidden ?? false,
    listed: run.listed,
    folder: options.folder,
    signal: run.signal,
  };
  const { removals } = patterns;
  const scanned = await scan(request);
  const found = { ...scanned, patterns: withReasons(scanned.patterns, request, removals) };
  const counts = run.countsRemoved === true ? await countRemoved(request, removals) : [];
  const removed = withReasons(counts, request);
  const indexing = readIndexing(found.paths, {
    dataType: options.dataType,
    unindexed: options.unindexed ?? "leave-out",
    isNamed: (path) => found.named.has(path),
    folder: options.folder,
  });
  const placed = place({ ...found, paths: indexing.paths }, root, prefix);
  const leftOut = leftOutOf(found, indexing, prefix);
  return { root, prefix, found, leftOut, indexing, removals, removed, ...placed };
}

function leftOutOf(found: Scan, indexing: Indexing, prefix: string): LeftOut {
  const { junkLeftOut, ignored } = found;
  const unindexed = indexing.leftOut.map((path) => prefix + path);
  // A placeholder without a suffix may stand for a folder of images.
  const evicted = found.evicted.filter(
    (path) => suffixOf(path) === "" || isItemOf(path, indexing.dataType),
  );
  const missing = evicted.map((path) => prefix + path);
  // The placeholder of a file that would be no item is a thing left behind.
  const junk = junkLeftOut + found.evicted.length - evicted.length;
  const unlisted = found.unlisted.map((path) => prefix + path);
  return { unindexed, junk, ignored, evicted: missing, young: [], changed: [], unlisted };
}

/** Gives each file its path in the dataset. Files with a problem are named and go no further. */
function place(
  found: Scan,
  root: string,
  prefix: string,
): { candidates: Candidate[]; problems: InputProblem[] } {
  const problems = [...found.problems];
  const candidates: Candidate[] = [];
  const absoluteOf = below(root);
  for (const inside of found.paths) {
    const path = prefix + inside;
    const isNamed = found.named.has(inside);
    const text =
      pathProblem(path) ?? (!isNamed && looksLikeCredential(inside) ? credentialText : undefined);
    if (text === undefined) candidates.push({ path, absolutePath: absoluteOf(inside), isNamed });
    else problems.push({ input: shown(path), text });
  }
  problems.push(...twinProblems(candidates.map(({ path }) => path)));
  return { candidates, problems };
}
