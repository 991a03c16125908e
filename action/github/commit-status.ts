// Commit statuses by GitHub's API, with octokit. Loaded only when a status is asked for: it is a large part of the bundle.
// Knows nothing of how long a run may wait.
// Without octokit's plugins for retries and throttling: with them a status was given up after 14 seconds of GitHub's failures.
// The one loop that tries again waits here, too, until the run's time is over.
import { context, getOctokit } from "@actions/github";
import { transportError } from "../../src/api/transport/transport-errors";
import { AvalaError, isAvalaError, messageOf } from "../../src/errors";
import {
  cancelled,
  systemClock,
  systemRandom,
  type Clock,
  type Random,
} from "../../src/flow/clock";
import { poll } from "../../src/flow/poll";
import { isRecord } from "../../src/json";
import { formatDuration } from "../../src/text";
import type { CommitStatus, StatusState } from "../environment";
import { boundedFetch } from "./bounded-fetch";
import type { GitHubReply } from "./rate-limits";
import { refusal } from "./refusal";

interface Ports {
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Sets the status. What may pass is waited out like any outage, until the run's time is over: a failure of GitHub's must
 * not decide a gate. Returns the state that the commit has then.
 * @throws AvalaError `permission` with the line that the workflow lacks, `authentication`, `validation`, `network`,
 * `timeout`, `server`, `rate_limited`, `cancelled`
 */
export async function setCommitStatus(
  status: CommitStatus,
  ports: Ports = { clock: systemClock, random: systemRandom },
): Promise<StatusState> {
  const { clock } = ports;
  const patienceFor = startPatience(status, clock);
  const read = async ({ deadlineMs }: { readonly deadlineMs: number }): Promise<StatusState> => {
    try {
      return await setOnce(status, deadlineMs - clock.now());
    } catch (error) {
      throw patienceFor(error, deadlineMs - clock.now()) > 0 ? error : withoutRetry(error);
    }
  };
  try {
    return await poll(read, {
      ...ports,
      what: `the commit status ${status.context} to be set`,
      timeoutMs: status.leftMs,
      isDone: () => true,
      signal: status.signal,
      onOutage: (error, leftMs) => {
        const left = formatDuration(patienceFor(error, leftMs) / 1000);
        status.onOutage(`${error.message}${unsentText(status)} Still trying: ${left} left.`);
      },
    });
  } catch (error) {
    // Aborted by its own time limit, or by the job's cancel.
    if (status.signal?.aborted === true) throw cancelled("The commit status");
    throw lastFailure(error);
  }
}

// At a run's start nothing is lost by stopping, and a wrong or blocked address refuses every try.
const MAX_UNREACHED_MS = 60_000;

/**
 * How long is left for what failed so. At the start of a run that is a minute while GitHub can't be reached at all, and always
 * the run's time once GitHub has been reached: at the end of a run it has.
 */
function startPatience(
  { state }: CommitStatus,
  clock: Clock,
): (error: unknown, leftMs: number) => number {
  const untilMs = clock.now() + MAX_UNREACHED_MS;
  let isReached = state !== "pending";
  return (error, leftMs) => {
    isReached ||= !isUnreached(error);
    return isReached ? Math.max(1, leftMs) : Math.min(leftMs, untilMs - clock.now());
  };
}

/** Whether no byte of the request went out: the connection is refused or not made, or the name is not known. */
function isUnreached(error: unknown): boolean {
  if (!isAvalaError(error) || error.ambiguous) return false;
  return error.code === "network" || error.code === "timeout";
}

function withoutRetry(error: unknown): unknown {
  if (!isAvalaError(error)) return error;
  const { code, message, hint } = error;
  return new AvalaError(code, message, { hint, cause: error });
}

/** The status comes first, so a user who waits for it should not think that files were sent meanwhile. */
function unsentText({ state }: Partial<Pick<CommitStatus, "state">>): string {
  return state === "pending" ? " Nothing has been sent to Avala yet." : "";
}

/** At the end of a wait, what the last try failed for: that is what there is something to do about. */
function lastFailure(error: unknown): unknown {
  const isOver = isAvalaError(error) && error.code === "timeout" && isAvalaError(error.cause);
  return isOver ? error.cause : error;
}

async function setOnce(status: CommitStatus, leftMs: number): Promise<StatusState> {
  const { context: name, state, description, sha, signal } = status;
  const request = signal === undefined ? {} : { request: { signal } };
  const octokit = octokitFor(status);
  try {
    if (status.keepsSame) {
      // Read just before, so that what another run sets meanwhile is not taken for what is there.
      const found = await findStatus(octokit, status);
      if (found !== undefined && isKept(found, status))
        return found.state === state ? state : "failure";
    }
    const what = { sha, state, context: name, description, ...linkToRun() };
    await octokit.rest.repos.createCommitStatus({ ...context.repo, ...what, ...request });
    return state;
  } catch (error) {
    throw asStatusError(errorOf(error, status, leftMs), status);
  }
}

type Octokit = ReturnType<typeof getOctokit>;

function octokitFor(status: CommitStatus): Octokit {
  return getOctokit(status.token, {
    baseUrl: context.apiUrl,
    userAgent: "avala-upload-action",
    request: { fetch: boundedFetch },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
}

const PAGE = 100;
// More names than any commit has. What is not found is written: reading only spares that.
const MAX_PAGES = 10;

/** What the commit has under the name. GitHub ignores its case. */
async function findStatus(
  octokit: Octokit,
  { context: name, sha: ref, signal }: CommitStatus,
): Promise<StatusFound | undefined> {
  const request = signal === undefined ? {} : { request: { signal } };
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const place = { ...context.repo, ref, per_page: PAGE, ...(page === 1 ? {} : { page }) };
    const { data } = await octokit.rest.repos.getCombinedStatusForRef({ ...place, ...request });
    const statuses = statusesIn(data);
    const found = statuses.find((one) => isSameName(one.context, name));
    if (found !== undefined || statuses.length < PAGE) return found;
  }
  return undefined;
}

function isSameName(found: unknown, name: string): boolean {
  return typeof found === "string" && found.toLowerCase() === name.toLowerCase();
}

interface StatusFound {
  readonly context?: unknown;
  readonly state?: unknown;
  readonly description?: unknown;
}

/** Empty if the response is not what GitHub documents; the status is then set. */
function statusesIn(data: { readonly statuses?: unknown } | undefined): readonly StatusFound[] {
  const list: readonly unknown[] = Array.isArray(data?.statuses) ? data.statuses : [];
  return list.filter(isRecord);
}

/** A closed gate stays as it is while it is looked at; an open one does not. And nothing is said twice. */
function isKept(found: StatusFound, { state, description }: CommitStatus): boolean {
  if (state === "pending") return found.state !== "success";
  return found.state === state && found.description === description;
}

function ignore(): void {
  // What is tried again has a line of ours, and what fails is thrown.
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

function errorOf(
  error: unknown,
  { context: name, sha, state }: CommitStatus,
  leftMs: number,
): AvalaError {
  const { response, cause } = error as RequestFault;
  if (response === undefined) return unanswered(new URL(context.apiUrl).host, cause ?? error);
  const what = `The commit status ${name} can't be set to ${state} on ${sha.slice(0, 12)}`;
  return refusal(what, response, leftMs);
}

/** Ports of other services are refused by fetch itself, whatever listens there. */
function unanswered(host: string, error: unknown): AvalaError {
  if (!isRecord(error) || messageOf(error["cause"]) !== "bad port")
    return transportError({ host }, error);
  return new AvalaError("network", `${host} has a port that is not for HTTP (bad port)`);
}

/** What the connection refuses, as an error that says what it was for: the base URL in its own hint is Avala's. */
export function asStatusError(
  error: unknown,
  status: Pick<CommitStatus, "context" | "sha"> & Partial<Pick<CommitStatus, "state">>,
): unknown {
  if (!isAvalaError(error) || (error.code !== "network" && error.code !== "timeout")) return error;
  const { context: name, sha } = status;
  const message = `The commit status ${name} can't be set on ${sha.slice(0, 12)}: ${error.message}.`;
  const { retryable, ambiguous } = error;
  return new AvalaError(error.code, message, {
    cause: error,
    ...{ retryable, ambiguous },
    hint: `${unsentText(status)} Check the connection to GitHub and any proxy, then run again.`.trim(),
  });
}
