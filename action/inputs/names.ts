// The names of the inputs, and what a name that is none of them was meant to be.
import type { InputProblem } from "../../src/errors";
import type { ActionEnvironment } from "../environment";

/** Every input of action.yml; a test holds the two together. */
export const INPUT_NAMES = [
  "api-key",
  "base-url",
  "files",
  "root",
  "prefix",
  "include-hidden-files",
  "symlinks",
  "check-content",
  "if-no-files-found",
  "partition-depth",
  "dataset",
  "slug",
  "data-type",
  "visibility",
  "organization",
  "metadata",
  "if-dataset-exists",
  "wait-for-dataset",
  "export-datasets",
  "export-projects",
  "export-slices",
  "export-uid",
  "export-format",
  "export-name",
  "wait-for-export",
  "timeout-minutes",
  "download-path",
  "extract",
  "gate-min-tasks",
  "gate-min-exported",
  "status-context",
  "status-sha",
  "github-token",
  "concurrency",
  "shard",
  "time-budget-minutes",
  "dry-run",
  "plan",
  "summary",
  "allow-storage-hosts",
] as const;

/** Inputs that the runner passed on although action.yml has none of that name: it only warns, and would go on. */
export function misspelt(env: ActionEnvironment["env"]): readonly InputProblem[] {
  const known = new Map(INPUT_NAMES.map((name) => [`INPUT_${name.toUpperCase()}`, name]));
  return Object.keys(env).flatMap((variable) => {
    if (!variable.startsWith("INPUT_") || known.has(variable)) return [];
    const given = variable.slice("INPUT_".length).toLowerCase();
    const meant = INPUT_NAMES.find((name) => isNear(bare(given), bare(name)));
    return meant === undefined
      ? []
      : [{ input: given, text: `is no input; did you mean ${meant}?` }];
  });
}

function bare(name: string): string {
  return name.replace(/[-_]/g, "");
}

/** One slip in a short name, two in a long one. */
function isNear(given: string, name: string): boolean {
  return distance(given, name) <= (name.length > 6 ? 2 : 1);
}

/** How many letters must be put in, taken out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const changed = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
