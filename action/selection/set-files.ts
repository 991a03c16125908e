// The file set that the inputs choose, and everything that can be refused before its files are hashed: the files, their lines,
// and the names they go to. Reads the file system; knows nothing of the API.
import { existsSync, readdirSync } from "node:fs";
import { InputError, type InputProblem } from "../../src/errors";
import type { DigestCache } from "../../src/files/digests/digest-cache";
import {
  problemsByNames,
  readFileSet,
  type FileSet,
  type FileSetRun,
} from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import type { UploadInputs } from "../inputs/upload";
import { fromWorkspace, rootProblem } from "../workspace-path";
import { realOf, type OwnFiles } from "../written";
import { downloadProblem } from "./download-place";
import { readFilesFrom, useOf, type FilesFrom, type ListUse } from "./files-from";
import { refusedLines } from "./idle-lines";
import { refusedList } from "./list-words";
import { countOwn, type OwnCount } from "./own-count";
import { partitionProblems } from "./partitions";

export interface ListingOptions {
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly onListing: (entries: number) => void;
  /** What is known of files that have not changed. */
  readonly cache?: DigestCache | undefined;
  /** What the Action wrote itself. */
  readonly ownFiles?: OwnFiles | undefined;
  /** Where an export goes to, absolute. */
  readonly downloadFolder?: string | undefined;
}

interface Sources {
  readonly own: OwnCount;
  readonly list: FilesFrom | undefined;
}

/** @throws InputError for a list that can't be read */
export function sourcesOf(inputs: UploadInputs, options: ListingOptions): Sources {
  const own = countOwn(options.ownFiles?.isOwn, {
    root: realOf(fromWorkspace(options.workspace, inputs.root)),
    includeHidden: inputs.includeHidden,
  });
  return { own, list: readFilesFrom(inputs, options.workspace) };
}

interface SetFiles {
  readonly fileSet: FileSet;
  readonly use: ListUse | undefined;
}

/** @throws InputError with everything that can be refused before the files are hashed */
export async function readAndCheck(
  inputs: UploadInputs,
  options: ListingOptions,
  sources: Sources,
): Promise<SetFiles> {
  let use: ListUse | undefined;
  let fileSet: FileSet | undefined;
  const run = listingRun(inputs, options, sources, (seen) => (use = seen));
  const problems = await problemsOf(inputs, options, async () => {
    fileSet = await readFileSet(setOptionsOf(inputs, options.workspace), run);
    return { problems: [], fileSet };
  });
  if (fileSet === undefined || problems.length > 0) throw new InputError(problems);
  return { fileSet: hasLines(inputs) ? fileSet : { ...fileSet, patterns: [] }, use };
}

/**
 * What is wrong as far as names tell: for a step that is refused already. No file of the set is opened.
 * @throws AvalaError when a file can't be listed
 */
export function problemsWithFiles(
  inputs: UploadInputs,
  options: ListingOptions,
): Promise<readonly InputProblem[]> {
  return problemsOf(inputs, options, async () => {
    const run = listingRun(inputs, options, sourcesOf(inputs, options), () => undefined);
    const problems = await problemsByNames(setOptionsOf(inputs, options.workspace), run);
    return { problems, fileSet: undefined };
  });
}

interface Listing {
  readonly problems: readonly InputProblem[];
  readonly fileSet: FileSet | undefined;
}

async function problemsOf(
  inputs: UploadInputs,
  { workspace, downloadFolder }: ListingOptions,
  list: () => Promise<Listing>,
): Promise<readonly InputProblem[]> {
  const { problems: found, fileSet } = await list().catch((error: unknown): Listing => {
    if (!(error instanceof InputError)) throw error;
    return { problems: error.problems, fileSet: undefined };
  });
  const problems = [
    ...inputs.nameProblems,
    ...downloadProblem(inputs, fromWorkspace(workspace, inputs.root), downloadFolder),
    ...found.map((problem) => rootProblem(problem, inputs.root)),
    ...partitionProblems(inputs, fileSet, workspace),
  ];
  if (problems.length === 0) return problems;
  return [...problems, ...emptyWorkspace(workspace).map((text) => ({ input: "files", text }))];
}

function listingRun(
  inputs: UploadInputs,
  { signal, cache, downloadFolder, ownFiles, onListing }: ListingOptions,
  { own, list }: Sources,
  onUse: (use: ListUse | undefined) => void,
): FileSetRun {
  return {
    ...{ signal, cache, onListing },
    isLeftOut: own.isOwn,
    leftOutBy: ownFiles?.by,
    linkTargetsInput: "allow-link-targets",
    countsRemoved: inputs.ifNoFilesFound !== "ignore",
    listed: list?.listed,
    check: ({ paths, patterns, ...found }) => {
      const use = list && useOf(list, paths, found.leftOut.unindexed.length);
      onUse(use);
      if (inputs.ifNoFilesFound !== "error") return [];
      const lines = {
        ...found,
        patterns: hasLines(inputs) ? patterns : [],
        ownLeftOut: own.count(),
      };
      return [...refusedLines(lines, downloadFolder), ...refusedList(list, use)];
    },
  };
}

export function setOptionsOf(inputs: UploadInputs, workspace: string): FileSetOptions {
  return {
    root: fromWorkspace(workspace, inputs.root),
    base: workspace,
    include: hasLines(inputs) ? inputs.include : ["**"],
    exclude: inputs.exclude,
    prefix: inputs.prefix,
    includeHidden: inputs.includeHidden,
    symlinks: inputs.symlinks,
    allowLinkTargets: inputs.allowLinkTargets,
    unindexed: inputs.unindexed,
    checkContent: inputs.checkContent,
    minAgeMinutes: inputs.minAgeMinutes,
    changingFiles: inputs.changingFiles,
    dataType: inputs.dataType,
    partitionDepth: inputs.partitionDepth,
    // Lines without a match are this Action's business: `if-no-files-found` is about each of them.
    allowEmpty: true,
  };
}

/** Without one a list of paths chooses, and no line is to blame. */
function hasLines({ include }: UploadInputs): boolean {
  return include.length > 0;
}

/** What is wrong where nothing was checked out. */
export function emptyWorkspace(workspace: string): readonly string[] {
  if (!existsSync(workspace) || readdirSync(workspace).length > 0) return [];
  return [
    `the workspace ${workspace} is empty; a step with actions/checkout may be missing before this one`,
  ];
}
