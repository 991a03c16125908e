// When an upload will have ended, by how it went until now. Pure: state → state, numbers.
//
// The larger of two bounds: what the limit leaves of calls for files that have still to be asked for, and what the network
// takes for the bytes that are left. A file under way needs no call; a rate of bytes that small files had says nothing of large ones.
//
// A limit of so many calls a minute is used up in seconds, and then all wait: the rate of ten seconds is that of the burst or of
// the pause. Where replies tell the window, what is left takes what this run's part of the calls is in this window and in those
// after it. Where they don't, or places come back one by one, a run repeats itself each minute as the limit does.
import { MINUTE_MS } from "../api/limits";
import type { RateLimit } from "../errors";
import type { UploadProgress } from "../events";
import { SAME_WINDOW_MS } from "../flow/rate/budget";
import { callsByMinute, callsBySecond, msBySecond, msByWindows } from "../flow/rate/both-limits";
import { MAX_MINUTES, MIN_FILES, before, type Counted, type History, type Moment } from "./history";

export interface Left {
  readonly files: number;
  /** For which the server has still to be asked, with those of other uploads that share the pace and go before the last of them. */
  readonly unasked: number;
  readonly bytes: number;
}

// So soon a rate follows a network that changes.
const RECENT_MS = 10_000;
// Enough for a rate of the network itself: of less it may be that of replies, one for each small file.
const MIN_BYTES = 8 * 1024 * 1024;
// With so many bytes it follows sooner, as where large files come after small ones.
const SETTLED_MS = 4_000;
const SLOW_BYTES_A_SECOND = 5e6;
// A file without bytes takes time, too.
const FILE_BYTES = 64 * 1024;
// What is left is like what was sent if its files are at most so many times as large.
const LIKE = 2;
// Of the last minute. With less waiting it is the network that bounds a run.
const BOUND_SHARE = 0.05;
// And of a short run: its first calls are spread, so that others find room.
const MIN_BOUND_MS = 2000;
// The part of the calls that is own is that of the last so many of them; of fewer than half it is chance.
const RECENT_OWN = 16;
// As a window begins, who shares it begins at chance: then the part is that of the minute before.
const TURN_MS = 2000;
// Of the limit: before others were heard of, too.
const MIN_CALLS_SHARE = 0.2;
// Of the limit. Where others use it, so much more or less than expected is chance: what fits by less may as well not fit.
const SPARE_SHARE = 0.05;
// Where calls are the bound, the bytes were as fast as these let them, give or take chance.
const NEARLY = 0.8;
// Of all calls. With more the rest is that of calls whose replies are under way.
const OTHERS_SHARE = 0.85;

/** While the upload does not stand still. */
export function bytesPerSecond({ moments, now }: History): number {
  const isBefore = ({ activeMs }: Moment): boolean => activeMs <= now.activeMs - RECENT_MS;
  const from = moments.findLast(isBefore) ?? moments[0];
  const ms = now.activeMs - from.activeMs;
  // What was sent and did not count was taken back.
  return ms <= 0 || !now.isSteady ? 0 : (1000 * Math.max(0, now.bytes - from.bytes)) / ms;
}

/** Since when the rate is that of now. Where little was sent since, all that is remembered: one file after a pause is chance. */
function rateSince({ moments, now }: History): Counted {
  const since = (ms: number): Counted | undefined =>
    moments.findLast(({ activeMs }) => activeMs <= now.activeMs - ms);
  const hasBytes = (from: Counted): boolean => now.bytes - from.bytes >= MIN_BYTES;
  const settled = since(SETTLED_MS);
  if (settled !== undefined && hasBytes(settled)) return settled;
  const recent = since(RECENT_MS);
  const isEnough =
    recent !== undefined && (hasBytes(recent) || now.files - recent.files >= MIN_FILES);
  if (isEnough) return recent;
  // The first file goes alone, and makes the connections: by it, all would take longer.
  const warm = moments.find(({ files }) => files > 0);
  return warm !== undefined && now.files - warm.files >= MIN_FILES ? warm : moments[0];
}

/** As fast as bytes go while the upload does not stand still. `undefined`: what is left is of another kind than what was sent. */
function msByNetwork(history: History, left: Left): number | undefined {
  const { now } = history;
  const from = rateSince(history);
  const sent = { files: now.files - from.files, bytes: now.bytes - from.bytes };
  const isAlike = left.bytes * sent.files <= LIKE * sent.bytes * left.files;
  const isLittle = sent.bytes < MIN_BYTES;
  if (isLittle && !isAlike) return undefined;
  const ofFile = isLittle && sent.files === 0 ? 0 : FILE_BYTES;
  const work = sent.bytes + ofFile * sent.files;
  const workLeft = left.bytes + ofFile * left.files;
  const ms = now.activeMs - from.activeMs;
  return work > 0 && ms > 0 ? (workLeft / work) * ms : undefined;
}

function isBoundByLimit(history: History): boolean {
  const { now } = history;
  const from = before(history, MINUTE_MS);
  const waitedMs = now.waitedMs - from.waitedMs;
  return waitedMs > Math.max(MIN_BOUND_MS, BOUND_SHARE * (now.atMs - from.atMs));
}

/** Files that are begun for each call of all that share the key, as far as that is known. */
function shareOf(history: History): number | undefined {
  const { moments, now, windowStart } = history;
  const isTurning = areOthers(history) && now.atMs - windowStart.atMs < TURN_MS;
  const recent = moments.findLast(({ begun }) => now.begun - begun >= RECENT_OWN) ?? moments[0];
  const from = isTurning ? before(history, MINUTE_MS) : recent;
  const own = now.begun - from.begun;
  const calls = now.calls - from.calls;
  if (now.limits === undefined) return undefined;
  // No others were seen.
  if (calls === own) return 1;
  if (own * 2 < RECENT_OWN) return undefined;
  return calls < MIN_CALLS_SHARE * now.limits.limit && own < RECENT_OWN ? undefined : own / calls;
}

/** As if the last minutes came again and again. `undefined`: there is none yet. */
function msByMinutes(history: History, unasked: number): number | undefined {
  const { now, start, moments } = history;
  const wholeMinutes = Math.floor((now.atMs - start.atMs) / MINUTE_MS);
  const periodMs = Math.min(MAX_MINUTES, wholeMinutes) * MINUTE_MS;
  const from = before(history, periodMs);
  const asked = now.begun - from.begun;
  if (wholeMinutes === 0 || asked === 0) return undefined;
  const periods = Math.max(0, Math.ceil(unasked / asked) - 1);
  const rest = unasked - periods * asked;
  const end = moments.find(({ begun }) => begun - from.begun >= rest) ?? now;
  return periods * periodMs + end.atMs - (now.atMs - periodMs);
}

/** Those that are left, as far as the window lasts: what nobody makes of them by then is lost. */
function callsInWindow({ limits, isSliding, atMs }: Window): number {
  const { limit, remaining } = limits;
  if (isSliding) return remaining;
  return Math.min(remaining, callsBySecond(untilResetMs(limits, atMs), limit));
}

function untilResetMs({ resetAtMs }: RateLimit, atMs: number): number {
  return Math.max(0, resetAtMs - atMs);
}

/** What is known of the limit just now. */
interface Window {
  readonly limits: RateLimit;
  readonly isSliding: boolean;
  readonly atMs: number;
}

interface ByLimit {
  readonly ms: number;
  /** Until anything goes at all. */
  readonly waitMs: number;
}

/** Until the server was asked for all files that are left, by the limit alone. `undefined`: nothing is known. */
function msAtLimit(history: History, unasked: number): ByLimit | undefined {
  const { now, isSliding, windowStart } = history;
  const { limits } = now;
  const isRepeated = isBoundByLimit(history) && (limits === undefined || isSliding);
  const byMinutes = isRepeated ? msByMinutes(history, unasked) : undefined;
  if (byMinutes !== undefined) return { ms: byMinutes, waitMs: 0 };
  const share = shareOf(history);
  if (limits === undefined || share === undefined) return undefined;
  const isUsedUp = now.isPaused && now.atMs - windowStart.atMs > SAME_WINDOW_MS;
  const waitMs = isUsedUp ? untilResetMs(limits, now.atMs) : 0;
  const window = { limits, isSliding, atMs: now.atMs };
  // Of all that share the key, as long as it takes them to make those of this run. To make a dataset of them is one, too.
  const calls = (unasked + 1) / share;
  const inWindow = isUsedUp ? 0 : callsInWindow(window);
  const { limit } = limits;
  const spare = areOthers(history) ? SPARE_SHARE * limit : 0;
  const over = calls + spare - inWindow;
  // The next window begins with no wait, and no wait ends it: it is the last, or it is not used up.
  const isGoingOn = over <= limit || callsByMinute(limit) < limit;
  const isBySecond = !isUsedUp && inWindow < limits.remaining && isGoingOn;
  if (over <= 0 || isBySecond) return { ms: msBySecond(unasked / share, limit), waitMs };
  const ms = isSliding
    ? (over / limit) * MINUTE_MS
    : msByWindows(over, limit, untilResetMs(limits, now.atMs));
  return { ms, waitMs };
}

/** Whether a few files go without a wait for the limit, before it is known who else takes of it. */
function mayFit({ now: { limits } }: History, files: number, isBound: boolean): boolean {
  return !isBound && files <= (limits?.remaining ?? Infinity) / 2;
}

/** Whether the calls that are left take longer than the bytes. */
export function isBoundByCalls(history: History, left: Left): boolean {
  const byLimit = msAtLimit(history, left.unasked);
  const byNetwork = msByNetwork(history, left);
  if (byLimit === undefined || byNetwork === undefined) return isBoundByLimit(history);
  const { ms, waitMs } = byLimit;
  return ms > 0 && ms >= NEARLY * (waitMs + byNetwork);
}

/** The larger of what the calls take that are left, and of what the bytes take. `undefined`: nothing sound is known. */
export function secondsLeft(history: History, left: Left): number | undefined {
  if (left.files === 0) return 0;
  if (!history.now.isSteady) return undefined;
  const byLimit = msAtLimit(history, left.unasked);
  const isBound = isBoundByLimit(history);
  if (byLimit === undefined && !mayFit(history, left.unasked, isBound)) return undefined;
  const { ms, waitMs } = byLimit ?? { ms: 0, waitMs: 0 };
  const byNetwork = msByNetwork(history, left);
  if (byNetwork !== undefined) return Math.max(ms, waitMs + byNetwork) / 1000;
  // A slow network would not double it.
  return isBound && (1000 * left.bytes) / SLOW_BYTES_A_SECOND <= ms ? ms / 1000 : undefined;
}

function areOthers(history: History): boolean {
  return ownCallsPerMinute(history) !== undefined;
}

/** About how many of the calls of a minute are this run's, where others use the limit, too. */
export function ownCallsPerMinute(history: History): UploadProgress["ownCalls"] {
  const { now } = history;
  const from = before(history, MINUTE_MS);
  const own = now.made - from.made;
  const calls = now.calls - from.calls;
  if (now.limits === undefined || own < RECENT_OWN || own > OTHERS_SHARE * calls) return undefined;
  const { limit } = now.limits;
  return { count: Number(((limit * own) / calls).toPrecision(2)), limit };
}
