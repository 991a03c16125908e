// What a gate asks for and what is there, one condition each. Whatever is not plainly enough is too little.
// Knows nothing of what waits behind it.
import type { Export } from "../api/endpoints/exports";
import { AvalaError } from "../errors";
import { counted } from "../text";

export interface Gate {
  readonly minTasks?: number | undefined;
  /** Absent: all tasks. A count of 0 is met by an export that is complete, counted or not. */
  readonly minExported?: { readonly count: number } | { readonly percent: number } | undefined;
  /** Whether no task at all is enough where neither of these is given. @default false */
  readonly mayBeEmpty?: boolean | undefined;
  /** Whether tasks that the server does not count are enough where `minExported` is absent. @default false */
  readonly mayBeUncounted?: boolean | undefined;
  /** Of the export's projects no task may be pending. */
  readonly hasNoPending?: boolean | undefined;
  readonly quality?: QualityMode | undefined;
}

export const QUALITY_MODES = ["critical", "all"] as const;

/** Which breached targets close the gate: those that are not mere warnings, or all. */
export type QualityMode = (typeof QUALITY_MODES)[number];

/** What the front end calls its conditions, for messages. */
export interface GateNames {
  readonly minTasks: string;
  readonly minExported: string;
  readonly pendingTasks: string;
  readonly qualityTargets: string;
}

/** One thing that a gate asks for, and what was there. */
export interface Condition {
  /** A clause: `gate-min-tasks is 10`. */
  readonly asked: string;
  /** A clause: `the export holds 12 tasks`. */
  readonly found: string;
  readonly isMet: boolean;
  /** False where another one closed the gate before. @default true */
  readonly isChecked?: boolean;
  /** What opens the gate, where work on tasks does not: a sentence. */
  readonly todo?: string;
}

/** `the export holds 9 tasks, and gate-min-tasks is 10` */
export function describeCondition({ found, asked }: Condition): string {
  return `${found}, and ${asked}`;
}

/** What a gate asks for is not so, or could not be verified. */
export class GateClosedError extends AvalaError {}

/**
 * @param work what to do where tasks are missing
 * @throws GateClosedError that names each condition which is not met
 */
export function refuseUnmet(conditions: readonly Condition[], work: string): void {
  const unmet = conditions.filter(({ isMet, isChecked }) => !isMet && isChecked !== false);
  if (unmet.length === 0) return;
  const text = `The gate stays closed: ${unmet.map(describeCondition).join("; ")}.`;
  const hint = [...new Set(unmet.map(({ todo = work }) => todo))].join(" ");
  throw new GateClosedError("export_failed", text, { hint });
}

/** A count as `250`, a share as `95%` with at most three digits after the point; undefined for anything else. */
export function readMinExported(text: string): Gate["minExported"] {
  const [, number = "", percent] = /^(\d{1,9}(?:\.\d{1,3})?)(%?)$/.exec(text) ?? [];
  const value = number === "" ? Number.NaN : Number(number);
  if (percent === "%" && value <= 100) return { percent: value };
  return percent === "" && Number.isInteger(value) ? { count: value } : undefined;
}

function unchecked(asked: string): readonly Condition[] {
  return [{ asked, found: "no export was made", isMet: false, isChecked: false }];
}

/** What a finished export is held to. `undefined`: none was made, so that nothing is checked. */
export function exportConditions(
  finished: Export | undefined,
  gate: Gate,
  names: GateNames,
): readonly Condition[] {
  return [...minTasks(finished, gate, names), ...minExported(finished, gate, names)];
}

const UNTOLD = {
  total: "how many tasks the export contains",
  exported: "how many tasks are exported",
};

function untold(...what: readonly string[]): string {
  return `Avala does not say ${what.join(" or ")}`;
}

interface Counts {
  readonly total: number;
  readonly exported: number;
}

/** What shows whether all is exported, or a clause that says what the server does not send of it. */
export function countsOf(finished: Export): Counts | { readonly missing: string } {
  const { totalTaskCount: total } = finished;
  // Of no tasks none is exported, whether the server says so or not.
  const { exportedTaskCount: exported = total === 0 ? 0 : undefined } = finished;
  if (total !== undefined && exported !== undefined) return { total, exported };
  const missing = untold(
    ...(total === undefined ? [UNTOLD.total] : []),
    ...(exported === undefined ? [UNTOLD.exported] : []),
  );
  return { missing };
}

function minTasks(
  finished: Export | undefined,
  gate: Gate,
  names: GateNames,
): readonly Condition[] {
  if (gate.minTasks === undefined) return [];
  const asked = `${names.minTasks} is ${gate.minTasks}`;
  if (finished === undefined) return unchecked(asked);
  const { totalTaskCount: total } = finished;
  // Whatever it holds, it is not fewer than none.
  const isMet = (total ?? 0) >= gate.minTasks;
  if (total !== undefined)
    return [{ asked, found: `the export contains ${counted(total, "task")}`, isMet }];
  const todo = `Leave out ${names.minTasks} if Avala never reports this number.`;
  return [{ asked, found: untold(UNTOLD.total), isMet, todo }];
}

function minExported(
  finished: Export | undefined,
  gate: Gate,
  names: GateNames,
): readonly Condition[] {
  const { minExported: least } = gate;
  const asked =
    least === undefined
      ? "all tasks are required"
      : `${names.minExported} is ${"count" in least ? least.count : `${least.percent}%`}`;
  if (finished === undefined) return unchecked(asked);
  const todo = `Set ${names.minExported} to 0 if it is enough that the export is complete.`;
  if (least !== undefined && "count" in least) {
    const { exportedTaskCount: exported } = finished;
    const isMet = (exported ?? 0) >= least.count;
    if (exported === undefined) return [{ asked, found: untold(UNTOLD.exported), isMet, todo }];
    return [{ asked, found: `${counted(exported, "task")} exported`, isMet }];
  }
  const isAll = least === undefined;
  if (isAll && finished.totalTaskCount === 0 && gate.minTasks === undefined)
    return noTasks(gate, names);
  const counts = countsOf(finished);
  if ("missing" in counts) {
    if (isAll && gate.mayBeUncounted === true) return [];
    return [{ asked, found: counts.missing, isMet: false, todo }];
  }
  const { total, exported } = counts;
  const found = `${exported} of ${counted(total, "task")} exported`;
  const isMet = isAll ? exported >= total : isEnough({ exported, total, percent: least.percent });
  return [{ asked, found, isMet }];
}

/** All of no tasks is not enough, unless that is what can be expected. */
function noTasks({ mayBeEmpty }: Gate, names: GateNames): readonly Condition[] {
  if (mayBeEmpty === true) return [];
  const asked = `at least one is required unless ${names.minTasks} is 0`;
  const todo = `Check what is exported and whether it has tasks; if it may be empty, set ${names.minTasks} to 0.`;
  return [{ asked, found: "the export contains no tasks", isMet: false, todo }];
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
export function pendingCondition(
  project: string,
  hasPending: boolean,
  names: GateNames,
): Condition {
  return {
    asked: `${names.pendingTasks} is 0`,
    found: hasPending
      ? `tasks of project ${project} are pending`
      : `no task of project ${project} is pending`,
    isMet: !hasPending,
  };
}
