// Every input of action.yml: its default, and what it is about. A test holds the two together.

/** What must be asked for as well, or the input has no effect. */
export type Need =
  | "upload"
  | "new-export"
  | "export"
  | "finished-export"
  | "new-finished-export"
  | "projects"
  | "download"
  | "waiting"
  | "status";

export interface InputRow {
  /** What an empty value stands for, too: a workflow passes on what it was not given as an empty text. */
  readonly default: string;
  readonly needs?: Need;
  /** Whether another value chooses other files, cuts them into other datasets, or changes what their lack means. */
  readonly choosesFiles?: boolean;
}

export const INPUTS = {
  "api-key": { default: "" },
  "base-url": { default: "" },
  files: { default: "", choosesFiles: true },
  "files-from": { default: "", choosesFiles: true },
  root: { default: ".", needs: "upload", choosesFiles: true },
  prefix: { default: "", needs: "upload", choosesFiles: true },
  "include-hidden-files": { default: "false", needs: "upload", choosesFiles: true },
  symlinks: { default: "follow", needs: "upload", choosesFiles: true },
  "allow-link-targets": { default: "", needs: "upload", choosesFiles: true },
  unindexed: { default: "leave-out", needs: "upload", choosesFiles: true },
  "check-content": { default: "warn", needs: "upload" },
  "min-age-minutes": { default: "", needs: "upload", choosesFiles: true },
  "changing-files": { default: "fail", needs: "upload", choosesFiles: true },
  "if-no-files-found": { default: "error", needs: "upload", choosesFiles: true },
  "partition-depth": { default: "0", needs: "upload", choosesFiles: true },
  dataset: { default: "" },
  slug: { default: "", needs: "upload" },
  "data-type": { default: "", needs: "upload", choosesFiles: true },
  visibility: { default: "private", needs: "upload" },
  organization: { default: "", needs: "upload" },
  metadata: { default: "", needs: "upload" },
  "if-dataset-exists": { default: "verify", needs: "upload" },
  "wait-for-dataset": { default: "true", needs: "upload" },
  "export-datasets": { default: "" },
  "export-projects": { default: "" },
  "export-slices": { default: "" },
  "export-uid": { default: "" },
  "export-format": { default: "avala-json-external", needs: "new-export" },
  "export-name": { default: "", needs: "new-export" },
  "wait-for-export": { default: "true", needs: "export" },
  "timeout-minutes": { default: "60", needs: "waiting" },
  "download-path": { default: "", needs: "finished-export" },
  extract: { default: "true", needs: "download" },
  "gate-min-tasks": { default: "", needs: "finished-export" },
  "gate-min-exported": { default: "", needs: "finished-export" },
  "gate-pending-tasks": { default: "", needs: "projects" },
  "gate-quality-targets": { default: "", needs: "projects" },
  "gate-retry-minutes": { default: "", needs: "new-finished-export" },
  "status-context": { default: "" },
  "status-sha": { default: "", needs: "status" },
  // An expression in action.yml, so whether it was given can't be known.
  "github-token": { default: "" },
  concurrency: { default: "8", needs: "upload" },
  "time-budget-minutes": { default: "", needs: "upload" },
  "dry-run": { default: "false", needs: "upload" },
  plan: { default: "", needs: "upload" },
  summary: { default: "true" },
  // A permission and not a wish: it may stand where nothing is fetched.
  "allow-storage-hosts": { default: "" },
} as const satisfies Readonly<Record<string, InputRow>>;

export type InputName = keyof typeof INPUTS;

export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[];

/** `undefined`: action.yml has no such input. */
export function rowOf(input: string): InputRow | undefined {
  return Object.hasOwn(INPUTS, input) ? INPUTS[input as InputName] : undefined;
}
