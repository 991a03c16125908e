// A path of an input: relative to the workspace, absolute, or from the user's home. Looks at nothing.
import { isAbsolute, resolve } from "node:path";
import { messageOf, type InputProblem } from "../src/errors";
import { withHome } from "../src/home-path";
import { systemErrorCode } from "../src/system-error";

export function fromWorkspace(workspace: string, path: string): string {
  return resolve(workspace, withHome(path));
}

/** Why the file that an input names can't be read, as what follows its name. */
export function unreadableText(path: string, error: unknown): string {
  return systemErrorCode(error) === "ENOENT"
    ? `does not exist.${relativeText(path)}`
    : `can't be read: ${messageOf(error)}`;
}

/** A problem of the file set, of `root` with what it is relative to: the core has it as an absolute path. */
export function rootProblem(problem: InputProblem, root: string): InputProblem {
  if (problem.input !== "root") return problem;
  return { ...problem, text: `${problem.text}${relativeText(root)}` };
}

function relativeText(path: string): string {
  return isAbsolute(withHome(path)) ? "" : " It is relative to the workspace.";
}
