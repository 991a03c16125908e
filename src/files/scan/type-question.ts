// Whether the suffixes of a dataset's files settle its data type, or the user has to: files beside the indexed ones may say
// that it is something else (KITTI and nuScenes have images beside their point clouds). Pure.
import type { InputProblem } from "../../errors";
import { counted, formatCount, shown } from "../../text";
import type { FileSetOptions } from "../file-set-options";
import { conversionOf, isForeign } from "../foreign-formats";
import { dataTypeOf, inferDataType, suffixOf } from "../media";
import { partitionFiles } from "./partition";
import { describeForeign, describeGroups, groupsOf, namesOf, suffixesIn } from "./suffix-groups";

/** The files of one dataset, also those that would be left out of it. */
interface TypeEvidence {
  readonly paths: readonly string[];
  /** Of these the `.ply` whose header has nothing of a splat. */
  readonly otherThanSplats: ReadonlySet<string>;
}

/** Of each dataset that is to be made: its data type is not guessed where other files beside the indexed ones gainsay it. */
export function typeProblems(
  paths: readonly string[],
  {
    dataType,
    folder,
    partitionDepth = 0,
  }: Pick<FileSetOptions, "dataType" | "folder" | "partitionDepth">,
  otherThanSplats: ReadonlySet<string> = new Set(),
): readonly InputProblem[] {
  if (dataType !== undefined) return [];
  const all = paths.map((path) => ({ path }));
  return partitionFiles(all, partitionDepth).flatMap((partition) => {
    const question = typeQuestion({
      paths: partition.files.map(({ path }) => path),
      otherThanSplats,
    });
    if (question === undefined) return [];
    const name = partitionDepth === 0 ? folder : partition.folder;
    const where = name === undefined ? "" : `in folder ${shown(name || ".")}: `;
    return [{ input: "dataType", text: `${where}${question}` }];
  });
}

/** Why the data type has to be given; `undefined` where it can be inferred, or where no file has one. */
export function typeQuestion({ paths, otherThanSplats }: TypeEvidence): string | undefined {
  const against = paths.filter((path) => isForeign(path) || otherThanSplats.has(path));
  if (against.length === 0) return undefined;
  const plain = paths.filter((path) => !otherThanSplats.has(path));
  const hasType = plain.some((path) => dataTypeOf(path) !== undefined);
  const guess = inferDataType(hasType ? plain : paths);
  if (guess === undefined) return undefined;
  const indexed = plain.filter((path) => dataTypeOf(path) === guess);
  const beside =
    indexed.length === 0
      ? "cannot be inferred from these files"
      : `cannot be inferred from ${counted(indexed.length, "file")} of type ${guess} (${suffixesIn(indexed)}), because there are others beside ${indexed.length === 1 ? "it" : "them"}`;
  const groups = describeGroups(groupsOf(against, suffixOf), (suffix) =>
    suffix.endsWith(".ply") ? notSplats : conversionOf(suffix),
  );
  return `${beside}: ${groups}. Set it to ${guess} if the dataset is to show only files of that type; otherwise remove or convert the others`;
}

const notSplats =
  "meshes or point clouds, because they lack the properties of a splat, f_dc_*, opacity, scale_* and rot_*: lidar takes .alp, .alp.gz";

/** Why no data type can be inferred where the files, all or those of a folder (`""`: of none), are of several types or of none. */
export function untyped(folder: string | undefined, paths: readonly string[]): string {
  const of = folder === "" ? " outside any folder" : ` of folder ${shown(folder ?? "")}`;
  const where = folder === undefined ? "the files" : `the files${of}`;
  return `cannot be inferred from ${where}: ${describeTypes(paths)}. Set it`;
}

function describeTypes(paths: readonly string[]): string {
  const known = groupsOf(paths, (path) => dataTypeOf(path) ?? "").filter(({ name }) => name !== "");
  if (known.length === 0) return `Avala indexes none of them: ${describeForeign(paths)}`;
  const described = known.map(
    ({ name, files }) => `${formatCount(files.length)} ${name} (${namesOf(files)})`,
  );
  return `they are of several types: ${described.join(", ")}`;
}
