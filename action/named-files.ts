// What the inputs name on the disk: a list and a plan that are not there are refused with all that is wrong besides, and not
// by a later run, or after the files were read. Opens them, and no file of the set.
import { InputError, type InputProblem } from "../src/errors";
import { readOptions } from "../src/files/file-set-options";
import type { NamedFiles } from "./inputs/inputs";
import type { UploadInputs } from "./inputs/upload";
import { checkPlan } from "./plan/plan-file";
import { checkList } from "./selection/files-from";
import { setOptionsOf } from "./selection/set-files";
import { rootProblem } from "./workspace-path";

function problemsOf(check: () => unknown): readonly InputProblem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}

export function lookAtNamedFiles(inputs: UploadInputs, workspace: string): NamedFiles {
  const { filesFrom, planFile, root } = inputs;
  const choice = problemsOf(() =>
    readOptions(setOptionsOf(inputs, workspace), "allow-link-targets"),
  );
  return {
    refused: [
      ...problemsOf(() => checkList(filesFrom, workspace)),
      ...problemsOf(() => checkPlan(planFile, workspace)),
    ],
    beside: choice.map((problem) => rootProblem(problem, root)),
  };
}
