// Which files a resource is about: what a program gives to choose them, as the core takes it, and what is wrong with it.
import { InputError, isAvalaError } from "../../../src/errors";
import { readOptions, type FileSetOptions } from "../../../src/files/file-set-options";
import type { DataType } from "../../../src/files/media";
import type { Checked, PassedOn } from "../../fields/field";
import { FILE_SET_FIELDS } from "../../fields/file-set";
import { GROWING_DATASET_FIELDS } from "../../fields/growing-dataset";
import type { Call } from "../../process/calls";
import { isInputError, type Problems } from "../../process/failures";
import { passedOn } from "../../process/fields";
import { folderOfRoot } from "../../process/root-folder";
import { hasUnknown } from "../../process/unknown";

const ABOUT_FILES: ReadonlySet<string> = new Set(["input", "file", "file_changed"]);

/** What a failed check is about, where it names no input: the name, the files, or none of the inputs. */
export function propertyOf(error: unknown): string {
  if (!isAvalaError(error)) return "";
  if (error.code === "conflict") return "datasetName";
  return ABOUT_FILES.has(error.code) ? "root" : "";
}

const ANY_SET_FIELDS = { ...FILE_SET_FIELDS, ...GROWING_DATASET_FIELDS };

/** What chooses files. */
export type Chosen = Pick<Checked<typeof ANY_SET_FIELDS>, PassedOn<typeof ANY_SET_FIELDS>> & {
  readonly dataType?: DataType | "" | undefined;
};

/** With the root that the program means. @throws InputError when that is not known */
export function optionsFor(given: Chosen, { folder: program }: Call): FileSetOptions {
  const base = folderOfRoot(given.root, { program, provider: process.cwd() });
  const dataType = given.dataType === "" ? undefined : given.dataType;
  return { ...passedOn(ANY_SET_FIELDS, given), base, dataType };
}

export const SET_INPUTS: ReadonlySet<string> = new Set(Object.keys(ANY_SET_FIELDS));

/** The error, of what the program gives: where that names no `include`, a choice of nothing is of its folder or its root. */
export function ofGiven(error: unknown, { include, folder }: Partial<Chosen>): unknown {
  if (include !== undefined || !isInputError(error)) return error;
  const chosen = folder === undefined ? "root" : "folder";
  return new InputError(
    error.problems.map((problem) =>
      problem.input === "include" ? { ...problem, input: chosen } : problem,
    ),
  );
}

/** Beside what is refused already: what is wrong with the choice of files, as far as the rest of it is sound. */
export function checkChoice(given: Chosen, call: Call, problems: Problems): void {
  const refused = new Set(problems.failures.map(({ property }) => property));
  const sound = Object.entries(given).filter(
    ([name, value]) => !refused.has(name) && !hasUnknown(value),
  );
  const { root, ...rest }: Partial<Chosen> = Object.fromEntries(sound);
  if (root === undefined) return;
  try {
    readOptions(optionsFor({ ...rest, root }, call));
  } catch (error) {
    problems.addError(error, "root", SET_INPUTS);
  }
}
