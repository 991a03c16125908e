// The results of a run so far. The one thing that changes while it runs: outputs, report and summary are made of
// it, also when the run fails half way.
import type { ToSend } from "../../src/upload/cost";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import type { Export } from "../../src/api/endpoints/exports";
import type { ErrorCode } from "../../src/errors";
import { systemClock, type Clock } from "../../src/flow/clock";
import { createRetryTally, type RetryTally } from "../../src/flow/retry-tally";
import type { GrowthPlan, Increment } from "../../src/operations/grow/growth-plan";
import type { Condition } from "../../src/operations/gate";
import type { Plan } from "../plan/plan-shape";
import type { Selection, Target, Warning } from "../selection/selection";
import { createCallTally, type CallTally, type Limit } from "./facts/calls";
import { createTimes, type Times } from "./facts/times";
import { topWith, type LandedFile } from "./facts/top-files";

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

/** What landed and what did not, of one dataset. */
export interface Counts {
  readonly sent: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Files of made or found datasets whose content was not compared. */
  readonly unverified: number;
  readonly bytesSent: number;
  /** Of those unchanged that an upload has found to have landed. */
  readonly bytesSkipped: number;
}

const noFiles = { sent: 0, unchanged: 0, failed: 0, unverified: 0 };
export const noCounts: Counts = { ...noFiles, bytesSent: 0, bytesSkipped: 0 };

export interface Results {
  selection?: Selection;
  /** What a dry run made. */
  plan?: Plan;
  readonly datasets: MadeDataset[];
  /** The growing sets, as this run leaves them: also what other runs made of them. */
  readonly sets: GrownSet[];
  /** The uids of each growing set's datasets, from when they are known on, without the one that this run makes. */
  readonly setUids: Map<Target, readonly string[]>;
  /** What a run which ends as it should will have sent, or found to have landed in earlier runs. */
  readonly toSend: Map<Target, SetToSend>;
  /** Of a dry run: what a run would cost. */
  wouldSend?: ToSend;
  filesSent: number;
  filesUnchanged: number;
  filesFailed: number;
  /** Files of made or found datasets whose content was not compared. */
  unverified: number;
  /** Files that an interrupted run was to send, and that the list of this one does not name. */
  unlistedBegun: number;
  bytesSent: number;
  uploadMs: number;
  /** The same counts of each dataset. */
  readonly counts: Map<Target, Counts>;
  readonly times: Times;
  readonly calls: CallTally;
  /** As the last reply has it. */
  limit?: Limit | undefined;
  slowest: readonly LandedFile[];
  /** Of the API: without what may be secret in it. */
  baseUrl?: string;
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
  /** The name of the export that this run starts, from before it is started on. */
  startingExport?: string;
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
    /** The same, in files that GitHub's attestation action takes. */
    checksumsParts?: readonly string[];
    plan?: string;
    current?: string;
    report?: string;
  };
  outcome: Outcome;
  isComplete: boolean;
  /** Why it failed, for the report and the summary. */
  failure?: string;
  error?: FailureDetails;
}

/** What a failure's text has in it, apart. */
export interface FailureDetails {
  /** None: a bug of ours. */
  readonly code?: ErrorCode | undefined;
  /** The end of the text: what to do now. */
  readonly nextStep?: string | undefined;
}

export interface FileProblem {
  /** In the dataset. */
  readonly path: string;
  readonly problem: string;
}

interface MadeDataset {
  readonly target: Target;
  readonly dataset: Dataset;
  /** Whether it is one of several that are made of the target, and another is being made. */
  readonly isFollowed?: boolean;
}

/** What is to be sent of a target, and what of it earlier runs have landed. */
export interface SetToSend {
  readonly files: number;
  readonly landedBefore: number;
  readonly landedBytes: number;
}

/** A growing set. */
export interface GrownSet {
  readonly target: Target;
  /** In order. */
  readonly increments: readonly Increment[];
  readonly plan: GrowthPlan;
  /** How many of its files this run had to send; of a run that its time budget ended, those of the datasets that it made. */
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

/** It stays what is known of the target until the one that follows is confirmed. */
export function noteFollowed({ datasets }: Results, target: Target): void {
  const at = datasets.findIndex((one) => one.target === target);
  const made = datasets[at];
  if (made !== undefined) datasets[at] = { ...made, isFollowed: true };
}

/** Which datasets a growing set has, in the place of those that were known before. */
export function noteSet(
  { setUids }: Results,
  target: Target,
  increments: readonly Increment[],
): void {
  const uids = increments.map(({ dataset }) => dataset.uid);
  setUids.set(target, uids);
}

/** Adds to what is known of a target's dataset, and to the whole. */
export function addCounts(results: Results, target: Target, more: Partial<Counts>): void {
  const before = results.counts.get(target) ?? noCounts;
  const { sent = 0, unchanged = 0, failed = 0, unverified = 0 } = more;
  const { bytesSent = 0, bytesSkipped = 0 } = more;
  results.counts.set(target, {
    sent: before.sent + sent,
    unchanged: before.unchanged + unchanged,
    failed: before.failed + failed,
    unverified: before.unverified + unverified,
    bytesSent: before.bytesSent + bytesSent,
    bytesSkipped: before.bytesSkipped + bytesSkipped,
  });
  results.filesSent += sent;
  results.filesUnchanged += unchanged;
  results.filesFailed += failed;
  results.unverified += unverified;
  results.bytesSent += bytesSent;
}

export function noteLanded(results: Results, file: LandedFile): void {
  results.slowest = topWith(results.slowest, file, ({ durationMs }) => durationMs);
}

export function createResults(clock: Pick<Clock, "now"> = systemClock): Results {
  return {
    datasets: [],
    sets: [],
    setUids: new Map(),
    toSend: new Map(),
    filesSent: 0,
    filesUnchanged: 0,
    filesFailed: 0,
    unverified: 0,
    unlistedBegun: 0,
    bytesSent: 0,
    uploadMs: 0,
    counts: new Map(),
    times: createTimes(clock),
    calls: createCallTally(),
    slowest: [],
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
