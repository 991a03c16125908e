// Reads what a gate asks of projects: their tasks and quality targets. Knows nothing of exports.
import type { Avala } from "../api/connection";
import { getProject } from "../api/endpoints/projects";
import { evaluateQualityTargets } from "../api/endpoints/quality-targets";
import { hasPendingTasks } from "../api/endpoints/tasks";
import { isAvalaError } from "../errors";
import { pendingCondition, type Condition, type Gate, type GateNames } from "./gate";
import { qualityConditions, type JudgedProjects } from "./gate-quality";
import { throughOutages } from "./wait";

/** A uid that is mistyped has no pending tasks either. A key that may read tasks and no projects is believed. */
async function checkProject(avala: Avala, uid: string): Promise<void> {
  try {
    await getProject(avala, uid);
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "permission") throw error;
  }
}

interface ProjectsToJudge {
  readonly projects: readonly string[];
  readonly gate: Gate;
  readonly names: GateNames;
}

/**
 * Whether projects are ready, by their tasks and quality targets. Nothing is read where the gate asks for neither. An outage
 * is waited out until `timeoutMs` are over: it may come after days of waiting, and says nothing of the projects.
 * @throws AvalaError when what is asked for can't be read
 */
export function readProjectConditions(
  avala: Avala,
  { timeoutMs, ...judged }: ProjectsToJudge & { readonly timeoutMs: number },
): Promise<JudgedProjects> {
  const what = "the projects' tasks and quality targets";
  return throughOutages(avala, { what, timeoutMs, work: (within) => judge(within, judged) });
}

async function judge(
  avala: Avala,
  { projects, gate: { hasNoPending, quality: mode }, names }: ProjectsToJudge,
): Promise<JudgedProjects> {
  const conditions: Condition[] = [];
  const warnings: string[] = [];
  for (const uid of hasNoPending === true ? projects : []) {
    await checkProject(avala, uid);
    conditions.push(pendingCondition(uid, await hasPendingTasks(avala, uid), names));
  }
  if (mode === undefined) return { conditions, warnings };
  for (const uid of projects) {
    const evaluations = await evaluateQualityTargets(avala, uid);
    const judged = qualityConditions(uid, evaluations, { mode, names });
    conditions.push(...judged.conditions);
    warnings.push(...judged.warnings);
  }
  return { conditions, warnings };
}
