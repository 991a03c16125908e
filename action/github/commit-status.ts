// Commit statuses by GitHub's API, with octokit. Loaded only when a status is asked for: it is a third of the bundle.
import { context, getOctokit } from "@actions/github";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { transportError } from "../../src/api/transport/transport-errors";
import { AvalaError, isAvalaError } from "../../src/errors";
import { cancelled, systemClock, type Clock } from "../../src/flow/clock";
import type { CommitStatus } from "../environment";
import { CANCELLED_STATUS, isLimit, labelErrors, waitForLimit } from "./rate-limits";
import { boundedFetch } from "./bounded-fetch";
import { refusal, type GitHubReply } from "./refusal";

/** What stays as it is, and limits, for which the throttling plugin waits. */
const FINAL_STATUSES = [400, 401, 403, 404, 410, 422, 429, 451, CANCELLED_STATUS];

/**
 * Sets the status; what may pass is tried again, for a single failure of GitHub's must not decide a gate. A limit is waited
 * for as long as GitHub says, if that is within what is left of the run.
 * @throws AvalaError `permission` with the line that the workflow lacks, `authentication`, `validation`, `network`,
 * `timeout`, `server`, `rate_limited`, `cancelled`
 */
export async function setCommitStatus(
  status: CommitStatus,
  clock: Clock = systemClock,
): Promise<void> {
  const { context: name, state, description, sha, signal } = status;
  if (signal?.aborted === true) throw cancelled("The commit status");
  const wait = waitForLimit({ leftMs: status.leftMs, clock, signal });
  const octokit = getOctokit(
    status.token,
    {
      baseUrl: context.apiUrl,
      userAgent: "avala-upload-action",
      request: { fetch: boundedFetch },
      retry: { doNotRetry: FINAL_STATUSES },
      throttle: {
        // GitHub wants a second between two writes; of one commit they follow each other.
        id: sha,
        /* eslint-disable @typescript-eslint/no-misused-promises -- the plugin waits for what they return */
        onRateLimit: wait,
        onSecondaryRateLimit: wait,
        /* eslint-enable @typescript-eslint/no-misused-promises -- as above */
        // The wait is in the handlers, so that a cancel ends it.
        retryAfterBaseValue: 0,
      },
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    },
    labelErrors,
    retry,
    throttling,
  );
  try {
    await octokit.rest.repos.createCommitStatus({
      ...context.repo,
      sha,
      state,
      context: name,
      description,
      ...linkToRun(),
      ...(signal === undefined ? {} : { request: { signal } }),
    });
  } catch (error) {
    throw asStatusError(errorOf(error, status), status);
  }
}

function ignore(): void {
  // What is tried again needs no line, and what fails is thrown.
}

/** The run that the status links to. */
function linkToRun(): { readonly target_url?: string } {
  const { runId, serverUrl } = context;
  const { owner, repo } = context.repo;
  if (Number.isNaN(runId)) return {};
  return { target_url: `${serverUrl}/${owner}/${repo}/actions/runs/${runId}` };
}

interface RequestFault {
  readonly cause?: unknown;
  readonly response?: GitHubReply;
}

function errorOf(error: unknown, { context: name, sha, signal }: CommitStatus): AvalaError {
  if (signal?.aborted === true) return cancelled("The commit status");
  const { response, cause } = error as RequestFault;
  if (response === undefined) return transportError(new URL(context.apiUrl).host, cause ?? error);
  const what = `The commit status ${name} can't be set on ${sha.slice(0, 12)}`;
  return refusal(what, response, isLimit(response));
}

/** What the connection refuses, as an error that says what it was for: the base URL in its own hint is Avala's. */
export function asStatusError(
  error: unknown,
  { context: name, sha }: Pick<CommitStatus, "context" | "sha">,
): unknown {
  if (!isAvalaError(error) || (error.code !== "network" && error.code !== "timeout")) return error;
  const message = `The commit status ${name} can't be set on ${sha.slice(0, 12)}: ${error.message}`;
  return new AvalaError(error.code, message, {
    cause: error,
    hint: "Check the connection to GitHub and any proxy, then run again.",
  });
}
