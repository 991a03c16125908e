// Whether what a run records on this machine is there for the next one. Pure.

type Env = Readonly<Record<string, string | undefined>>;

/**
 * GitHub deletes its own machines after each job, and with them the user's state folder. A folder that the workflow names is
 * taken for one that it keeps: where that leads can't be seen from here.
 */
export function isStateLost({ RUNNER_ENVIRONMENT, AVALA_STATE_DIR = "" }: Env): boolean {
  return RUNNER_ENVIRONMENT === "github-hosted" && AVALA_STATE_DIR.trim() === "";
}

export const KEEP_STATE =
  "To keep the record, set AVALA_STATE_DIR to a folder of the workspace and keep it with actions/cache: https://github.com/avala/upload-action/blob/v1/docs/action.md#caching";

/** What becomes of an upload that its time budget ended. */
export function nextRunText(env: Env, landed: "nothing" | "some" | "all"): string {
  if (landed === "nothing") return "The next run tries again.";
  if (isStateLost(env))
    return `The record of what landed is deleted with this runner, so the next run starts over. ${KEEP_STATE}`;
  return landed === "all"
    ? "The next run confirms it."
    : "The next run resumes from here if these files are the same then.";
}
