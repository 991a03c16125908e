// Counts of a running upload, as a value that front ends show. Knows nothing of how it is shown.
import type { Avala } from "../api/connection";
import { SILENT_MS } from "../api/transport/unanswered";
import type { Silence, UploadProgress } from "../events";
import { joinOthers } from "./beside";
import { trackFailing, type FailingTracker } from "./failing";
import { createEstimator, leftOf, noCounts, type KnownPace, type Totals } from "./estimate";

const REPORT_EVERY_MS = 500;

export interface ProgressTracker {
  /** Nothing more of it is sent: other uploads need not wait for its calls. */
  readonly end: () => void;
  /** The server was asked how it takes a file. */
  readonly beginFile: () => void;
  addBytes(bytes: number): void;
  /** One file has ended. `found`: unchanged, as the server showed when it was asked. */
  addFile(outcome: "sent" | "unchanged" | "found" | "failed", sizeBytes: number): void;
  /** A file that counted so is sent, or sent again. */
  readonly takeBackFile: (outcome: "sent" | "unchanged", sizeBytes: number) => void;
  /** What was sent of a try that failed does not count. */
  readonly takeBackBytes: (bytes: number) => void;
  /** Something of it is about to be tried again. */
  readonly noteRetry: FailingTracker["note"];
  readonly isFailing: () => boolean;
  bytesSent(): number;
  /** Ms since bytes went, or a file ended. */
  readonly quietMs: () => number;
  /** As of now, which the next ones are measured by. */
  snapshot(): UploadProgress;
  /** Whether it is time to report again; true at most twice a second. */
  isDue(): boolean;
}

const COUNTED = { sent: "filesSent", unchanged: "filesUnchanged", failed: "filesFailed" } as const;

/** `bytes` and the bytes added count content, not what forms and headers add. */
export function trackProgress(totals: Totals, now: () => number, pace: KnownPace): ProgressTracker {
  const counts = { ...noCounts(totals) };
  let mostBytes = 0;
  const failing = trackFailing(now);
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  const beside = joinOthers(pace, {
    begun: () => counts.filesBegun,
    unasked: () => leftOf(counts).unasked,
  });
  const estimator = createEstimator({ ...counts }, { now, pace, beside });
  return {
    end: () => {
      beside.leave();
      failing.end();
    },
    beginFile: () => void (counts.filesBegun += 1),
    addBytes: (bytes) => {
      estimator.move();
      counts.bytesSent += bytes;
      // What a failed try sent is taken back, and the next one sends the same.
      if (counts.bytesSent > mostBytes) failing.goForward();
      else failing.move();
      mostBytes = Math.max(mostBytes, counts.bytesSent);
    },
    noteRetry: failing.note,
    isFailing: () => failing.now() !== undefined,
    takeBackBytes: (bytes) => void (counts.bytesSent -= bytes),
    addFile: (outcome, sizeBytes) => {
      estimator.move();
      if (outcome !== "failed") failing.goForward();
      counts[COUNTED[outcome === "found" ? "unchanged" : outcome]] += 1;
      if (outcome === "found") counts.filesFound += 1;
      const skipped = outcome === "failed" ? "bytesFailed" : "bytesSkipped";
      if (outcome !== "sent") counts[skipped] += sizeBytes;
    },
    takeBackFile: (outcome, sizeBytes) => {
      counts[COUNTED[outcome]] -= 1;
      counts[outcome === "sent" ? "bytesSent" : "bytesSkipped"] -= sizeBytes;
    },
    isDue: () => {
      if (now() - reportedAtMs < REPORT_EVERY_MS) return false;
      reportedAtMs = now();
      return true;
    },
    bytesSent: () => counts.bytesSent,
    quietMs: estimator.quietMs,
    snapshot: () => estimator.progressOf({ ...counts }, failing.now()),
  };
}

/** What keeps an upload from going forward that has not for a while. */
export function silenceOf(
  { unanswered }: Pick<Avala, "unanswered">,
  { quietMs }: Pick<ProgressTracker, "quietMs">,
): Silence | undefined {
  return quietMs() < SILENT_MS ? undefined : unanswered.silence();
}

export function report(
  avala: Pick<Avala, "emit" | "unanswered">,
  tracker: ProgressTracker,
  isLast = false,
): void {
  if (!isLast && !tracker.isDue()) return;
  const progress = tracker.snapshot();
  // Who takes part in the limit waits for the response to another's call, too, and then nothing says until when.
  const silence = progress.waitSeconds === undefined ? silenceOf(avala, tracker) : undefined;
  const told = silence === undefined ? progress : { ...progress, silence };
  avala.emit({ kind: "upload-progress", progress: told });
}

/** Whether there is a time to show: of what has ended, or is ending, none is left. */
export function hasTimeLeft(
  progress: UploadProgress,
): progress is UploadProgress & { readonly secondsLeft: number } {
  const { secondsLeft } = progress;
  return secondsLeft !== undefined && secondsLeft > 0 && percentDone(progress) < 100;
}

/** Whether all of it waits: for the limit, for responses, or for another try. */
function isWaiting({ isWaitingForLimit, silence, failing }: UploadProgress): boolean {
  return isWaitingForLimit || silence !== undefined || failing !== undefined;
}

// So many of a large file are worth a line before it has a percent.
const FEW_BYTES = 1_000_000;

/** Whether a line of it would only say that there is nothing to say yet. */
export function isUntouched(progress: UploadProgress): boolean {
  const { filesSent, filesUnchanged, filesFailed, bytesSent } = progress;
  if (filesSent + filesUnchanged + filesFailed > 0 || isWaiting(progress)) return false;
  return bytesSent < FEW_BYTES && percentDone(progress) === 0;
}

/** Whole percent, by bytes where there are any; 100 only when every file has ended, whatever bytes are on their way. */
export function percentDone(progress: UploadProgress): number {
  const { filesTotal, bytesTotal, bytesSent, bytesSkipped } = progress;
  const ended = progress.filesSent + progress.filesUnchanged + progress.filesFailed;
  if (ended === filesTotal) return 100;
  const share = bytesTotal > 0 ? (bytesSent + bytesSkipped) / bytesTotal : ended / filesTotal;
  return Math.min(99, Math.floor(100 * share));
}
