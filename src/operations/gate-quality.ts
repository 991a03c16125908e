// What a gate asks of a project's quality targets, one condition each. Knows nothing of how they are read.
import type { QualityEvaluation } from "../api/endpoints/quality-targets";
import { printable } from "../redact";
import type { Condition, GateNames, QualityMode } from "./gate";

/** A severity that is not plainly a warning counts as critical. */
function isWarning({ severity }: QualityEvaluation): boolean {
  return severity?.toLowerCase() === "warning";
}

function describeTarget(target: QualityEvaluation): string {
  const { name, uid, metric, currentValue, operator, threshold, severity } = target;
  const value = currentValue === undefined ? "not measured" : String(currentValue);
  // Whether the operator names the goal or its breach is Avala's to know, and `is_breached` says the outcome.
  const bound =
    threshold === undefined ? "" : `, ${printable(operator ?? "threshold")} ${threshold}`;
  const kind = severity === undefined ? "" : `, ${printable(severity)}`;
  return `target ${printable(name === "" ? uid : name)} (${printable(metric ?? "metric not named")} ${value}${bound}${kind})`;
}

/** What was not measured is not breached, and was not held either. */
function isHeld({ isBreached, currentValue }: QualityEvaluation): boolean {
  return !isBreached && currentValue !== undefined;
}

function standing(target: QualityEvaluation): string {
  if (target.isBreached) return "breached";
  return isHeld(target) ? "met" : "not measured yet";
}

export interface JudgedProjects {
  readonly conditions: readonly Condition[];
  /** Breached, and not asked for. */
  readonly warnings: readonly string[];
}

/** Of one project. No active target is nothing that was held: a gate that asks for targets stays closed. */
export function qualityConditions(
  project: string,
  evaluations: readonly QualityEvaluation[],
  { mode, names }: { readonly mode: QualityMode; readonly names: GateNames },
): JudgedProjects {
  const asked = `${names.qualityTargets} is ${mode}`;
  if (evaluations.length === 0) {
    const found = `project ${project} has no active quality target`;
    const todo = `Declare a quality target for project ${project}, or leave out ${names.qualityTargets}.`;
    return { conditions: [{ asked, found, isMet: false, todo }], warnings: [] };
  }
  const isAsked = (target: QualityEvaluation): boolean => mode === "all" || !isWarning(target);
  const conditions = evaluations.filter(isAsked).map((target) => ({
    asked,
    found: `${describeTarget(target)} of project ${project} is ${standing(target)}`,
    isMet: isHeld(target),
  }));
  const warnings = evaluations
    .filter((target) => target.isBreached && !isAsked(target))
    .map(
      (target) =>
        `The ${describeTarget(target)} of project ${project} is breached. The gate does not require it: ${asked}.`,
    );
  return { conditions, warnings };
}
