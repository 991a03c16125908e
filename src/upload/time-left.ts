// When an upload will have ended, by how it went until now. Pure: state → state, numbers.
//
// A limit of so many calls a minute is used up in seconds, and then all wait: the rate of ten seconds is that of the burst or of
// the pause. But a run repeats itself each minute as the limit does, whatever its windows are and whoever shares it. So what is
// left takes as long as if the last minutes came again and again. In the first minute there are none: then it is the run's part
// of the calls that are counted.
import type { RateLimit } from "../errors";

/** How far an upload has come at one time. */
export interface Moment {
  readonly atMs: number;
  /** Files for which the server was asked. */
  readonly begun: number;
  readonly files: number;
  readonly bytes: number;
  /** Ms in which requests waited until then. */
  readonly waitedMs: number;
  /** Ms in which the upload did not stand still for the limit. */
  readonly activeMs: number;
  readonly limits: RateLimit | undefined;
}

interface Window {
  readonly resetAtMs: number;
  readonly begunBefore: number;
  readonly remainingBefore: number;
  /** Files that are begun for each call of all that share the key. */
  readonly share: number;
}

interface History {
  /** Oldest first. */
  readonly moments: readonly [Moment, ...Moment[]];
  readonly now: Moment;
  /** Since when windows are whole. */
  readonly start: Moment;
  readonly window: Window | undefined;
}

interface Left {
  readonly files: number;
  readonly bytes: number;
}

const MINUTE_MS = 60_000;
// Runs that share a key have more of one minute and less of the next.
const MAX_MINUTES = 3;
// So soon a rate follows a network that changes.
const RECENT_MS = 10_000;
// Of fewer files a rate is chance: those that are under way at once end together.
const MIN_FILES = 40;
// Of the last minute. With less waiting it is the network that bounds a run.
const BOUND_SHARE = 0.05;
// Of fewer calls the part that is own is chance: as many as go in a second, and of the limit.
const MIN_CALLS = 20;
const MIN_CALLS_SHARE = 0.2;
// Two resets that are nearer may be the same, rounded twice.
const SAME_WINDOW_MS = 2000;
// Of a minute. The first window is a whole one if it lasts as long.
const WHOLE_SHARE = 0.9;

/** What was so long ago, or at the start. */
function before({ moments, start, now }: History, sinceMs: number): Moment {
  const atMs = now.atMs - sinceMs;
  const found = moments.findLast((moment) => moment.atMs <= atMs) ?? moments[0];
  return found.atMs < start.atMs ? start : found;
}

function isNewWindow(window: Window, { remaining, limit, resetAtMs }: RateLimit): boolean {
  // In a sliding window each place that comes back is a new time, and little is left.
  return resetAtMs > window.resetAtMs + SAME_WINDOW_MS && remaining > limit / 2;
}

function count(window: Window, begun: number, { limit, remaining }: RateLimit): Window {
  const calls = window.remainingBefore - remaining;
  if (calls < Math.max(MIN_CALLS, MIN_CALLS_SHARE * limit)) return window;
  return { ...window, share: Math.min(1, (begun - window.begunBefore) / calls) };
}

function firstWindow({ begun, limits }: Moment): Window | undefined {
  if (limits === undefined) return undefined;
  const { resetAtMs, remaining } = limits;
  return { resetAtMs, begunBefore: begun, remainingBefore: remaining, share: 1 };
}

export function beginHistory(start: Moment): History {
  return { moments: [start], now: start, start, window: firstWindow(start) };
}

function keepRecent({ moments }: History, now: Moment): History["moments"] {
  const sinceMs = now.atMs - MAX_MINUTES * MINUTE_MS;
  const oldest = moments.findLastIndex(({ atMs }) => atMs <= sinceMs);
  const [first = now, ...others] = [...moments.slice(Math.max(0, oldest)), now];
  return [first, ...others];
}

/** After one more moment. */
export function follow(earlier: History, now: Moment): History {
  const { now: last, start, window } = earlier;
  const history = { ...earlier, moments: keepRecent(earlier, now), now };
  const { limits, begun } = now;
  if (window === undefined || limits === undefined)
    return { ...history, window: window ?? firstWindow(now) };
  if (!isNewWindow(window, limits)) return { ...history, window: count(window, begun, limits) };
  const { resetAtMs, limit } = limits;
  const next = { ...window, resetAtMs, begunBefore: last.begun, remainingBefore: limit };
  // What lay before it was the rest of a window.
  const isFirst = last.atMs - start.atMs < WHOLE_SHARE * MINUTE_MS;
  return { ...history, start: isFirst ? last : start, window: count(next, begun, limits) };
}

/** While the upload does not stand still for the limit. */
export function bytesPerSecond({ moments, now }: History): number {
  const isBefore = ({ activeMs }: Moment): boolean => activeMs <= now.activeMs - RECENT_MS;
  const from = moments.findLast(isBefore) ?? moments[0];
  const ms = now.activeMs - from.activeMs;
  return ms <= 0 ? 0 : (1000 * (now.bytes - from.bytes)) / ms;
}

function isBoundByLimit(history: History): boolean {
  const { now } = history;
  const from = before(history, MINUTE_MS);
  return now.waitedMs - from.waitedMs > BOUND_SHARE * (now.atMs - from.atMs);
}

/** Files that the limit lets this run send in a minute, as far as that is known. */
function allowedAMinute({ window, now }: History): number | undefined {
  const files = (window?.share ?? 0) * (now.limits?.limit ?? 0);
  return files > 0 ? files : undefined;
}

function msAtLimit(history: History, filesLeft: number): number | undefined {
  const { now, start, moments } = history;
  const wholeMinutes = Math.floor((now.atMs - start.atMs) / MINUTE_MS);
  const periodMs = Math.min(MAX_MINUTES, Math.max(1, wholeMinutes)) * MINUTE_MS;
  const from = before(history, periodMs);
  const seen = now.files - from.files;
  const files = wholeMinutes === 0 ? allowedAMinute(history) : seen;
  if (files === undefined || files === 0) return undefined;
  // The window that runs is not used up.
  if (seen < WHOLE_SHARE * files) return (filesLeft / files) * periodMs;
  const each = Math.min(seen, files);
  const periods = Math.ceil(filesLeft / each) - 1;
  const rest = filesLeft - periods * each;
  const end = moments.find((moment) => moment.files - from.files >= rest) ?? now;
  return periods * periodMs + end.atMs - (now.atMs - periodMs);
}

/** As long as calls were not waited for: in the first minute that may yet come. */
function msByRate(history: History, filesLeft: number): number | undefined {
  const { now, start } = history;
  const from = before(history, RECENT_MS);
  const files = now.files - from.files;
  const isFirstMinute = now.atMs - start.atMs < MINUTE_MS;
  const allowed = (isFirstMinute ? allowedAMinute(history) : undefined) ?? Infinity;
  const partMs = (filesLeft / allowed) * MINUTE_MS;
  const hasBytes = now.bytes > from.bytes;
  if (files === 0 && !hasBytes) return undefined;
  if (files === 0 || (files < MIN_FILES && hasBytes)) return partMs;
  return Math.max(partMs, (filesLeft / files) * (now.atMs - from.atMs));
}

/** Each file is a call at least: those that the window has no place for go after it. */
function leastMs({ now: { atMs, limits } }: History, filesLeft: number): number {
  const over = filesLeft - (limits?.remaining ?? Infinity);
  if (limits === undefined || over <= 0) return 0;
  return Math.max(0, limits.resetAtMs - atMs) + Math.floor((over - 1) / limits.limit) * MINUTE_MS;
}

/** `undefined`: nothing sound is known. */
export function secondsLeft(history: History, left: Left): number | undefined {
  if (left.files === 0) return 0;
  const rate = bytesPerSecond(history);
  const byBytes = rate > 0 ? left.bytes / rate : undefined;
  const isBound = isBoundByLimit(history);
  const ms = isBound ? msAtLimit(history, left.files) : msByRate(history, left.files);
  if (ms === undefined) return isBound ? undefined : byBytes;
  return Math.max(ms / 1000, byBytes ?? 0, leastMs(history, left.files) / 1000);
}
