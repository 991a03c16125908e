// The file that `plan` names. Reads it; what it must be is in `plan-check`.
import { checkNamed, readNamed, type NamedFile } from "../named-bytes";
import { fromWorkspace } from "../workspace-path";
import { parsePlan } from "./plan-check";
import type { Plan } from "./plan-shape";

// The plan of a million files has some 350 MB; what is longer than a text can be is no plan.
const MAX_BYTES = 512 * 1024 * 1024;

function planNamed(name: string, workspace: string): NamedFile {
  const path = fromWorkspace(workspace, name);
  const mustBe = "it must be the plan that a run with dry-run wrote";
  return { input: "plan", name, path, maxBytes: MAX_BYTES, mustBe };
}

/** @throws InputError for a plan that can't be read, or is none */
export function readPlan(planFile: string | undefined, workspace: string): Plan | undefined {
  if (planFile === undefined) return undefined;
  return parsePlan(readNamed(planNamed(planFile, workspace)).toString("utf8"), planFile);
}

/** @throws InputError for a plan that can't be read */
export function checkPlan(planFile: string | undefined, workspace: string): void {
  if (planFile !== undefined) checkNamed(planNamed(planFile, workspace));
}
