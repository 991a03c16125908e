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
  /** At most 140 characters are shown. */
  readonly description: string;
  readonly signal?: AbortSignal | undefined;
}

/** Where an annotation points: a path relative to the workspace. */
export interface Place {
  readonly file?: string | undefined;
}

/** Downloaded exports that later runs on this machine can take. A miss is `undefined`, and so is any trouble with it. */
export interface ExportCache {
  find(key: CacheKey): string | undefined;
  /** Keeps a copy of the file and returns the copy's path. */
  keep(key: CacheKey, file: string): Promise<string>;
}

export interface CacheKey {
  readonly uid: string;
  /** Stands for the deployment, so that two of them never share a file. */
  readonly origin: string;
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
  /** Adds to the job summary. */
  writeSummary(markdown: string): Promise<void>;
  /** What GitHub says of the event that started the workflow; `undefined` when it can't be read. */
  readEvent(): unknown;
  setCommitStatus(status: CommitStatus): Promise<void>;
  readonly exportCache: ExportCache;
}
