// What the Action needs from the machine that runs it. The one seam between the Action and GitHub: tests hand in a
// plain object, main.ts the real runner.
import type { Clock } from "../src/flow/clock";

export type StatusState = "pending" | "success" | "failure";

export interface CommitStatus {
  readonly token: string;
  readonly context: string;
  /** The commit, its full sha. */
  readonly sha: string;
  readonly state: StatusState;
  /** Leaves a status that keeps the gate as closed, or says the same, as it is. */
  readonly keepsSame: boolean;
  /** At most 140 characters are shown. */
  readonly description: string;
  /** How long an outage or a limit of GitHub's may be waited for. */
  readonly leftMs: number;
  /** Hears of each outage, in a sentence, when it begins. */
  readonly onOutage: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where an annotation points: a path relative to the workspace. */
interface Place {
  readonly file?: string | undefined;
}

/** Folders of this machine that outlive a job, each under a key of 64 hex digits. */
export interface ExportCache {
  find(key: string): string | undefined;
  /** An empty folder, in the place of one that is there. Undefined where the machine keeps none. */
  create(key: string): Promise<string | undefined>;
}

export interface ActionEnvironment {
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `GITHUB_WORKSPACE`, absolute. */
  readonly workspace: string;
  /** `RUNNER_TEMP`, absolute. */
  readonly tempDirectory: string;
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly isDebug: boolean;
  /** Trimmed; empty when it was not given and has no default. */
  getInput(name: string): string;
  /** The last value counts. @throws AvalaError `file` */
  setOutput(name: string, value: string): void;
  /** Masks the value in everything that the job prints from now on. */
  setSecret(value: string): void;
  debug(line: string): void;
  info(line: string): void;
  warning(text: string, place?: Place): void;
  /** The step's one error annotation. */
  setFailed(text: string): void;
  startGroup(title: string): void;
  endGroup(): void;
  /** Why lines of the log were lost; `undefined`: none was. */
  logTrouble(): string | undefined;
  /** Adds to the job summary. @throws AvalaError `file` */
  writeSummary(markdown: string): Promise<void>;
  /** What GitHub says of the event that started the workflow; `undefined` when it can't be read. */
  readEvent(): unknown;
  /** Returns the state that the commit has then. */
  setCommitStatus(status: CommitStatus): Promise<StatusState>;
  readonly exportCache: ExportCache;
}
