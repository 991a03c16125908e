// What counts of a running upload say: how fast it goes, what bounds it, when it will have ended. Knows nothing of who counts.
import type { Failing, UploadProgress } from "../events";
import type { Pace } from "../flow/rate/pace";
import type { Beside } from "./beside";
import { createActivity, type Activity } from "./activity";
import { beginHistory, follow, type Moment } from "./history";
import {
  bytesPerSecond,
  isBoundByCalls,
  ownCallsPerMinute,
  secondsLeft,
  type Left,
} from "./time-left";

export type Counts = Pick<
  UploadProgress,
  | "filesTotal"
  | "filesBegun"
  | "filesSent"
  | "filesUnchanged"
  | "filesFound"
  | "filesFailed"
  | "bytesTotal"
  | "bytesSent"
  | "bytesSkipped"
  | "bytesFailed"
>;

/** Of what is not begun. */
export function noCounts({ files, bytes }: Totals): Counts {
  return {
    ...{ filesTotal: files, filesBegun: 0, filesSent: 0 },
    ...{ filesUnchanged: 0, filesFound: 0, filesFailed: 0 },
    ...{ bytesTotal: bytes, bytesSent: 0, bytesSkipped: 0, bytesFailed: 0 },
  };
}

export interface Totals {
  readonly files: number;
  readonly bytes: number;
}

export type KnownPace = Pick<Pace, "snapshot" | "waitedMs" | "untilMs" | "made">;

export interface Estimator {
  /** Bytes went, or a file ended. */
  readonly move: () => void;
  /** Ms since then. */
  readonly quietMs: () => number;
  /** While tries fail, how fast it went before says nothing of when it will end. */
  readonly progressOf: (counts: Counts, failing?: Failing) => UploadProgress;
}

// The first bytes come after a connection was made: by them a second's upload has minutes left.
const MIN_SHARE = 0.01;
const MIN_MEASURED_MS = 10_000;

export function leftOf(counts: Counts): Left {
  const { filesTotal, filesBegun, filesSent, filesUnchanged, filesFailed, filesFound } = counts;
  const files = filesTotal - filesSent - filesUnchanged - filesFailed;
  const unasked = Math.max(0, filesTotal - (filesUnchanged - filesFound) - filesBegun);
  const { bytesTotal, bytesSent, bytesSkipped, bytesFailed } = counts;
  return {
    files,
    // Some fail before the server was asked.
    unasked: Math.min(files, unasked),
    bytes: Math.max(0, bytesTotal - bytesSent - bytesSkipped - bytesFailed),
  };
}

interface Ports {
  readonly now: () => number;
  readonly pace: KnownPace;
  /** Where other uploads share the pace. */
  readonly beside?: Beside | undefined;
}

/** The moment that it is, as the pace and the counts have it. */
function momentOf(counts: Counts, activity: Activity, { now, pace, beside }: Ports): Moment {
  return {
    atMs: now(),
    begun: beside?.begun() ?? counts.filesBegun,
    files: counts.filesSent + counts.filesFound,
    bytes: counts.bytesSent,
    waitedMs: pace.waitedMs(),
    made: pace.made(),
    activeMs: activity.activeMs(),
    isPaused: activity.isPaused(),
    isSteady: activity.isSteady(),
    limits: pace.snapshot(),
  };
}

/** Of an upload that is at `counts` now. */
export function createEstimator(counts: Counts, ports: Ports): Estimator {
  const { now, pace, beside } = ports;
  const startedMs = now();
  const activity = createActivity(now, pace);
  let history = beginHistory(momentOf(counts, activity, ports));
  const isMeasured = ({ bytesSent, bytesTotal }: Counts): boolean =>
    bytesSent >= MIN_SHARE * bytesTotal || now() - startedMs >= MIN_MEASURED_MS;
  const waitOf = (isPaused: boolean): Pick<UploadProgress, "waitSeconds"> => {
    const seconds = (pace.untilMs() - now()) / 1000;
    return isPaused && seconds > 0 && seconds < Infinity ? { waitSeconds: seconds } : {};
  };
  return {
    move: activity.move,
    quietMs: activity.quietMs,
    progressOf: (current, failing) => {
      history = follow(history, momentOf(current, activity, ports));
      const own = leftOf(current);
      const left = { ...own, unasked: beside?.askedUntil(own.unasked) ?? own.unasked };
      const isShown = failing === undefined && (isMeasured(current) || left.files === 0);
      const seconds = isShown ? secondsLeft(history, left) : undefined;
      const isPaused = activity.isPaused();
      const { limits } = history.now;
      const ownCalls = ownCallsPerMinute(history);
      const isOverMinute = limits !== undefined && left.unasked > limits.remaining;
      return {
        ...current,
        bytesPerSecond: failing === undefined ? bytesPerSecond(history) : 0,
        ...(failing !== undefined && { failing }),
        isWaitingForLimit: isPaused,
        ...waitOf(isPaused),
        isBoundByCalls: isBoundByCalls(history, left),
        ...(isOverMinute && { callsPerMinute: limits.limit }),
        ...(ownCalls !== undefined && { ownCalls }),
        ...(seconds !== undefined && { secondsLeft: seconds }),
      };
    },
  };
}
