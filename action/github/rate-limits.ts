// Whether GitHub's reply is a limit, and how long it asks to wait. Pure; knows nothing of what was asked for.
import { isRecord } from "../../src/json";

export interface GitHubReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

const LIMIT_WORDS = /\brate limit\b/i;

/**
 * A 403 may be a limit or a missing permission: a limit says when to come back, or that nothing is left. The secondary one
 * may come without any header, so its words count too.
 */
export function isLimit({ status, headers, data }: GitHubReply): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers["retry-after"] !== undefined || isUsedUp(headers) || LIMIT_WORDS.test(messageIn(data))
  );
}

/** GitHub's own words, as they came. */
export function messageIn(data: unknown): string {
  if (typeof data === "string") return data;
  const message = isRecord(data) ? data["message"] : undefined;
  return typeof message === "string" ? message : "";
}

/** The hour's quota is. */
function isUsedUp(headers: GitHubReply["headers"]): boolean {
  return String(headers["x-ratelimit-remaining"]) === "0";
}

// GitHub's advice where a limit names no time: "wait for at least one minute".
const UNSTATED_WAIT_MS = 60_000;
// The quota is whole again in the second after its reset.
const AFTER_RESET_MS = 1_000;

/** Ms that a limit asks to wait. The quota's reset is a time of GitHub's clock, so it is held against that one. */
export function limitWaitMs({ headers }: Pick<GitHubReply, "headers">): number {
  const seconds = Number(headers["retry-after"]);
  if (headers["retry-after"] !== undefined && seconds >= 0) return seconds * 1000;
  const resetMs = Number(headers["x-ratelimit-reset"]) * 1000;
  const nowMs = Date.parse(String(headers["date"]));
  if (!isUsedUp(headers) || Number.isNaN(resetMs - nowMs)) return UNSTATED_WAIT_MS;
  return Math.max(0, resetMs - nowMs) + AFTER_RESET_MS;
}
