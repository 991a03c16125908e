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
}

export const INPUTS = {
  "api-key": { default: "" },
  "base-url": { default: "" },
  files: { default: "" },
  "files-from": { default: "" },
  root: { default: ".", needs: "upload" },
  prefix: { default: "", needs: "upload" },
  "include-hidden-files": { default: "false", needs: "upload" },
  symlinks: { default: "follow", needs: "upload" },
  "allow-link-targets": { default: "", needs: "upload" },
  unindexed: { default: "leave-out", needs: "upload" },
  "check-content": { default: "warn", needs: "upload" },
  "min-age-minutes": { default: "", needs: "upload" },
  "changing-files": { default: "fail", needs: "upload" },
  "if-no-files-found": { default: "error", needs: "upload" },
  "partition-depth": { default: "0", needs: "upload" },
  dataset: { default: "" },
  slug: { default: "", needs: "upload" },
  "data-type": { default: "", needs: "upload" },
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
