// How far an upload has come in the last minutes, and what replies told of the limit and of others that share it. Pure: state → state.
import { MINUTE_MS } from "../api/limits";
import type { RateLimit } from "../errors";
import { SAME_WINDOW_MS } from "../flow/rate/budget";

/** How far an upload has come at one time. */
export interface Moment {
  readonly atMs: number;
  /** Files for which the server was asked, also by other uploads that share the pace. */
  readonly begun: number;
  readonly files: number;
  readonly bytes: number;
  /** Own calls of any kind. */
  readonly made: number;
  /** Ms in which requests waited until then. */
  readonly waitedMs: number;
  /** Ms in which the upload did not stand still. */
  readonly activeMs: number;
  /** Whether it stands still for the limit just now. */
  readonly isPaused: boolean;
  /** Whether it goes at a pace that is known. */
  readonly isSteady: boolean;
  readonly limits: RateLimit | undefined;
}

export interface Counted extends Moment {
  /** Of all that share the key, as far as replies tell. */
  readonly calls: number;
}

export interface History {
  /** Oldest first. */
  readonly moments: readonly [Counted, ...Counted[]];
  readonly now: Counted;
  /** Since when windows are whole. */
  readonly start: Counted;
  /** Since when the window runs. */
  readonly windowStart: Counted;
  /** Calls of others in it before the first own one: who begins a window late does not do so always. */
  readonly heldBack: number;
  readonly isSliding: boolean;
}

// Runs that share a key have more of one minute and less of the next.
export const MAX_MINUTES = 3;
// Of less a rate is chance: files that are under way at once end together.
export const MIN_FILES = 8;
const IDLE_MS = 2000;
// Of a minute. The first window is a whole one if it lasts as long.
const WHOLE_SHARE = 0.9;

/** What was so long ago, or at the start. */
export function before({ moments, start, now }: History, sinceMs: number): Counted {
  const atMs = now.atMs - sinceMs;
  const found = moments.findLast((moment) => moment.atMs <= atMs) ?? moments[0];
  return found.atMs < start.atMs ? start : found;
}

type Turn = "none" | "window" | "place" | "limit";

/** What has changed of the limit: its window, a place of the last minute that has come back, the limit itself. */
function turnOf(last: RateLimit | undefined, next: RateLimit | undefined): Turn {
  if (last === undefined || next === undefined) return "none";
  if (last.limit !== next.limit) return "limit";
  const laterMs = next.resetAtMs - last.resetAtMs;
  if (laterMs <= SAME_WINDOW_MS) return "none";
  // A window is as long as a minute; in a sliding one each place that comes back is a new time.
  return laterMs >= MINUTE_MS - SAME_WINDOW_MS ? "window" : "place";
}

/** Whether it asked for nothing for a while before: what others took then it may have as well. */
function wasIdle({ moments, now: last }: History, now: Moment): boolean {
  const from = moments.find(({ begun }) => begun === last.begun) ?? last;
  return now.atMs - from.atMs - (now.waitedMs - from.waitedMs) > IDLE_MS;
}

function callsSince(last: Counted, now: Moment, turn: Turn): number {
  const own = now.begun - last.begun;
  if (last.limits === undefined || now.limits === undefined) return own;
  const isGoingOn = turn === "none" || turn === "place";
  return isGoingOn ? Math.max(own, last.limits.remaining - now.limits.remaining) : own;
}

export function beginHistory(start: Moment): History {
  const now = { ...start, calls: 0 };
  return { moments: [now], now, start: now, windowStart: now, heldBack: 0, isSliding: false };
}

function keepRecent({ moments }: History, now: Counted): History["moments"] {
  const sinceMs = now.atMs - MAX_MINUTES * MINUTE_MS;
  const oldest = moments.findLastIndex(({ atMs }) => atMs <= sinceMs);
  const [first = now, ...others] = [...moments.slice(Math.max(0, oldest)), now];
  return [first, ...others];
}

/** After one more moment. */
export function follow(earlier: History, moment: Moment): History {
  const { now: last, start, isSliding, windowStart, heldBack } = earlier;
  const turn = turnOf(windowStart.limits, moment.limits);
  const limits = moment.limits ?? last.limits;
  const isCounted = turn === "window" || moment.begun - windowStart.begun >= MIN_FILES;
  const isIdle = wasIdle(earlier, moment);
  const since = isIdle ? moment.begun - last.begun : callsSince(last, moment, turn);
  const calls = last.calls + since + (isCounted ? heldBack : 0);
  const now = { ...moment, limits, calls };
  const left = isCounted ? 0 : heldBack;
  const known = windowStart.limits === undefined ? now : windowStart;
  const moments = keepRecent(earlier, now);
  const history = { ...earlier, moments, now, windowStart: known, heldBack: left };
  if (turn === "limit") return { ...history, start: now, windowStart: now, isSliding: false };
  if (turn !== "window" || limits === undefined)
    return { ...history, isSliding: isSliding || turn === "place" };
  // What lay before it was the rest of a window.
  const isFirst = last.atMs - start.atMs < WHOLE_SHARE * MINUTE_MS;
  const others = isIdle
    ? 0
    : Math.max(0, limits.limit - limits.remaining - (now.begun - last.begun));
  const begun = { windowStart: { ...now, begun: last.begun, files: last.files }, heldBack: others };
  return { ...history, ...begun, start: isFirst ? last : start };
}
