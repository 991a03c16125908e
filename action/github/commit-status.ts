// Commit statuses by GitHub's API. The only file that knows it.
import { readFileSync } from "node:fs";
import { getOctokit } from "@actions/github";
import { AvalaError } from "../../src/errors";
import type { CommitStatus } from "../environment";

export interface Commit {
  readonly owner: string;
  readonly repo: string;
  readonly sha: string;
  /** The run that the status links to. */
  readonly targetUrl?: string | undefined;
}

interface EventPayload {
  readonly pull_request?: { readonly head?: { readonly sha?: unknown } };
  readonly workflow_run?: { readonly head_sha?: unknown };
}

/**
 * The commit that the workflow runs for. `GITHUB_SHA` of a pull request is the merge that GitHub made up, and a status
 * there is no check of the pull request: its head is.
 */
export function commitOf(env: NodeJS.ProcessEnv): Commit {
  const [owner = "", repo = ""] = (env.GITHUB_REPOSITORY ?? "").split("/");
  const { GITHUB_SERVER_URL: server, GITHUB_RUN_ID: run } = env;
  const event = readEvent(env.GITHUB_EVENT_PATH);
  const head = event.pull_request?.head?.sha ?? event.workflow_run?.head_sha;
  return {
    owner,
    repo,
    sha: typeof head === "string" ? head : (env.GITHUB_SHA ?? ""),
    targetUrl: server && run ? `${server}/${owner}/${repo}/actions/runs/${run}` : undefined,
  };
}

function readEvent(path: string | undefined): EventPayload {
  if (!path) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")) as EventPayload;
  } catch {
    // Without the event, the commit is GITHUB_SHA.
    return {};
  }
}

/** @throws AvalaError `permission` with the line that the workflow lacks; `network` otherwise */
export async function setCommitStatus(status: CommitStatus, commit: Commit): Promise<void> {
  try {
    await getOctokit(status.token).rest.repos.createCommitStatus({
      owner: commit.owner,
      repo: commit.repo,
      sha: commit.sha,
      state: status.state,
      context: status.context,
      description: status.description,
      ...(commit.targetUrl === undefined ? {} : { target_url: commit.targetUrl }),
      ...(status.signal === undefined ? {} : { request: { signal: status.signal } }),
    });
  } catch (error) {
    throw translate(error, status, commit);
  }
}

function translate(error: unknown, { context, signal }: CommitStatus, commit: Commit): AvalaError {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  const what = `The commit status ${context} can't be set on ${commit.sha.slice(0, 12)}`;
  // GitHub hides what a token may not see as 404.
  if (status === 403 || status === 404) {
    return new AvalaError("permission", `${what}: GitHub answers ${status}: ${reason}`, {
      hint: "Add to the workflow or the job:\npermissions:\n  statuses: write",
      cause: error,
    });
  }
  const isStopped = signal?.aborted === true;
  return new AvalaError(isStopped ? "cancelled" : "network", `${what}: ${reason}`, {
    cause: error,
  });
}
