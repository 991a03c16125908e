// What GitHub answers where it does not do as asked, as an error. Pure.
import { AvalaError } from "../../src/errors";
import { isRecord } from "../../src/json";
import { printable } from "../../src/redact";
import { formatDuration } from "../../src/text";
import { isLimit, limitWaitMs, messageIn, type GitHubReply } from "./rate-limits";

// A request that took too long, and one that another's came in the way of.
const MAY_PASS: ReadonlySet<number> = new Set([408, 409]);

const FULL = /\bmaximum number of statuses\b/i;
const FULL_HINT =
  "GitHub accepts 1,000 statuses of one name on a commit. Use a new commit or another status-context.";
// Also for a commit that this repository does not have.
const ODD_HINT = "Check the inputs status-sha and status-context.";

/**
 * @param what what can't be done, as the beginning of a sentence
 * @param leftMs how long may still be waited: a limit that asks for more is final
 */
export function refusal(what: string, reply: GitHubReply, leftMs: number): AvalaError {
  const { status } = reply;
  const said = wordsOf(reply.data);
  const message = `${what}: GitHub responded ${status}: ${said.replace(/[.\s]*$/, ".")}`;
  if (isLimit(reply)) return limited(message, limitWaitMs(reply), leftMs);
  if (status >= 500 || MAY_PASS.has(status))
    return new AvalaError("server", message, { retryable: true });
  if (status === 401) {
    return new AvalaError("authentication", message, {
      hint: "Check the input github-token. The job's own token expires after 24 hours.",
    });
  }
  if (status === 422) {
    return new AvalaError("validation", message, { hint: FULL.test(said) ? FULL_HINT : ODD_HINT });
  }
  // GitHub hides what a token may not see as 404.
  if (status !== 403 && status !== 404) return new AvalaError("validation", message);
  return new AvalaError("permission", message, {
    hint: "Add to the workflow or the job:\npermissions:\n  statuses: write\nTokens for fork pull requests are read-only: set their status from a scheduled workflow.",
  });
}

function limited(message: string, retryAfterMs: number, leftMs: number): AvalaError {
  const wait = formatDuration(retryAfterMs / 1000);
  const hint = `GitHub asks to wait ${wait}, longer than what is left of timeout-minutes. Run again later.`;
  return new AvalaError("rate_limited", message, {
    ...{ hint, retryAfterMs },
    retryable: retryAfterMs <= leftMs,
  });
}

/** What it says, and of which fields: `Validation Failed` alone says nothing. */
function wordsOf(data: unknown): string {
  const errors = isRecord(data) ? data["errors"] : undefined;
  const each: readonly unknown[] = Array.isArray(errors) ? errors : [errors];
  const details = each.map(detailOf).filter((text) => text !== "");
  return printable([messageIn(data), ...details].join(": "), 300);
}

/** GitHub gives a text, or an object with one, or with the names of a field and of what is wrong. */
function detailOf(error: unknown): string {
  if (typeof error === "string") return error;
  if (!isRecord(error)) return "";
  const { message, resource, field, code } = error;
  if (typeof message === "string") return message;
  return [resource, field, code].filter((word) => typeof word === "string").join(" ");
}
