// The commit that an event of GitHub's is about: where a commit status belongs. Pure.
// The runner's GITHUB_SHA is the default branch's last commit for many events, whatever they are about
// (GitHub's "Events that trigger workflows"), and for a pull request a merge commit, which no branch shows.

/** Where the commit is: in the runner's `GITHUB_SHA`, at a path in the event's payload, or nowhere. */
type CommitSource =
  | { readonly kind: "runner" }
  | { readonly kind: "payload"; readonly path: readonly string[] }
  /** At a path in the payload, when the run that it is about was itself started by an event that names its commit. */
  | { readonly kind: "run"; readonly path: readonly string[] }
  | { readonly kind: "none"; readonly advice?: string };

type NoCommit = Extract<CommitSource, { readonly kind: "none" }>;

const runner: CommitSource = { kind: "runner" };
const none: NoCommit = { kind: "none" };
const ofOtherRun: NoCommit = {
  kind: "none",
  advice: "for example to what an artifact of the run that started this one contains",
};

function payload(path: string): CommitSource {
  return { kind: "payload", path: path.split(".") };
}

const pullRequest = payload("pull_request.head.sha");

// A run's `head_sha` is the head of its pull request, or the run's own GITHUB_SHA. So it is the default branch's last commit
// when an event about something else started the run (`issue_comment`, `check_run`, another `workflow_run`), and the base
// branch's after `pull_request_target` (what actions/checkout holds a pull request's commits to).
const STARTS_ON_ITS_COMMIT: ReadonlySet<unknown> = new Set([
  "create",
  "deployment",
  "deployment_status",
  "merge_group",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "registry_package",
  "release",
  "schedule",
  "workflow_dispatch",
]);

/** Every event that can start a workflow. One that is not here counts as one that names no commit. */
export const COMMIT_SOURCES: ReadonlyMap<string, CommitSource> = new Map([
  ["branch_protection_rule", none],
  ["check_run", payload("check_run.head_sha")],
  ["check_suite", payload("check_suite.head_sha")],
  ["create", runner],
  ["delete", none],
  ["deployment", payload("deployment.sha")],
  ["deployment_status", payload("deployment.sha")],
  ["discussion", none],
  ["discussion_comment", none],
  ["fork", none],
  ["gollum", none],
  ["image_version", none],
  [
    "issue_comment",
    {
      kind: "none",
      advice:
        "for a pull request to what `gh pr view ${{ github.event.issue.number }} --json headRefOid --jq .headRefOid` prints",
    },
  ],
  ["issues", none],
  ["label", none],
  ["merge_group", payload("merge_group.head_sha")],
  ["milestone", none],
  ["page_build", payload("build.commit")],
  ["project", none],
  ["project_card", none],
  ["project_column", none],
  ["public", none],
  ["pull_request", pullRequest],
  ["pull_request_review", pullRequest],
  ["pull_request_review_comment", pullRequest],
  ["pull_request_target", pullRequest],
  ["push", runner],
  ["registry_package", runner],
  ["release", runner],
  [
    "repository_dispatch",
    { kind: "none", advice: "for example to ${{ github.event.client_payload.sha }}" },
  ],
  ["schedule", runner],
  ["status", payload("sha")],
  ["watch", none],
  ["workflow_dispatch", runner],
  ["workflow_run", { kind: "run", path: ["workflow_run", "head_sha"] }],
]);

interface WorkflowEvent {
  /** `GITHUB_EVENT_NAME`. */
  readonly name: string;
  /** `GITHUB_SHA`. */
  readonly sha: string;
  readonly payload: unknown;
}

/** The full sha, or why there is none and what to do. */
export function commitOfEvent(
  event: WorkflowEvent,
): { readonly sha: string } | { readonly problem: string } {
  const source = sourceOf(event);
  if (source.kind === "none") {
    const advice = source.advice === undefined ? "" : `, ${source.advice}`;
    const name = event.name === "" ? "this event" : `the event ${event.name}`;
    return { problem: `${name} does not identify a commit; set status-sha${advice}` };
  }
  const sha = source.kind === "runner" ? event.sha : valueAt(event.payload, source.path);
  if (isFullSha(sha)) return { sha };
  const where = source.kind === "runner" ? "GITHUB_SHA" : source.path.join(".");
  return { problem: `the event ${event.name} has no commit in ${where}; set status-sha` };
}

/** A status can be set only on a full sha: of SHA-1, or of SHA-256 repositories. */
export function isFullSha(value: unknown): value is string {
  return typeof value === "string" && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value);
}

function sourceOf({
  name,
  payload: event,
}: WorkflowEvent): Exclude<CommitSource, { readonly kind: "run" }> {
  // GITHUB_SHA is the default branch's then, for the branch that was pushed is gone.
  if (name === "push" && valueAt(event, ["deleted"]) === true) return none;
  const source = COMMIT_SOURCES.get(name) ?? none;
  if (source.kind !== "run") return source;
  const startedBy = valueAt(event, ["workflow_run", "event"]);
  return STARTS_ON_ITS_COMMIT.has(startedBy) ? { kind: "payload", path: source.path } : ofOtherRun;
}

function valueAt(payload: unknown, path: readonly string[]): unknown {
  let value = payload;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
