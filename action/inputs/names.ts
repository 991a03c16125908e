// Names that are no input's, and what they were meant to be.
import type { InputProblem } from "../../src/errors";
import { bare, nearestName } from "../../src/near-name";
import { shown } from "../../src/text";
import type { ActionEnvironment } from "../environment";
import { INPUT_NAMES } from "./table";

/** What others call an input: by the words of other actions, and of this one's own sentences. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...meaning(
    "a line of `files` that begins with `!`",
    "exclude excludes ignore excluded-files exclude-files",
  ),
  ...meaning(
    "`files`",
    "path paths include includes glob globs pattern patterns source sources input inputs images",
  ),
  ...meaning(
    "`files-from`",
    "file-list files-list list changed-files files-file path-list paths-from files-from-file files-from-source-file",
  ),
  ...meaning(
    "`root`",
    "working-directory cwd directory dir folder base-dir base-directory workdir root-dir",
  ),
  ...meaning("`dataset`", "dataset-name name title"),
  ...meaning("`slug`", "dataset-slug"),
  ...meaning("`export-datasets`", "dataset-uid dataset-uids dataset-id datasets uid uids"),
  ...meaning("`export-projects`", "project projects project-uid project-uids project-id"),
  ...meaning("`export-slices`", "slice slices slice-uid slice-uids"),
  ...meaning("`api-key`", "token key avala-api-key avala-key api-token"),
  ...meaning("`base-url`", "url api-url endpoint host server avala-base-url"),
  ...meaning("`organization`", "organization-uid org owner owner-name"),
  ...meaning("`data-type`", "type media-type kind"),
  ...meaning("`export-format`", "format"),
  ...meaning("`download-path`", "output output-path output-dir download destination dest out"),
  ...meaning("`timeout-minutes`", "timeout timeout-seconds wait-timeout"),
  ...meaning("`time-budget-minutes`", "budget time-budget"),
  ...meaning("`wait-for-dataset` or `wait-for-export`", "wait"),
  ...meaning("`if-dataset-exists`", "overwrite if-exists on-conflict"),
  ...meaning("`include-hidden-files`", "hidden include-hidden"),
  ...meaning("`symlinks`", "follow-symlinks follow-symbolic-links"),
  ...meaning("`concurrency`", "parallel parallelism workers max-parallel"),
  ...meaning("`status-context`", "context status-name"),
  ...meaning("`status-sha`", "sha commit commit-sha"),
]);

function meaning(meant: string, names: string): readonly (readonly [string, string])[] {
  return names.split(" ").map((name) => [bare(name), meant] as const);
}

interface UnknownInputs {
  readonly problems: readonly InputProblem[];
  /** What may be another action's. */
  readonly notices: readonly string[];
}

/**
 * Inputs that the runner passed on although action.yml has none of that name: it only warns, and would go on. The runner
 * sets them as `INPUT_` and the name in upper case; an empty one is as if it was not there.
 */
export function unknownInputs(env: ActionEnvironment["env"]): UnknownInputs {
  const known = new Set(INPUT_NAMES.map((name) => `INPUT_${name.toUpperCase()}`));
  const problems: InputProblem[] = [];
  const notices: string[] = [];
  for (const [variable, value = ""] of Object.entries(env)) {
    if (!variable.startsWith("INPUT_") || known.has(variable) || value.trim() === "") continue;
    const input = variable.slice("INPUT_".length).toLowerCase();
    const near = nearestName(input, INPUT_NAMES);
    // The local runner act passes a composite action's inputs on to the actions in it (nektos/act#2874).
    if (near === undefined && env.ACT === "true") {
      notices.push(`${shown(input)} is not a known input, and has no effect.`);
      continue;
    }
    problems.push({ input: shown(input), text: unknownText(variable, input, near) });
  }
  return { problems, notices };
}

function unknownText(variable: string, input: string, near: string | undefined): string {
  const meant = near === undefined ? MEANT.get(bare(input)) : `\`${near}\``;
  if (meant !== undefined) return `is not a known input. Did you mean ${meant}?`;
  return `is not a known input, and would have no effect: remove it. If it is not under \`with\`, the job sets the environment variable ${shown(variable)}`;
}
