// What is to be sent: the files that the globs choose, hashed, cut into the datasets they go to.
// Reads the file system; knows nothing of the API.
import { InputError } from "../../src/errors";
import type { FileSet } from "../../src/files/file-set";
import { describeFaults, describeSentAnyway } from "../../src/files/content/fault-counts";
import { hashStill } from "../../src/files/moving";
import { hashFiles, type HashProgress } from "../../src/files/hash";
import type { LocalFile } from "../../src/files/local-file";
import { manifestOf, type Manifest, type ManifestEntry } from "../../src/files/manifest/manifest";
import { type DataType, isIndexed } from "../../src/files/media";
import type { GrowingName } from "../../src/operations/grow/increment-name";
import { describeList, idleList, missingPaths } from "./list-words";
import { idleLines } from "./idle-lines";
import { sharedNames } from "./shared-names";
import { leftOutFolders, partitionsOf, uncutText } from "./partitions";
import { emptyWorkspace, readAndCheck, sourcesOf, type ListingOptions } from "./set-files";
import { namesOf } from "./target-names";
import type { UploadInputs } from "../inputs/upload";

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
  /** That all folders lie in one, so that they are one dataset. It may be meant, so it is no warning. */
  readonly uncut?: string | undefined;
  /** What the reader should know although nothing is wrong. */
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly text: string;
  /** Absolute. */
  readonly file?: string | undefined;
}

interface SelectionOptions extends ListingOptions {
  readonly onProgress: (progress: HashProgress) => void;
}

/** @throws InputError with everything that is refused; nothing was sent */
export async function select(inputs: UploadInputs, options: SelectionOptions): Promise<Selection> {
  const { signal, onProgress } = options;
  const sources = sourcesOf(inputs, options);
  const { own, list } = sources;
  const { fileSet: listed, use } = await readAndCheck(inputs, options, sources);
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
  // Of a list of what has changed, all may well lie in one folder.
  const uncut = list === undefined ? uncutText(inputs, fileSet) : undefined;
  return {
    fileSet,
    manifest,
    targets: targetsOf(inputs, fileSet, manifest, options.workspace),
    ownLeftOut: own.count(),
    leftOutFolders: leftOutFolders(inputs, fileSet),
    ...(list && use ? { list: describeList(list, use) } : {}),
    uncut,
    warnings: [
      ...[...unmatched, ...missingPaths(list, use)].map((text) => ({ text })),
      ...noticesOf(fileSet),
    ],
  };
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
  if (contents.length > 0)
    warnings.push({
      text: describeSentAnyway(contents.length, "check-content: error"),
      file: undefined,
    });
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
