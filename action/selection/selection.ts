// What is to be sent: the files that the globs choose, hashed, cut into the datasets they go to.
// Reads the file system; knows nothing of the API.
import { existsSync, readdirSync } from "node:fs";
import { InputError, type InputProblem } from "../../src/errors";
import { type FileSet, readFileSet } from "../../src/files/file-set";
import { describeFaults } from "../../src/files/content/fault-counts";
import { hashStill } from "../../src/files/moving";
import type { FileSetOptions } from "../../src/files/file-set-options";
import type { DigestCache } from "../../src/files/digests/digest-cache";
import { hashFiles, type HashProgress } from "../../src/files/hash";
import type { LocalFile } from "../../src/files/local-file";
import { manifestOf, type Manifest, type ManifestEntry } from "../../src/files/manifest/manifest";
import { type DataType, isIndexed } from "../../src/files/media";
import type { GrowingName } from "../../src/operations/grow/increment-name";
import { downloadProblem } from "./download-place";
import { readFilesFrom, useOf, type FilesFrom, type ListUse } from "./files-from";
import { describeList, idleList, missingPaths, refusedList } from "./list-words";
import { idleLines, refusedLines } from "./idle-lines";
import { sharedNames } from "./shared-names";
import { countOwn, type OwnCount } from "./own-count";
import { leftOutFolders, partitionProblems, partitionsOf } from "./partitions";
import { namesOf } from "./target-names";
import type { UploadInputs } from "../inputs/upload";
import { realOf, type OwnFiles } from "../written";
import { fromWorkspace, rootProblem } from "../workspace-path";

/** One dataset and the files that go to it. */
export interface Target {
  /** What `{folder}` stands for; empty when the set is not partitioned. */
  readonly folder: string;
  /** Present where it is a growing set: then `name` has `{increment}` in the place of what its datasets differ in. */
  readonly growing?: GrowingName | undefined;
  readonly name: string;
  readonly slug: string;
  readonly dataType: DataType;
  readonly files: readonly LocalFile[];
  readonly manifest: Manifest;
  /** Paths that were left for a later run. */
  readonly postponed: readonly string[];
  /** The entries that become items of the dataset. */
  readonly indexed: readonly ManifestEntry[];
}

export interface Selection {
  readonly fileSet: FileSet;
  readonly manifest: Manifest;
  readonly targets: readonly Target[];
  /** What the Action wrote itself and did not take: files, and folders as one. */
  readonly ownLeftOut: number;
  /** What became of the list that `files-from` names. */
  readonly list?: string | undefined;
  /** A line for each folder that is not a dataset, since none of its files would be indexed. */
  readonly leftOutFolders: readonly string[];
  /** What the reader should know although nothing is wrong. */
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly text: string;
  /** Absolute. */
  readonly file?: string | undefined;
}

interface SelectionOptions {
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: HashProgress) => void;
  readonly onListing: (entries: number) => void;
  /** What is known of files that have not changed. */
  readonly cache?: DigestCache | undefined;
  /** What the Action wrote itself. */
  readonly ownFiles?: OwnFiles | undefined;
  /** Where an export goes to, absolute. */
  readonly downloadFolder?: string | undefined;
}

/** @throws InputError with everything that is refused; nothing was sent */
export async function select(inputs: UploadInputs, options: SelectionOptions): Promise<Selection> {
  const { signal, onProgress } = options;
  const own = countOwn(options.ownFiles?.isOwn, {
    root: realOf(fromWorkspace(options.workspace, inputs.root)),
    includeHidden: inputs.includeHidden,
  });
  const list = readFilesFrom(inputs, options.workspace);
  const { fileSet: listed, use } = await readAndCheck(inputs, options, { own, list });
  const { ifNoFilesFound, minAgeMinutes, changingFiles } = inputs;
  const moving = { minAgeMinutes, changingFiles, allowEmpty: ifNoFilesFound !== "error" };
  const { set: fileSet, manifest } = await hashStill(listed, moving, (onChanged) =>
    hashFiles(listed.files, { signal, onProgress, onChanged, known: listed.known }),
  );
  const unmatched =
    inputs.ifNoFilesFound === "warn"
      ? [
          ...idleLines({ ...fileSet, ownLeftOut: own.count() }, options.downloadFolder),
          ...idleList(list, use),
        ]
      : [];
  if (unmatched.length > 0) unmatched.push(...emptyWorkspace(options.workspace));
  return {
    fileSet,
    manifest,
    targets: targetsOf(inputs, fileSet, manifest, options.workspace),
    ownLeftOut: own.count(),
    leftOutFolders: leftOutFolders(inputs, fileSet),
    ...(list && use ? { list: describeList(list, use) } : {}),
    warnings: [
      ...[...unmatched, ...missingPaths(list, use)].map((text) => ({ text })),
      ...noticesOf(fileSet),
    ],
  };
}

interface Sources {
  readonly own: OwnCount;
  readonly list: FilesFrom | undefined;
}

/** Everything that can be refused before the files are hashed: the files, their lines, and the names they go to. */
async function readAndCheck(
  inputs: UploadInputs,
  { workspace, signal, cache, downloadFolder, ownFiles, onListing }: SelectionOptions,
  { own, list }: Sources,
): Promise<{ readonly fileSet: FileSet; readonly use: ListUse | undefined }> {
  const swallowed = downloadProblem(inputs, fromWorkspace(workspace, inputs.root), downloadFolder);
  const problems: InputProblem[] = [...inputs.nameProblems, ...swallowed];
  let use: ListUse | undefined;
  const fileSet = await readFileSet(setOptionsOf(inputs, workspace), {
    ...{ signal, cache, onListing },
    isLeftOut: own.isOwn,
    leftOutBy: ownFiles?.by,
    linkTargetsInput: "allow-link-targets",
    countsRemoved: inputs.ifNoFilesFound !== "ignore",
    listed: list?.listed,
    check: ({ paths, patterns, ...found }) => {
      use = list && useOf(list, paths, found.leftOut.unindexed.length);
      if (inputs.ifNoFilesFound !== "error") return [];
      const lines = {
        ...found,
        patterns: hasLines(inputs) ? patterns : [],
        ownLeftOut: own.count(),
      };
      return [...refusedLines(lines, downloadFolder), ...refusedList(list, use)];
    },
  }).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems.map((problem) => rootProblem(problem, inputs.root)));
    return undefined;
  });
  problems.push(...partitionProblems(inputs, fileSet, workspace));
  if (problems.length > 0)
    problems.push(...emptyWorkspace(workspace).map((text) => ({ input: "files", text })));
  if (fileSet === undefined || problems.length > 0) throw new InputError(problems);
  return { fileSet: hasLines(inputs) ? fileSet : { ...fileSet, patterns: [] }, use };
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
function emptyWorkspace(workspace: string): readonly string[] {
  if (!existsSync(workspace) || readdirSync(workspace).length > 0) return [];
  return [
    `the workspace ${workspace} is empty; a step with actions/checkout may be missing before this one`,
  ];
}

// Of contents: the report has all of them.
const MAX_CONTENT_WARNINGS = 50;

function noticesOf(fileSet: FileSet): readonly Warning[] {
  const { contents, files, notices } = fileSet;
  const named = new Set(notices.map(({ path }) => path));
  const byPath = new Map(
    files.filter(({ path }) => named.has(path)).map((file) => [file.path, file.absolutePath]),
  );
  const unnamed = new Set(contents.slice(MAX_CONTENT_WARNINGS).map(({ path }) => path));
  const warnings = notices
    .filter(({ path }) => path === undefined || !unnamed.has(path))
    .map(({ path, text }) => ({
      text: path === undefined || text.includes(path) ? text : `${path}: ${text}`,
      file: path === undefined ? undefined : byPath.get(path),
    }));
  if (unnamed.size === 0) return warnings;
  const text = `Contents: ${describeFaults(contents, files.length)}. Only the first ${MAX_CONTENT_WARNINGS} are named here; report.json (output report) has all of them`;
  return [{ text }, ...warnings];
}

function targetsOf(
  inputs: UploadInputs,
  fileSet: FileSet,
  manifest: Manifest,
  workspace: string,
): readonly Target[] {
  const partOf = manifestsOf(inputs, manifest);
  const targets = partitionsOf(inputs, fileSet, workspace).flatMap(
    ({ folder, files, dataType, postponed }) => {
      // Refused before the files were hashed.
      if (dataType === undefined) return [];
      return [targetOf(inputs, { folder, files, manifest: partOf(files), dataType, postponed })];
    },
  );
  const problems = sharedNames(targets);
  if (problems.length > 0) throw new InputError(problems);
  return targets;
}

/** The manifest of some of the files. */
function manifestsOf(
  { partitionDepth }: UploadInputs,
  manifest: Manifest,
): (files: readonly LocalFile[]) => Manifest {
  if (partitionDepth === 0) return () => manifest;
  const entries = new Map(manifest.entries.map((entry) => [entry.path, entry]));
  return (files) => manifestOf(files.flatMap(({ path }) => entries.get(path) ?? []));
}

function targetOf(
  inputs: UploadInputs,
  part: Pick<Target, "folder" | "files" | "manifest" | "dataType" | "postponed">,
): Target {
  const names = namesOf(inputs, part.folder, part.manifest.digest);
  const indexed = part.manifest.entries.filter(({ path }) => isIndexed(path, part.dataType));
  return { ...part, ...names, indexed };
}
