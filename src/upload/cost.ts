// What sending a set of files costs, as numbers and as a sentence. Pure; knows nothing of the set itself.
import { aFlag, aNumber, maybe, partOf, refuse } from "../shapes";
import { formatBytes, formatCount, counted, formatDuration } from "../text";
import { aLimit, someDatasets, withLists, type DatasetToSend, type LimitNow } from "./cost-given";
import { callsByMinute, callsBySecond, msBySecond, msByWindows } from "../flow/rate/both-limits";
import {
  DEFAULT_CALLS_PER_MINUTE,
  MAX_FORM_BYTES,
  MAX_PART_BYTES,
  MIN_PART_BYTES,
  MINUTE_MS,
  PAGE_ENTRIES,
  PARTS_SIGNED_AT_ONCE,
} from "../api/limits";

export interface Cost {
  readonly files: number;
  readonly bytes: number;
  /** API calls, where the server answers with forms; bytes go to storage and cost none. */
  readonly calls: number;
  /** API calls where the server answers with PUTs, each of which is completed by a call. More for files that it takes in parts. */
  readonly callsByPut: number;
  /** Whether it may take some in parts. How large these are, it decides. */
  readonly mayNeedParts: boolean;
  readonly limitPerMinute: number;
  /** How long the limits make it take where calls count until their minute is over; 0: some seconds at most. */
  readonly minutesAtLimit: number;
  /** The same where the limit gives calls back one by one, all the time. */
  readonly leastMinutesAtLimit: number;
  /** Of this minute's calls those that are left, where some are known to be used. */
  readonly callsLeft?: number;
}

/**
 * Those that one file costs at the least: by form one, by parts three and more (contract, "Uploading files"). Which of them,
 * the server chooses; what no form can carry goes by parts.
 */
export function callsFor({ sizeBytes }: { readonly sizeBytes: number }): number {
  if (sizeBytes <= MAX_FORM_BYTES) return 1;
  return 2 + Math.ceil(sizeBytes / (MAX_PART_BYTES * PARTS_SIGNED_AT_ONCE));
}

// The list of what exists, the key's user and rights, and the quota.
const CALLS_FOR_A_RUN = 4;
// A look just before the first byte, the confirm, and its status twice.
const CALLS_FOR_A_DATASET = 4;

type Waits = Pick<Cost, "limitPerMinute" | "minutesAtLimit" | "leastMinutesAtLimit" | "callsLeft">;

// Not worth a word: the calls of a minute, where it has 100, take as long at 20 a second.
const SHORT_MS = 5000;

// Servers count in windows of a minute, in a log of the last one, or by tokens that come back (contract, "Rate limits"): which, no
// reply says.
function waitsOf(calls: number, known: LimitNow | undefined): Waits {
  const { limit = DEFAULT_CALLS_PER_MINUTE, remaining = limit, resetAtMs, nowMs } = known ?? {};
  const isKnown = resetAtMs !== undefined && nowMs !== undefined;
  const resetMs = isKnown ? Math.min(MINUTE_MS, Math.max(0, resetAtMs - nowMs)) : MINUTE_MS;
  const bySecondMs = msBySecond(calls, limit);
  // What the limit of the second does not let through before the reset is lost.
  const over = calls - Math.min(remaining, Math.floor(callsBySecond(resetMs, limit)));
  const longestMs = over > 0 ? msByWindows(over, limit, resetMs) : bySecondMs;
  const leastMs = Math.max(bySecondMs, ((calls - remaining) / limit) * MINUTE_MS);
  const isShort = longestMs <= SHORT_MS;
  return {
    limitPerMinute: limit,
    minutesAtLimit: isShort ? 0 : longestMs / MINUTE_MS,
    leastMinutesAtLimit: isShort ? 0 : Math.min(leastMs, longestMs) / MINUTE_MS,
    ...(remaining < limit && { callsLeft: remaining }),
  };
}

/** How many calls a run makes at most in so many minutes, in however many windows they lie. */
export function callsWithin(minutes: number, limit: number): number {
  const inWindows = callsByMinute(limit) * (1 + Math.floor(minutes));
  return Math.min(inWindows, callsBySecond(minutes * MINUTE_MS, limit));
}

/** What datasets need without the run that makes them. Adds up: of many, no file is looked at again for each one that comes. */
export interface Need {
  readonly files: number;
  readonly bytes: number;
  readonly calls: number;
  /** Files that cost one call more where the server answers with PUTs. */
  readonly completed: number;
  /** Files of more than the smallest part. */
  readonly large: number;
  readonly soughtAlone: number;
}

export const NO_NEED: Need = {
  ...{ files: 0, bytes: 0, calls: 0 },
  ...{ completed: 0, large: 0, soughtAlone: 0 },
};

/** With nothing to send, none. */
export function needOf(dataset: DatasetToSend): Need {
  const { toSend, fileCount, isSoughtBeforeConfirm = false, isSoughtAlone = false } = dataset;
  let [files, bytes, calls, completed, large] = [0, 0, 0, 0, 0];
  for (const file of toSend) {
    files += 1;
    bytes += file.sizeBytes;
    calls += callsFor(file);
    if (callsFor(file) === 1) completed += 1;
    if (file.sizeBytes > MIN_PART_BYTES) large += 1;
  }
  if (files === 0) return NO_NEED;
  calls += CALLS_FOR_A_DATASET + Math.ceil(fileCount / PAGE_ENTRIES);
  if (isSoughtBeforeConfirm) calls += 1;
  return { files, bytes, calls, completed, large, soughtAlone: isSoughtAlone ? 1 : 0 };
}

function combine(a: Need, b: Need, sign: 1 | -1): Need {
  return {
    files: a.files + sign * b.files,
    bytes: a.bytes + sign * b.bytes,
    calls: a.calls + sign * b.calls,
    completed: a.completed + sign * b.completed,
    large: a.large + sign * b.large,
    soughtAlone: a.soughtAlone + sign * b.soughtAlone,
  };
}

export function plus(all: Need, one: Need): Need {
  return combine(all, one, 1);
}

export function minus(all: Need, one: Need): Need {
  return combine(all, one, -1);
}

/** What a run costs at the least that sends them, from its first call to its last. With nothing to send it costs nothing. */
export function costOf({ soughtAlone, completed, large, ...need }: Need, limit?: LimitNow): Cost {
  const { files, bytes } = need;
  // The first is sought by what a run asks anyway.
  const more = Math.max(0, soughtAlone - 1) + (files > 0 ? CALLS_FOR_A_RUN : 0);
  const calls = need.calls + more;
  const callsByPut = calls + completed;
  return { files, bytes, calls, callsByPut, mayNeedParts: large > 0, ...waitsOf(calls, limit) };
}

const aCost = partOf<Cost>({
  files: aNumber,
  bytes: aNumber,
  calls: aNumber,
  callsByPut: aNumber,
  mayNeedParts: aFlag,
  limitPerMinute: aNumber,
  minutesAtLimit: aNumber,
  leastMinutesAtLimit: aNumber,
  callsLeft: maybe(aNumber),
});

/** {@link costOf} a run that sends `datasets`. */
export function estimateCost(datasets: readonly DatasetToSend[], limit?: LimitNow): Cost {
  const listed = withLists(datasets);
  refuse(someDatasets("datasets", listed), aLimit("limit", limit));
  return costOf(listed.map(needOf).reduce(plus, NO_NEED), limit);
}

// Of the longer time: a reader plans no better with two that are nearer.
const NEARLY_ALL = 0.9;

/** Whether the limit of the second makes it take as long, with however many calls a minute. */
function isBySecond({ calls, minutesAtLimit, limitPerMinute }: Cost): boolean {
  const ms = minutesAtLimit * MINUTE_MS;
  return ms > 0 && msBySecond(calls, limitPerMinute) >= NEARLY_ALL * ms;
}

/**
 * `about 12 min at 100 calls a minute if no other run shares the limit`; `up to about 60 s …` where a limit that gives calls back
 * one by one would take much less; `about 30 s at 20 calls a second …` where that is what bounds it.
 */
function describeWait(cost: Cost): string {
  const { minutesAtLimit, leastMinutesAtLimit, limitPerMinute } = cost;
  const isEither = leastMinutesAtLimit < NEARLY_ALL * minutesAtLimit;
  const time = formatDuration(minutesAtLimit * 60);
  const wait = minutesAtLimit === 0 ? "no wait" : `${isEither ? "up to " : ""}about ${time}`;
  const limit = isBySecond(cost)
    ? `${callsBySecond(1000, limitPerMinute)} calls a second`
    : `${formatCount(limitPerMinute)} calls a minute`;
  return `${wait} at ${limit} if no other run shares the limit`;
}

/** `1,334 files, 5.1 GB, 1,340 API calls (2,674 if the server takes PUTs, more for files in parts)` */
export function describeCalls(cost: Cost): string {
  const size = `${counted(cost.files, "file")}, ${formatBytes(cost.bytes)}`;
  if (cost.calls === 0) return size;
  const parts = cost.mayNeedParts ? ", more for files in parts" : "";
  const byPut = ` (${formatCount(cost.callsByPut)} if the server takes PUTs${parts})`;
  return `${size}, ${counted(cost.calls, "API call")}${cost.callsByPut > cost.calls ? byPut : ""}`;
}

/**
 * `1,334 files, 5.1 GB, 1,340 API calls (2,674 if the server takes PUTs): about 13 min at 100 calls a minute if no other run
 * shares the limit`. Whatever others have used of this minute, it is said: how much they will use of the next ones nobody knows.
 */
export function describeCost(cost: Cost): string {
  refuse(aCost("cost", cost));
  if (cost.calls === 0) return describeCalls(cost);
  const { callsLeft, minutesAtLimit } = cost;
  const isTold = callsLeft !== undefined && minutesAtLimit > 0 && !isBySecond(cost);
  const used = isTold ? `; ${counted(callsLeft, "call")} left in this minute` : "";
  return `${describeCalls(cost)}: ${describeWait(cost)}${used}`;
}

/** What is left of an upload, and what of it earlier runs have landed. */
export interface ToSend {
  readonly cost: Cost;
  readonly landedBefore: number;
}

/** `3 files, 29 bytes, 12 API calls; 2 of 5 files landed in an earlier run` */
export function describeToSend(
  { cost, landedBefore }: ToSend,
  earlier = "an earlier run",
  describe = describeCost,
): string {
  if (landedBefore === 0) return describe(cost);
  const all = counted(cost.files + landedBefore, "file");
  const before = `${formatCount(landedBefore)} of ${all} landed in ${earlier}`;
  return `${cost.files === 0 ? "nothing" : describe(cost)}; ${before}`;
}
