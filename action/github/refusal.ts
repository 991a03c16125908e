// What GitHub answers where it does not do as asked, as an error. Pure.
import { AvalaError } from "../../src/errors";
import { printable } from "../../src/redact";

export interface GitHubReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

/** @param what what can't be done, as the beginning of a sentence */
export function refusal(what: string, reply: GitHubReply, isLimited: boolean): AvalaError {
  const { status } = reply;
  const message = `${what}: GitHub answers ${status}: ${messageIn(reply.data)}`;
  if (isLimited) return new AvalaError("rate_limited", message, { hint: limitHint(reply) });
  if (status >= 500) return new AvalaError("server", message, { retryable: true });
  if (status === 401) {
    return new AvalaError("authentication", message, { hint: "Check the input github-token." });
  }
  if (status === 422) {
    // Also for a commit that this repository does not have.
    return new AvalaError("validation", message, { hint: "Check the input status-sha." });
  }
  // GitHub hides what a token may not see as 404.
  if (status !== 403 && status !== 404) return new AvalaError("validation", message);
  return new AvalaError("permission", message, {
    hint: "Add to the workflow or the job:\npermissions:\n  statuses: write",
  });
}

function limitHint({ headers }: GitHubReply): string {
  const seconds = Number(headers["retry-after"]);
  const wait = Number.isFinite(seconds)
    ? `GitHub asks to wait ${seconds} s, more than`
    : "This outlasts";
  return `${wait} the run may still wait (timeout-minutes). Run again later.`;
}

function messageIn(data: unknown): string {
  const { message } = (typeof data === "object" && data !== null ? data : {}) as {
    readonly message?: unknown;
  };
  if (typeof message === "string") return printable(message, 200);
  return printable(typeof data === "string" ? data : "", 200);
}
