// What a reply's headers say (contract, "Rate limits", "Errors"). Pure.
import type { RateLimit } from "../../errors";
import { printable } from "../../redact";
import { MAX_SERVER_WAIT_MS } from "../../flow/retry";
import { formatDuration } from "../../text";
import type { Secrets } from "../secrets";
import type { HttpResponse } from "../transport/transport";

type Headers = HttpResponse["headers"];

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}

// Clocks that are kept right differ by less; a machine that is off by more is corrected by the server's own `Date`.
const TRUSTED_SKEW_MS = 5000;

function skewOf(headers: Headers, nowMs: number): number {
  const serverMs = Date.parse(headers["date"] ?? "");
  const skewMs = Number.isNaN(serverMs) ? 0 : nowMs - serverMs;
  return Math.abs(skewMs) > TRUSTED_SKEW_MS ? skewMs : 0;
}

/** The server's time, which its dates are meant in: ours, unless the two differ by more than rounding. */
export function serverNow(headers: Headers, nowMs: number): number {
  return nowMs - skewOf(headers, nowMs);
}

/** The three `X-RateLimit-*` headers, or `undefined` unless all are there. The reset is in this machine's time. */
export function readRateLimit(headers: Headers, nowMs: number): RateLimit | undefined {
  const limit = count(headers["x-ratelimit-limit"]);
  const remaining = count(headers["x-ratelimit-remaining"]);
  const resetSeconds = count(headers["x-ratelimit-reset"]);
  if (limit === undefined || remaining === undefined || resetSeconds === undefined)
    return undefined;
  const resetAtMs = resetSeconds * 1000 + skewOf(headers, nowMs);
  return {
    limit,
    // More than the limit is what is left of a day, or a burst that is allowed above it: no call of the minute is counted yet.
    remaining: Math.min(remaining, limit),
    // A reset in years is a slip or spite: ask again after as long as a run waits for anything.
    resetAtMs: Math.min(resetAtMs, nowMs + MAX_SERVER_WAIT_MS),
  };
}

export function readRequestId(headers: Headers, secrets: Secrets): string | undefined {
  const id = headers["x-request-id"];
  return id === undefined || id === "" ? undefined : printable(secrets.hide(id), 100);
}

/** What an error says of the wait that was asked for, where that may be longer than the run has. */
export function askedWait(retryAfterMs: number | undefined): readonly string[] {
  if (retryAfterMs === undefined || retryAfterMs <= MAX_SERVER_WAIT_MS) return [];
  return [`the server asks to wait ${formatDuration(retryAfterMs / 1000)}`];
}
