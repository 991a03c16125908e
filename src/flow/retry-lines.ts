// How it is told that something is tried again: the first of them each in a line, for with thousands of files there are hundreds.
// A 429 is no failure: the server only asks to wait.
import { formatDuration } from "../text";
import type { Retry } from "./retry";

const MAX_FAILURES_TOLD = 20;
const MAX_WAITS_TOLD = 5;

export function describeRetry({ what, attempt, waitMs, error }: Retry): string {
  const wait = formatDuration(waitMs / 1000);
  return error.isThrottled
    ? `The server asks to wait (rate limit): ${what} continues in ${wait}.`
    : `Attempt ${attempt} to ${what} failed, the next is in ${wait}: ${error.message}`;
}

/** How a retry is told in a log: `last` is the line after which no more of its kind are. */
export function createRetryCount(): (retry: Retry) => "told" | "last" | "untold" {
  const told = { waits: 0, failures: 0 };
  return ({ error }) => {
    const kind = error.isThrottled ? "waits" : "failures";
    const most = error.isThrottled ? MAX_WAITS_TOLD : MAX_FAILURES_TOLD;
    told[kind] += 1;
    if (told[kind] > most) return "untold";
    return told[kind] === most ? "last" : "told";
  };
}
