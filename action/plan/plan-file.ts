// The file that `plan` names. Reads it; what it must be is in `plan-check`.
import { accessSync, constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { InputError, type InputProblem } from "../../src/errors";
import { shown } from "../../src/text";
import { fromWorkspace, unreadableText } from "../workspace-path";
import { parsePlan } from "./plan-check";
import type { Plan } from "./plan-shape";

/** @throws InputError for a plan that can't be read, or is none */
export async function readPlan(
  planFile: string | undefined,
  workspace: string,
): Promise<Plan | undefined> {
  if (planFile === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(fromWorkspace(workspace, planFile), "utf8");
  } catch (error) {
    throw new InputError([unreadable(planFile, error)], { cause: error });
  }
  return parsePlan(text, planFile);
}

/** Why it can't be read, if it can't. */
export function planProblems(
  planFile: string | undefined,
  workspace: string,
): readonly InputProblem[] {
  if (planFile === undefined) return [];
  try {
    accessSync(fromWorkspace(workspace, planFile), constants.R_OK);
    return [];
  } catch (error) {
    return [unreadable(planFile, error)];
  }
}

function unreadable(planFile: string, error: unknown): InputProblem {
  return { input: "plan", text: `${shown(planFile)} ${unreadableText(planFile, error)}` };
}
