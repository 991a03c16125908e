// Whether the projects of an export are ready for it: their tasks and quality targets, read from Avala.
import type { Avala } from "../../src/api/connection";
import { getProject } from "../../src/api/endpoints/projects";
import { evaluateQualityTargets } from "../../src/api/endpoints/quality-targets";
import { hasPendingTasks } from "../../src/api/endpoints/tasks";
import { isAvalaError } from "../../src/errors";
import type { ExportInputs } from "../inputs/export";
import type { Condition } from "../report/results";
import type { Run } from "../run-context";
import { pendingCondition, qualityConditions } from "./conditions";

/** A uid that is mistyped has no pending tasks either. A key that may read tasks and no projects is believed. */
async function checkProject(avala: Avala, uid: string): Promise<void> {
  try {
    await getProject(avala, uid);
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "permission") throw error;
  }
}

/** None where the gate asks for nothing of the kind. @throws AvalaError when what is asked for can't be read */
export async function readProjectConditions(
  run: Run,
  avala: Avala,
  { source, gate }: ExportInputs,
): Promise<readonly Condition[]> {
  const projects = source.kind === "new" ? source.projects : [];
  const found: Condition[] = [];
  for (const uid of gate.hasNoPending === true ? projects : []) {
    await checkProject(avala, uid);
    found.push(pendingCondition(uid, await hasPendingTasks(avala, uid)));
  }
  for (const uid of gate.quality === undefined ? [] : projects) {
    const evaluations = await evaluateQualityTargets(avala, uid);
    const { conditions, warnings } = qualityConditions(uid, evaluations, gate.quality ?? "all");
    found.push(...conditions);
    for (const text of warnings) run.warn({ text });
  }
  return found;
}
