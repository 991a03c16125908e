// What is to be sent: the files that the globs choose, hashed, cut into the datasets they go to.
// Reads the file system; knows nothing of the API.
import { basename, relative, resolve, sep } from "node:path";
import { InputError, type InputProblem } from "../src/errors";
import { type FileSet, readFileSet } from "../src/files/file-set";
import { hashFiles, type HashProgress } from "../src/files/hash";
import type { LocalFile } from "../src/files/local-file";
import {
  createManifest,
  datasetVersionName,
  type Manifest,
  type ManifestEntry,
  slugFrom,
} from "../src/files/manifest";
import { type DataType, inferDataType, isIndexed } from "../src/files/media";
import { partitionFiles } from "../src/files/partition";
import type { UploadInputs } from "./inputs/upload";

/** One dataset and the files that go to it. */
export interface Target {
  /** What `{folder}` stands for; empty when the set is not partitioned. */
  readonly folder: string;
  readonly name: string;
  readonly slug: string;
  readonly dataType: DataType;
  readonly files: readonly LocalFile[];
  readonly manifest: Manifest;
  /** The entries that become items of the dataset. */
  readonly indexed: readonly ManifestEntry[];
}

export interface Selection {
  readonly fileSet: FileSet;
  readonly manifest: Manifest;
  readonly targets: readonly Target[];
  /** What the reader should know although nothing is wrong. */
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly text: string;
  /** Absolute. */
  readonly file?: string | undefined;
}

export interface SelectionOptions {
  readonly workspace: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: HashProgress) => void;
}

/** @throws InputError with everything that is refused; nothing was sent */
export async function select(inputs: UploadInputs, options: SelectionOptions): Promise<Selection> {
  const { signal, onProgress } = options;
  const fileSet = await readFileSet(
    {
      root: resolve(options.workspace, inputs.root),
      include: inputs.include,
      exclude: inputs.exclude,
      prefix: inputs.prefix,
      includeHidden: inputs.includeHidden,
      symlinks: inputs.symlinks,
      checkContent: inputs.checkContent,
      dataType: inputs.dataType,
      // Lines without a match are this Action's business: `if-no-files-found` is about each of them.
      allowEmpty: true,
    },
    { signal },
  );
  const unmatched = unmatchedLines(fileSet);
  if (inputs.ifNoFilesFound === "error" && unmatched.length > 0) {
    throw new InputError(unmatched.map((text) => ({ input: "files", text })));
  }
  const manifest = await hashFiles(fileSet.files, { signal, onProgress });
  return {
    fileSet,
    manifest,
    targets: targetsOf(inputs, fileSet, manifest),
    warnings: [
      ...(inputs.ifNoFilesFound === "warn" ? unmatched.map((text) => ({ text })) : []),
      ...noticesOf(fileSet),
    ],
  };
}

function unmatchedLines(fileSet: FileSet): readonly string[] {
  const hidden =
    fileSet.hiddenLeftOut === 0
      ? ""
      : ` (${fileSet.hiddenLeftOut} hidden files were left out; include-hidden-files: true takes them)`;
  return fileSet.patterns
    .filter(({ matched }) => matched === 0)
    .map(
      ({ pattern }) =>
        `the line ${JSON.stringify(pattern)} matches nothing in ${fileSet.root}${hidden}`,
    );
}

function noticesOf(fileSet: FileSet): readonly Warning[] {
  const byPath = new Map(fileSet.files.map((file) => [file.path, file.absolutePath]));
  return fileSet.notices.map(({ path, text }) => ({
    text: path === undefined || text.includes(path) ? text : `${path}: ${text}`,
    file: path === undefined ? undefined : byPath.get(path),
  }));
}

function targetsOf(inputs: UploadInputs, fileSet: FileSet, manifest: Manifest): readonly Target[] {
  const entries = new Map(manifest.entries.map((entry) => [entry.path, entry]));
  const problems: InputProblem[] = [];
  const targets: Target[] = [];
  const partitions = partitionFiles(fileSet.files, inputs.partitionDepth, inputs.prefix);
  for (const { folder, files } of fileSet.files.length === 0 ? [] : partitions) {
    const called = inputs.partitionDepth === 0 ? "" : folder || basename(fileSet.root);
    const dataType = inputs.dataType ?? inferDataType(files.map(({ path }) => path));
    if (dataType === undefined) {
      problems.push({ input: "data-type", text: untyped(called) });
      continue;
    }
    const part =
      inputs.partitionDepth === 0
        ? manifest
        : createManifest(files.flatMap(({ path }) => entries.get(path) ?? []));
    targets.push(targetOf(inputs, { folder: called, files, manifest: part, dataType }));
  }
  problems.push(...sharedNames(targets));
  if (problems.length > 0) throw new InputError(problems);
  return targets;
}

function untyped(folder: string): string {
  const where = folder === "" ? "the files" : `the files of folder ${folder}`;
  return `can't be told from ${where}: their suffixes are of several types, or of none that Avala indexes; give it`;
}

function targetOf(
  inputs: UploadInputs,
  part: Pick<Target, "folder" | "files" | "manifest" | "dataType">,
): Target {
  const { digest } = part.manifest;
  const name = datasetVersionName(inputs.dataset.replaceAll("{folder}", part.folder), digest);
  const slug = slugFrom(
    inputs.slug === undefined
      ? name
      : datasetVersionName(inputs.slug.replaceAll("{folder}", part.folder), digest),
  );
  const indexed = part.manifest.entries.filter(({ path }) => isIndexed(path, part.dataType));
  return { ...part, name, slug, indexed };
}

function sharedNames(targets: readonly Target[]): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  const bySlug = new Map<string, Target>();
  for (const target of targets) {
    const { slug, name, folder } = target;
    const other = bySlug.get(slug);
    if (slug === "") {
      problems.push({
        input: "slug",
        text: `can't be made from the name ${JSON.stringify(name)}; give one`,
      });
    } else if (other !== undefined) {
      const text = `the folders ${other.folder} and ${folder} would both be the dataset ${slug}; rename one`;
      problems.push({ input: "slug", text });
    }
    bySlug.set(slug, target);
  }
  return problems;
}

/** The path of a selected file as it is on disk, relative to `from`, with `/`. */
export function pathFrom(from: string, absolutePath: string): string {
  return relative(from, absolutePath).split(sep).join("/");
}
