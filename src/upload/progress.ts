// Counts of a running upload, as a value that front ends show. Knows nothing of how it is shown.
import type { UploadProgress } from "../events";
import type { Pace } from "../flow/rate/pace";
import { createActivity, type Activity } from "./activity";
import { beginHistory, follow, type Moment } from "./history";
import { bytesPerSecond, secondsLeft, type Left } from "./time-left";

const REPORT_EVERY_MS = 500;
// The first bytes come after a connection was made: by them a second's upload has minutes left.
const MIN_SHARE = 0.01;
const MIN_MEASURED_MS = 10_000;

export interface ProgressTracker {
  /** The server was asked how it takes a file. */
  readonly beginFile: () => void;
  addBytes(bytes: number): void;
  /** One file has ended as exactly one of the three. */
  addFile(outcome: "sent" | "unchanged" | "failed", sizeBytes: number): void;
  /** A file that counted so is sent, or sent again. */
  readonly takeBackFile: (outcome: "sent" | "unchanged", sizeBytes: number) => void;
  /** What was sent of a try that failed does not count. */
  readonly takeBackBytes: (bytes: number) => void;
  snapshot(): UploadProgress;
  /** Whether it is time to report again; true at most twice a second. */
  isDue(): boolean;
}

type KnownPace = Pick<Pace, "snapshot" | "waitedMs">;

interface Counts {
  begun: number;
  sent: number;
  unchanged: number;
  failed: number;
  bytesSent: number;
  bytesSkipped: number;
  bytesFailed: number;
}

function noCounts(): Counts {
  const files = { begun: 0, sent: 0, unchanged: 0, failed: 0 };
  return { ...files, bytesSent: 0, bytesSkipped: 0, bytesFailed: 0 };
}

interface Totals {
  readonly files: number;
  readonly bytes: number;
}

function leftOf(totals: Totals, counts: Counts): Left {
  const files = totals.files - counts.sent - counts.unchanged - counts.failed;
  const unasked = Math.max(0, totals.files - counts.unchanged - counts.begun);
  return {
    files,
    // Some fail before the server was asked.
    unasked: Math.min(files, unasked),
    bytes: Math.max(0, totals.bytes - counts.bytesSent - counts.bytesSkipped - counts.bytesFailed),
  };
}

/** The moment that it is, as the pace and the counts have it. */
function momentsOf(
  counts: Counts,
  activity: Activity,
  { now, pace }: { readonly now: () => number; readonly pace: KnownPace },
): () => Moment {
  return () => ({
    atMs: now(),
    begun: counts.begun,
    files: counts.sent,
    bytes: counts.bytesSent,
    waitedMs: pace.waitedMs(),
    activeMs: activity.activeMs(),
    isPaused: activity.isPaused(),
    limits: pace.snapshot(),
  });
}

/** `bytes` and the bytes added count content, not what forms and headers add. */
export function trackProgress(totals: Totals, now: () => number, pace: KnownPace): ProgressTracker {
  const counts = noCounts();
  const startedMs = now();
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  const activity = createActivity(now, pace);
  const moment = momentsOf(counts, activity, { now, pace });
  let history = beginHistory(moment());
  const isMeasured = (): boolean =>
    counts.bytesSent >= MIN_SHARE * totals.bytes || now() - startedMs >= MIN_MEASURED_MS;

  return {
    beginFile: () => void (counts.begun += 1),
    addBytes: (bytes) => {
      activity.move();
      counts.bytesSent += bytes;
    },
    takeBackBytes: (bytes) => void (counts.bytesSent -= bytes),
    addFile: (outcome, sizeBytes) => {
      activity.move();
      counts[outcome] += 1;
      const skipped = outcome === "failed" ? "bytesFailed" : "bytesSkipped";
      if (outcome !== "sent") counts[skipped] += sizeBytes;
    },
    takeBackFile: (outcome, sizeBytes) => {
      counts[outcome] -= 1;
      counts[outcome === "sent" ? "bytesSent" : "bytesSkipped"] -= sizeBytes;
    },
    isDue: () => {
      if (now() - reportedAtMs < REPORT_EVERY_MS) return false;
      reportedAtMs = now();
      return true;
    },
    snapshot: () => {
      history = follow(history, moment());
      const left = leftOf(totals, counts);
      const seconds = isMeasured() || left.files === 0 ? secondsLeft(history, left) : undefined;
      return {
        filesTotal: totals.files,
        filesSent: counts.sent,
        filesUnchanged: counts.unchanged,
        filesFailed: counts.failed,
        bytesTotal: totals.bytes,
        bytesSent: counts.bytesSent,
        bytesSkipped: counts.bytesSkipped,
        bytesPerSecond: bytesPerSecond(history),
        isWaitingForLimit: activity.isPaused(),
        ...(seconds !== undefined && { secondsLeft: seconds }),
      };
    },
  };
}

/** Whether there is a time to show: of what has ended, or is ending, none is left. */
export function hasTimeLeft(
  progress: UploadProgress,
): progress is UploadProgress & { readonly secondsLeft: number } {
  const { secondsLeft } = progress;
  return secondsLeft !== undefined && secondsLeft > 0 && percentDone(progress) < 100;
}

/** Whether a line of it would only say that there is nothing to say yet. */
export function isUntouched(progress: UploadProgress): boolean {
  const { filesSent, filesUnchanged, filesFailed, bytesSent, isWaitingForLimit } = progress;
  return filesSent + filesUnchanged + filesFailed + bytesSent === 0 && !isWaitingForLimit;
}

/** Whole percent, by bytes where there are any; 100 only when every file has ended, whatever bytes are on their way. */
export function percentDone(progress: UploadProgress): number {
  const { filesTotal, bytesTotal, bytesSent, bytesSkipped } = progress;
  const ended = progress.filesSent + progress.filesUnchanged + progress.filesFailed;
  if (ended === filesTotal) return 100;
  const share = bytesTotal > 0 ? (bytesSent + bytesSkipped) / bytesTotal : ended / filesTotal;
  return Math.min(99, Math.floor(100 * share));
}
