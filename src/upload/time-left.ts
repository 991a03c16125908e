// When an upload will have ended, by how it went until now. Pure: state → state, numbers.
//
// A limit of so many calls a minute is used up in seconds, and then all wait: the rate of ten seconds is that of the burst or of
// the pause. Where replies tell the window, what is left takes what this run's part of the calls is in this window and in those
// after it. Where they don't, or places come back one by one, a run repeats itself each minute as the limit does.
import type { RateLimit } from "../errors";
import {
  MINUTE_MS,
  MAX_MINUTES,
  MIN_FILES,
  SAME_WINDOW_MS,
  before,
  type Counted,
  type History,
  type Moment,
} from "./history";

interface Left {
  readonly files: number;
  readonly bytes: number;
}

// So soon a rate follows a network that changes.
const RECENT_MS = 10_000;
const MIN_BYTES = 8 * 1024 * 1024;
// Of the last minute. With less waiting it is the network that bounds a run.
const BOUND_SHARE = 0.05;
// The part of the calls that is own is that of the last so many of them; of fewer than half it is chance.
const RECENT_OWN = 16;
// Of the limit: before others were heard of, too.
const MIN_CALLS_SHARE = 0.2;
// As many go as soon as they may.
const CALLS_A_SECOND = 20;

/** While the upload does not stand still for the limit. */
export function bytesPerSecond({ moments, now }: History): number {
  const isBefore = ({ activeMs }: Moment): boolean => activeMs <= now.activeMs - RECENT_MS;
  const from = moments.findLast(isBefore) ?? moments[0];
  const ms = now.activeMs - from.activeMs;
  return ms <= 0 ? 0 : (1000 * (now.bytes - from.bytes)) / ms;
}

const unwaitedMs = ({ atMs, waitedMs }: Moment): number => atMs - waitedMs;

/** Where little was sent since `recent`, the rate of all that is remembered: one file after a pause is chance. */
function soundSince({ moments, now }: History, recent: Counted | undefined): Counted {
  return recent !== undefined && isEnough(recent, now) ? recent : moments[0];
}

function isEnough(from: Moment, to: Moment): boolean {
  return to.files - from.files >= MIN_FILES || to.bytes - from.bytes >= MIN_BYTES;
}

/** As fast as bytes go while nothing waits for the limit: single calls between waits say nothing of the network. */
function msByBytes(history: History, left: number): number {
  const { moments, now } = history;
  const atMs = unwaitedMs(now) - RECENT_MS;
  const recent = moments.findLast((one) => unwaitedMs(one) <= atMs);
  const from = soundSince(history, recent);
  const bytes = now.bytes - from.bytes;
  return bytes > 0 ? (left / bytes) * (unwaitedMs(now) - unwaitedMs(from)) : 0;
}

/** As fast as files went in the last ten seconds; what was before the window says nothing of it. */
function msByFiles(history: History, left: number): number {
  const { moments, now, windowStart } = history;
  const recent = moments.findLast(({ atMs }) => atMs <= now.atMs - RECENT_MS);
  const found = soundSince(history, recent);
  const isNew = found.atMs < windowStart.atMs;
  if (isNew && !isEnough(windowStart, now)) return 0;
  const from = isNew ? windowStart : found;
  const files = now.files - from.files;
  return files > 0 ? (left / files) * (now.atMs - from.atMs) : 0;
}

/** Whether nothing was sent in the last ten seconds, and not for the limit. */
function isStalled({ moments, now }: History): boolean {
  const from = moments.findLast(({ activeMs }) => activeMs <= now.activeMs - RECENT_MS);
  return from !== undefined && from.files === now.files && from.bytes === now.bytes;
}

function isBoundByLimit(history: History): boolean {
  const { now } = history;
  const from = before(history, MINUTE_MS);
  return now.waitedMs - from.waitedMs > BOUND_SHARE * (now.atMs - from.atMs);
}

/** Files that are begun for each call of all that share the key, as far as that is known. */
function shareOf({ moments, now }: History): number | undefined {
  const from = moments.findLast(({ begun }) => now.begun - begun >= RECENT_OWN) ?? moments[0];
  const own = now.begun - from.begun;
  const calls = now.calls - from.calls;
  if (now.limits === undefined || own * 2 < RECENT_OWN) return undefined;
  return calls < MIN_CALLS_SHARE * now.limits.limit && own < RECENT_OWN ? undefined : own / calls;
}

/** As if the last minutes came again and again. `undefined`: there is none yet. */
function msByMinutes(history: History, filesLeft: number): number | undefined {
  const { now, start, moments } = history;
  const wholeMinutes = Math.floor((now.atMs - start.atMs) / MINUTE_MS);
  const periodMs = Math.min(MAX_MINUTES, wholeMinutes) * MINUTE_MS;
  const from = before(history, periodMs);
  const files = now.files - from.files;
  if (wholeMinutes === 0 || files === 0) return undefined;
  const periods = Math.ceil(filesLeft / files) - 1;
  const rest = filesLeft - periods * files;
  const end = moments.find((moment) => moment.files - from.files >= rest) ?? now;
  return periods * periodMs + end.atMs - (now.atMs - periodMs);
}

/** What this window has no place for goes in the next ones, each as soon as it begins. */
function msByWindows(
  { atMs }: Moment,
  { limit, resetAtMs }: RateLimit,
  { over, share }: { readonly over: number; readonly share: number },
): number {
  const windows = over / (share * limit);
  const burstMs = Math.min(MINUTE_MS, (1000 * limit) / CALLS_A_SECOND);
  const whole = Math.floor(windows);
  return Math.max(0, resetAtMs - atMs) + whole * MINUTE_MS + (windows - whole) * burstMs;
}

interface ByLimit {
  readonly ms: number;
  /** Whether what is left goes without a wait for the limit. */
  readonly fits: boolean;
}

/** Until the files that are left were sent, by the limit alone. `undefined`: nothing is known. */
function msAtLimit(history: History, filesLeft: number): ByLimit | undefined {
  const { now, isSliding, windowStart } = history;
  const { limits } = now;
  const byMinutes = limits === undefined || isSliding ? msByMinutes(history, filesLeft) : undefined;
  if (byMinutes !== undefined) return { ms: byMinutes, fits: false };
  const share = shareOf(history);
  if (limits === undefined || share === undefined) return undefined;
  const isUsedUp = now.isPaused && now.atMs - windowStart.atMs > SAME_WINDOW_MS;
  // To make a dataset of them is a call, too.
  const over = filesLeft + 1 - (isUsedUp ? 0 : share * limits.remaining);
  if (over > 0 && isSliding)
    return { ms: (over / (share * limits.limit)) * MINUTE_MS, fits: false };
  if (over > 0) return { ms: msByWindows(now, limits, { over, share }), fits: false };
  return { ms: (1000 * filesLeft) / (share * CALLS_A_SECOND), fits: true };
}

/** Whether a few files go without a wait for the limit, before it is known who else takes of it. */
function mayFit({ now: { limits } }: History, files: number, isBound: boolean): boolean {
  return !isBound && files <= (limits?.remaining ?? Infinity) / 2;
}

/** `undefined`: nothing sound is known. */
export function secondsLeft(history: History, left: Left): number | undefined {
  if (left.files === 0) return 0;
  if (isStalled(history)) return undefined;
  const isBound = isBoundByLimit(history);
  const byLimit = msAtLimit(history, left.files);
  const byBytes = msByBytes(history, left.bytes);
  if (isBound && byLimit?.fits === false) return Math.max(byLimit.ms, byBytes) / 1000;
  if (byLimit === undefined && !mayFit(history, left.files, isBound)) return undefined;
  const byFiles = msByFiles(history, left.files);
  const ms = Math.max(byLimit?.ms ?? 0, byBytes, byFiles);
  return ms > 0 ? ms / 1000 : undefined;
}
