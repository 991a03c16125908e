// The datasets that a file set goes to: which folder is one, what type and name each has, what is wrong with it.
// Reads nothing; knows nothing of the files' content.
import { InputError, type InputProblem } from "../../src/errors";
import type { FileSet } from "../../src/files/file-set";
import { postponedIn } from "../../src/files/left-out";
import type { LocalFile } from "../../src/files/local-file";
import { comparePaths } from "../../src/files/manifest/manifest";
import { type DataType, inferDataType } from "../../src/files/media";
import { describeSuffixes, isItemOf, uselessText } from "../../src/files/scan/indexing";
import {
  describeUncut,
  labelProblem,
  leftOutWords,
  partitionFiles,
  partitionsOnlyOf,
  rootLabel,
  uncutBy,
} from "../../src/files/scan/partition";
import { untyped } from "../../src/files/scan/type-question";
import { withHome } from "../../src/home-path";
import { isGrowingTemplate } from "../../src/operations/grow/increment-name";
import { counted, shown } from "../../src/text";
import type { UploadInputs } from "../inputs/upload";
import { namesOf } from "./target-names";

interface Partition {
  /** As `{folder}` has it. */
  readonly folder: string;
  /** As messages have it: `""` for the files outside any folder; `undefined` where all files are one dataset. */
  readonly place: string | undefined;
  readonly files: readonly LocalFile[];
  readonly dataType: DataType | undefined;
  /** Paths that were left for a later run. */
  readonly postponed: readonly string[];
}

/** Of a growing set also the folders of which all files were left for a later run: their sets stay what they are. */
export function partitionsOf(
  inputs: UploadInputs,
  fileSet: FileSet,
  workspace: string,
): readonly Partition[] {
  if (fileSet.files.length === 0) return [];
  const { partitionDepth, prefix, root } = inputs;
  const later = postponedIn(fileSet.leftOut).map((path) => ({ path }));
  const postponed = new Map(
    partitionFiles(later, partitionDepth, prefix).map(({ folder, files }) => [
      folder,
      files.map(({ path }) => path),
    ]),
  );
  const typeOf = (paths: readonly string[]): DataType | undefined =>
    inputs.dataType ?? inferDataType(paths);
  const found = partitionFiles(fileSet.files, partitionDepth, prefix).map(({ folder, files }) => ({
    folder,
    files,
    dataType: typeOf(files.map(({ path }) => path)),
  }));
  const isFound = new Set(found.map(({ folder }) => folder));
  const resting = [...postponed]
    .filter(([folder]) => isGrowingTemplate(inputs.dataset) && !isFound.has(folder))
    .map(([folder, paths]) => ({ folder, files: [], dataType: typeOf(paths) }))
    .filter(({ dataType }) => dataType !== undefined);
  const all = [...found, ...resting].sort((a, b) => comparePaths(a.folder, b.folder));
  const above = partitionDepth === 0 ? "" : rootLabel(withHome(root), workspace);
  return all.map((one) => ({
    ...one,
    folder: one.folder || above,
    place: partitionDepth === 0 ? undefined : one.folder,
    postponed: postponed.get(one.folder) ?? [],
  }));
}

/** A line for each folder of which no dataset is made, since none of its files would be indexed. */
export function leftOutFolders(inputs: UploadInputs, fileSet: FileSet): readonly string[] {
  const { files, leftOut } = fileSet;
  if (inputs.partitionDepth === 0) return [];
  return partitionsOnlyOf(leftOut.unindexed, files, inputs.partitionDepth, inputs.prefix).map(
    ({ folder, files: out }) => {
      const [where, none] = leftOutWords(folder);
      const suffixes = describeSuffixes(out.map(({ path }) => path));
      return `no dataset is made of ${where}: Avala would index ${none} (${suffixes})`;
    },
  );
}

/** What makes a dataset of each folder, where all of them lie in one. */
export function uncutText(inputs: UploadInputs, { files }: FileSet): string | undefined {
  const uncut = inputs.partitionDepth === 0 ? undefined : uncutBy(files, inputs.prefix);
  const names = { depth: "partition-depth: 1", include: "files", written: shown };
  return uncut && describeUncut(uncut, inputs.root, names);
}

// As long as any digest, and so is a name that is made of it.
const SOME_DIGEST = "0".repeat(64);

/** What is wrong with the datasets' names and types, whatever the files' content. Without files: only with the name. */
export function partitionProblems(
  inputs: UploadInputs,
  fileSet: FileSet | undefined,
  workspace: string,
): readonly InputProblem[] {
  if (fileSet === undefined) return namingProblems(inputs, "folder");
  const partitions = partitionsOf(inputs, fileSet, workspace);
  const outside = partitions.find(({ place }) => place === "");
  const places = partitions.flatMap(({ place }) => (place === undefined ? [] : [place]));
  const problem = outside && labelProblem(places, outside.folder);
  return [
    ...(problem === undefined ? [] : [{ input: "partition-depth", text: problem }]),
    ...partitions.flatMap((partition) => [
      ...typeProblems(partition),
      ...(isGrowingTemplate(inputs.dataset) ? growingProblems(partition) : []),
      ...namingProblems(inputs, partition.folder),
    ]),
  ];
}

function typeProblems({ place, files, dataType, postponed }: Partition): readonly InputProblem[] {
  if (files.length === 0 && postponed.length > 0) return [];
  const paths = files.map(({ path }) => path);
  if (!paths.some((path) => isItemOf(path, dataType))) {
    const way = "exclude it with a line that starts with !, or set unindexed: leave-out";
    const useless = uselessText(paths, { dataType, folder: place });
    return [{ input: "files", text: `${useless} A dataset without items is not made: ${way}.` }];
  }
  return dataType === undefined ? [{ input: "data-type", text: untyped(place, paths) }] : [];
}

/** A file that never shows can't be known to be held, so it would be sent again whenever no record says so. */
function growingProblems({ files, dataType }: Partition): readonly InputProblem[] {
  const others = files.map(({ path }) => path).filter((path) => !isItemOf(path, dataType));
  if (dataType === undefined || others.length === 0 || others.length === files.length) return [];
  const text = `selects ${counted(others.length, "file")} that Avala would store and never show (${describeSuffixes(others)}), which a growing set can't hold: set unindexed: leave-out, and do not list these files by name`;
  return [{ input: "files", text }];
}

function namingProblems(inputs: UploadInputs, folder: string): readonly InputProblem[] {
  if (inputs.nameProblems.length > 0) return [];
  try {
    namesOf(inputs, folder, SOME_DIGEST);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}
