// How waits and tries that follow are told in a log: what is news in a line, for with thousands of files there are hundreds that
// wait for the same. A 429 is no failure: the server only asks to wait.
import type { AvalaEvent } from "../events";
import { formatDuration } from "../text";
import type { Retry } from "./retry";

const MAX_FAILURES_TOLD = 20;
const MAX_SHORT_WAITS_TOLD = 3;
const LONG_MS = 5_000;
// What ends so soon after it is the same wait: times are whole seconds, and chance spreads the calls.
const SAME_MS = 5_000;
const FIRST_PAUSE_MS = 10_000;
const MAX_PAUSE_MS = 60_000;
// Of the reasons to wait, among the codes of failures.
const LIMIT = "limit";

/** A store that throttles has another limit, and says itself whether it asks for a wait. */
export function isLimit({ code }: Retry["error"]): boolean {
  return code === "rate_limited";
}

export function describeRetry({ what, attempt, waitMs, error }: Retry): string {
  const wait = formatDuration(waitMs / 1000);
  if (isLimit(error)) return `The server asks to wait (rate limit): ${what} continues in ${wait}.`;
  const next = waitMs < 500 ? "follows at once" : `is in ${wait}`;
  const failure = error.message.includes(what)
    ? error.message
    : `Attempt ${attempt} to ${what} failed: ${error.message}`;
  return `${failure} The next attempt ${next}.`;
}

type LimitWait = Extract<AvalaEvent, { kind: "limit-wait" }>;
type ResponseWait = Extract<AvalaEvent, { kind: "response-wait" }>;
type Wait = LimitWait | ResponseWait;

/** `waiting for the rate limit to list datasets, continues in about 37 s` */
function describeLimitWait({ what, waitMs }: LimitWait): string {
  const end = waitMs === undefined ? "" : `, continues in about ${formatDuration(waitMs / 1000)}`;
  return `waiting for the rate limit to ${what}${end}`;
}

/** `waiting for a response from Avala to find dataset a, none for 12 s, given up in 48 s` */
function describeResponseWait({ what, seconds, secondsLeft }: ResponseWait): string {
  const end = secondsLeft > 0 ? `, given up in ${formatDuration(secondsLeft)}` : "";
  return `waiting for a response from Avala to ${what}, none for ${formatDuration(seconds)}${end}`;
}

export function describeWait(wait: Wait): string {
  return wait.kind === "limit-wait" ? describeLimitWait(wait) : describeResponseWait(wait);
}

export interface WaitTeller {
  /** How a retry is told: `last` is the line after which no more of its kind are. */
  readonly retry: (retry: Retry) => "told" | "last" | "untold";
  /** Whether it is told that a call still waits. */
  readonly wait: (wait: Wait) => boolean;
}

/** One line for each wait of the whole run, and few for short ones. */
export function createWaitTeller(now: () => number): WaitTeller {
  const counts = { waits: 0, failures: 0 };
  const toldUntilMs = new Map<string, number>();
  const isDue = createPauses(now);
  const isResponseDue = createPauses(now);
  const isNews = (why: string, waitMs: number): boolean =>
    now() + waitMs > (toldUntilMs.get(why) ?? Number.NEGATIVE_INFINITY) + SAME_MS;
  const note = (why: string, waitMs: number): void => void toldUntilMs.set(why, now() + waitMs);
  return {
    retry: ({ error, waitMs }) => {
      const why = isLimit(error) ? LIMIT : error.code;
      if (!isNews(why, waitMs)) return "untold";
      if (isLimit(error) && waitMs >= LONG_MS) {
        note(why, waitMs);
        return "told";
      }
      const [kind, most] = isLimit(error)
        ? (["waits", MAX_SHORT_WAITS_TOLD] as const)
        : (["failures", MAX_FAILURES_TOLD] as const);
      if (counts[kind] === most) return "untold";
      counts[kind] += 1;
      note(why, waitMs);
      return counts[kind] === most ? "last" : "told";
    },
    wait: (wait) => {
      if (wait.kind === "response-wait") return isResponseDue();
      const { waitMs } = wait;
      if (waitMs === undefined) return isDue();
      if (!isNews(LIMIT, waitMs)) return false;
      if (waitMs < LONG_MS && !isDue()) return false;
      note(LIMIT, waitMs);
      return true;
    },
  };
}

/** Whether a line is due where nothing says until when: at once, then after pauses that double. */
function createPauses(now: () => number): () => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  let pauseMs = 0;
  return () => {
    if (now() - lastMs < pauseMs) return false;
    lastMs = now();
    pauseMs = Math.min(MAX_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * pauseMs));
    return true;
  };
}
