// What a gate asks for and what was there, one line for each condition. Pure: whatever is not plainly enough is too little.
import type { Export } from "../../src/api/endpoints/exports";
import type { QualityEvaluation } from "../../src/api/endpoints/quality-targets";
import { printable } from "../../src/redact";
import { counted } from "../../src/text";
import type { GateConditions, QualityMode } from "../inputs/export";
import type { Condition } from "../report/results";

/** What a finished export is held to. */
export function exportConditions(
  finished: Export,
  conditions: GateConditions,
): readonly Condition[] {
  return [...minTasks(finished, conditions), ...minExported(finished, conditions)];
}

function minTasks({ totalTaskCount: total }: Export, gate: GateConditions): readonly Condition[] {
  if (gate.minTasks === undefined) return [];
  const asked = `gate-min-tasks is ${gate.minTasks}`;
  if (total === undefined)
    return [{ asked, found: "Avala does not say how many tasks the export holds", isMet: false }];
  const found = `the export holds ${counted(total, "task")}`;
  return [{ asked, found, isMet: total >= gate.minTasks }];
}

function minExported(
  finished: Export,
  { minExported: least }: GateConditions,
): readonly Condition[] {
  const { totalTaskCount: total, exportedTaskCount: exported } = finished;
  if (least === undefined) {
    if (total === undefined || exported === undefined) return [];
    const found = `${exported} of ${counted(total, "task")} are exported`;
    return [{ asked: "all tasks are required", found, isMet: exported >= total }];
  }
  const asked = `gate-min-exported is ${"count" in least ? least.count : `${least.percent}%`}`;
  if (exported === undefined)
    return [{ asked, found: "Avala does not say how many tasks are exported", isMet: false }];
  if ("count" in least) {
    const found = `${counted(exported, "task")} are exported`;
    return [{ asked, found, isMet: exported >= least.count }];
  }
  if (total === undefined) {
    const found =
      "Avala does not report how many tasks the export has, so a share cannot be computed";
    return [{ asked, found, isMet: false }];
  }
  const found = `${exported} of ${counted(total, "task")} are exported`;
  return [{ asked, found, isMet: isEnough({ exported, total, percent: least.percent }) }];
}

/** In whole numbers, since 7% of 100 is a little more than 7 in fractions. A share of nothing is not enough of anything. */
function isEnough(given: {
  readonly exported: number;
  readonly total: number;
  /** With three digits after the point at most. */
  readonly percent: number;
}): boolean {
  const thousandths = Math.round(given.percent * 1_000);
  return given.total > 0 && given.exported * 100_000 >= given.total * thousandths;
}

/** Of one project. */
export function pendingCondition(project: string, hasPending: boolean): Condition {
  return {
    asked: "gate-pending-tasks is 0",
    found: hasPending
      ? `tasks of project ${project} are pending`
      : `no task of project ${project} is pending`,
    isMet: !hasPending,
  };
}

/** A severity that is not plainly a warning counts as critical. */
function isWarning({ severity }: QualityEvaluation): boolean {
  return severity?.toLowerCase() === "warning";
}

function describeTarget(target: QualityEvaluation): string {
  const { name, uid, metric, currentValue, operator, threshold, severity } = target;
  const value = currentValue === undefined ? "not known" : String(currentValue);
  const bound =
    threshold === undefined ? "" : `, breached when ${operator ?? "beyond"} ${threshold}`;
  const kind = severity === undefined ? "" : `, ${printable(severity)}`;
  return `target ${printable(name === "" ? uid : name)} (${printable(metric ?? "metric not named")} ${value}${bound}${kind})`;
}

export interface JudgedQuality {
  readonly conditions: readonly Condition[];
  /** Breached, and not asked for. */
  readonly warnings: readonly string[];
}

/** Of one project. No active target is nothing that was held: a gate that asks for targets stays closed. */
export function qualityConditions(
  project: string,
  evaluations: readonly QualityEvaluation[],
  mode: QualityMode,
): JudgedQuality {
  const asked = `gate-quality-targets is ${mode}`;
  if (evaluations.length === 0) {
    const found = `project ${project} has no active quality target`;
    return { conditions: [{ asked, found, isMet: false }], warnings: [] };
  }
  const isAsked = (target: QualityEvaluation): boolean => mode === "all" || !isWarning(target);
  const conditions = evaluations.filter(isAsked).map((target) => ({
    asked,
    found: `${describeTarget(target)} of project ${project} is ${target.isBreached ? "breached" : "met"}`,
    isMet: !target.isBreached,
  }));
  const warnings = evaluations
    .filter((target) => target.isBreached && !isAsked(target))
    .map(
      (target) =>
        `The ${describeTarget(target)} of project ${project} is breached. The gate does not require it: gate-quality-targets is ${mode}.`,
    );
  return { conditions, warnings };
}
