// The results of a run so far. The one thing that changes while it runs: outputs, report and summary are made of
// it, also when the run fails half way.
import type { Dataset } from "../../src/api/endpoints/dataset-wire";
import type { Export } from "../../src/api/endpoints/exports";
import { createRetryTally, type RetryTally } from "../../src/flow/retry-tally";
import type { GrowthPlan, Increment } from "../../src/operations/grow/growth-plan";
import type { Condition } from "../../src/operations/gate";
import type { Plan } from "../plan/plan-shape";
import type { Selection, Target, Warning } from "../selection/selection";

/** Closed; action.yml explains each to users. */
export type Outcome =
  | "uploaded"
  | "unchanged"
  | "unverified"
  | "planned"
  | "partial"
  | "empty"
  | "export_started"
  | "exported"
  | "invalid"
  | "export_failed"
  | "gate_closed"
  | "status_not_set"
  | "timeout"
  | "cancelled"
  | "failed";

export interface Results {
  selection?: Selection;
  /** What a dry run made. */
  plan?: Plan;
  readonly datasets: { target: Target; dataset: Dataset }[];
  /** The growing sets, as this run leaves them: also what other runs made of them. */
  readonly sets: GrownSet[];
  filesSent: number;
  filesUnchanged: number;
  filesFailed: number;
  /** Files of made or found datasets whose content was not compared. */
  unverified: number;
  bytesSent: number;
  uploadMs: number;
  /** Sent files whose MD5 the store reported, correctly. */
  checkedByStore: number;
  /** Sent files whose MD5 the store did not report. Files of an upload that failed are in neither count. */
  uncheckedByStore: number;
  /** What was tried again, and why. */
  readonly retries: RetryTally;
  readonly warnings: Warning[];
  /** What is wrong with files, all of it, also where that ended the run. */
  problems: readonly FileProblem[];
  /** What new versions leave behind at Avala, in words. */
  readonly replaced: string[];
  export?: Pick<Export, "uid" | "status"> & Partial<Export>;
  /** As they were judged last; empty before. */
  conditions: readonly Condition[];
  downloadPath?: string;
  /** The export, where it is one file. */
  downloadFile?: string;
  /** Paths of the files that the run wrote. */
  readonly files: {
    manifest?: string;
    checksums?: string;
    plan?: string;
    current?: string;
    report?: string;
  };
  outcome: Outcome;
  isComplete: boolean;
  /** Why it failed, for the report and the summary. */
  failure?: string;
}

export interface FileProblem {
  /** In the dataset. */
  readonly path: string;
  readonly problem: string;
}

/** A growing set. */
export interface GrownSet {
  readonly target: Target;
  /** In order. */
  readonly increments: readonly Increment[];
  readonly plan: GrowthPlan;
  /** How many of its files this run had to send. */
  readonly newCount: number;
}

/** What a dataset is called: a growing set's target has `{increment}` in the place of what its datasets differ in. */
export function nameOfMade({ target, dataset }: Results["datasets"][number]): string {
  return target.growing === undefined ? target.name : dataset.name;
}

/** What is known of the target's dataset now, in the place of what was known before. */
export function noteDataset({ datasets }: Results, target: Target, dataset: Dataset): void {
  const at = datasets.findIndex((one) => one.target === target);
  if (at === -1) datasets.push({ target, dataset });
  else datasets[at] = { target, dataset };
}

export function createResults(): Results {
  return {
    datasets: [],
    sets: [],
    filesSent: 0,
    filesUnchanged: 0,
    filesFailed: 0,
    unverified: 0,
    bytesSent: 0,
    uploadMs: 0,
    checkedByStore: 0,
    uncheckedByStore: 0,
    retries: createRetryTally(),
    warnings: [],
    problems: [],
    replaced: [],
    conditions: [],
    files: {},
    outcome: "failed",
    isComplete: false,
  };
}
