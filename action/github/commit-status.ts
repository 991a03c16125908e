// Commit statuses by GitHub's API. The only file that knows it.
import { readFileSync } from "node:fs";
import { createAxiosTransport } from "../../src/api/axios-transport";
import type { HttpResponse, Transport } from "../../src/api/transport";
import { readConfig } from "../../src/config";
import { AvalaError, isAvalaError } from "../../src/errors";
import { systemClock, systemRandom } from "../../src/flow/clock";
import { retry } from "../../src/flow/retry";
import { printable } from "../../src/redact";
import type { CommitStatus } from "../environment";

const MAX_TRIES = 4;
const IDLE_MS = 15_000;
const MAX_BYTES = 1_000_000;

/** What GitHub says of the event; `undefined` when it can't be read. */
export function readEvent({ GITHUB_EVENT_PATH: path }: NodeJS.ProcessEnv): unknown {
  if (!path) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Then the commit must be given, and the refusal says so.
    return undefined;
  }
}

/**
 * Sets the status; what may pass is tried again, for a single failure of GitHub's must not decide a gate.
 * @throws AvalaError `permission` with the line that the workflow lacks, `authentication`, `validation`, `network`, `timeout`, `server`, `cancelled`
 */
export async function setCommitStatus(status: CommitStatus, env: NodeJS.ProcessEnv): Promise<void> {
  const { proxy } = readConfig({}, env);
  const transport = createAxiosTransport({ proxy });
  const { signal } = status;
  try {
    await retry(() => post(transport, status, env), {
      clock: systemClock,
      random: systemRandom,
      signal,
      what: `set the commit status ${status.context}`,
      maxTries: MAX_TRIES,
    });
  } catch (error) {
    throw asStatusError(error, status);
  } finally {
    transport.close();
  }
}

/** What the connection refuses, as an error that says what it was for: the base URL in its own hint is Avala's. */
export function asStatusError(
  error: unknown,
  { context, sha }: Pick<CommitStatus, "context" | "sha">,
): unknown {
  if (!isAvalaError(error) || (error.code !== "network" && error.code !== "timeout")) return error;
  const message = `The commit status ${context} can't be set on ${sha.slice(0, 12)}: ${error.message}`;
  return new AvalaError(error.code, message, {
    cause: error,
    hint: "Check the connection to GitHub and any proxy, then run again.",
  });
}

async function post(
  transport: Transport,
  status: CommitStatus,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { state, context, description, token, signal, sha } = status;
  const [owner = "", repo = ""] = (env.GITHUB_REPOSITORY ?? "").split("/");
  const path = [owner, repo, "statuses", sha].map(encodeURIComponent).join("/");
  const reply = await transport.send({
    method: "POST",
    url: `${env.GITHUB_API_URL ?? "https://api.github.com"}/repos/${path}`,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "avala-upload-action",
      "x-github-api-version": "2022-11-28",
    },
    body: JSON.stringify({ state, context, description, target_url: runUrl(env) }),
    signal,
    idleTimeoutMs: IDLE_MS,
    maxReplyBytes: MAX_BYTES,
  });
  if (reply.status !== 201) throw refusal(reply, context, sha);
}

/** The run that the status links to. */
function runUrl(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && run ? `${server}/${repository ?? ""}/actions/runs/${run}` : undefined;
}

function refusal({ status, body }: HttpResponse, context: string, sha: string): AvalaError {
  const what = `The commit status ${context} can't be set on ${sha.slice(0, 12)}`;
  const message = `${what}: GitHub answers ${status}: ${messageIn(body)}`;
  if (status === 429 || status >= 500)
    return new AvalaError("server", message, { retryable: true });
  if (status === 401) {
    return new AvalaError("authentication", message, { hint: "Look at the input github-token." });
  }
  // GitHub hides what a token may not see as 404.
  if (status === 422) {
    // Also for a commit that this repository does not have.
    return new AvalaError("validation", message, { hint: "Look at the input status-sha." });
  }
  if (status !== 403 && status !== 404) return new AvalaError("validation", message);
  return new AvalaError("permission", message, {
    hint: "Add to the workflow or the job:\npermissions:\n  statuses: write",
  });
}

function messageIn(body: Buffer): string {
  const text = body.toString("utf8");
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    // Then the text says what there is to say.
  }
  return printable(text, 200);
}
