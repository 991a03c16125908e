// What GitHub answers where it does not do as asked, as an error. Pure.
import { AvalaError } from "../../src/errors";
import { printable } from "../../src/redact";
import { formatDuration } from "../../src/text";
import { isLimit, limitWaitMs, type GitHubReply } from "./rate-limits";

// A request that took too long, and one that another's came in the way of.
const MAY_PASS: ReadonlySet<number> = new Set([408, 409]);

/**
 * @param what what can't be done, as the beginning of a sentence
 * @param leftMs how long may still be waited: a limit that asks for more is final
 */
export function refusal(what: string, reply: GitHubReply, leftMs: number): AvalaError {
  const { status } = reply;
  const message = `${what}: GitHub answers ${status}: ${messageIn(reply.data).replace(/[.\s]*$/, ".")}`;
  if (isLimit(reply)) return limited(message, limitWaitMs(reply), leftMs);
  if (status >= 500 || MAY_PASS.has(status))
    return new AvalaError("server", message, { retryable: true });
  if (status === 401) {
    return new AvalaError("authentication", message, {
      hint: "Check the input github-token. The job's own token expires after 24 hours.",
    });
  }
  if (status === 422) {
    // Also for a commit that this repository does not have.
    return new AvalaError("validation", message, { hint: "Check the input status-sha." });
  }
  // GitHub hides what a token may not see as 404.
  if (status !== 403 && status !== 404) return new AvalaError("validation", message);
  return new AvalaError("permission", message, {
    hint: "Add to the workflow or the job:\npermissions:\n  statuses: write\nA pull request from a fork can only read, whatever it is permitted: set its status from a schedule.",
  });
}

function limited(message: string, retryAfterMs: number, leftMs: number): AvalaError {
  const wait = formatDuration(retryAfterMs / 1000);
  const hint = `GitHub asks to wait ${wait}, more than the run may still wait (timeout-minutes). Run again later.`;
  return new AvalaError("rate_limited", message, {
    ...{ hint, retryAfterMs },
    retryable: retryAfterMs <= leftMs,
  });
}

function messageIn(data: unknown): string {
  const { message } = (typeof data === "object" && data !== null ? data : {}) as {
    readonly message?: unknown;
  };
  if (typeof message === "string") return printable(message, 200);
  return printable(typeof data === "string" ? data : "", 200);
}
