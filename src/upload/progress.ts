// Counts of a running upload, as a value that front ends show. Knows nothing of how it is shown.
import type { UploadProgress } from "../events";

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly files: number;
}

// A rate over the last ten seconds follows a changing network, and is not thrown by a pause for the request budget.
const WINDOW_MS = 10_000;
const REPORT_EVERY_MS = 500;
// The first bytes come after a connection was made: by them a second's upload has minutes left.
const MIN_SHARE = 0.01;

export interface ProgressTracker {
  addBytes(bytes: number): void;
  /** One file has ended as exactly one of the three. */
  addFile(outcome: "sent" | "unchanged" | "failed", sizeBytes: number): void;
  /** What was sent of a try that failed does not count. */
  readonly takeBackBytes: (bytes: number) => void;
  snapshot(): UploadProgress;
  /** Whether it is time to report again; true at most twice a second. */
  isDue(): boolean;
}

interface Rates {
  readonly bytesPerSecond: number;
  readonly filesPerSecond: number;
}

const UNKNOWN: Rates = { bytesPerSecond: 0, filesPerSecond: 0 };

/** Rates over the last samples that it was given. */
function createMeter(startedMs: number): (sample: Sample) => Rates {
  let samples: Sample[] = [{ atMs: startedMs, bytes: 0, files: 0 }];
  return (sample) => {
    samples = samples.filter(
      (old, index) => index === samples.length - 1 || sample.atMs - old.atMs <= WINDOW_MS,
    );
    const first = samples[0] ?? sample;
    samples.push(sample);
    const seconds = (sample.atMs - first.atMs) / 1000;
    if (seconds <= 0) return UNKNOWN;
    return {
      bytesPerSecond: (sample.bytes - first.bytes) / seconds,
      filesPerSecond: (sample.files - first.files) / seconds,
    };
  };
}

function secondsLeft(filesLeft: number, bytesLeft: number, rates: Rates): number | undefined {
  if (filesLeft === 0) return 0;
  // The slower of the two decides: many small files are bound by calls, few large ones by bytes.
  const byFiles = rates.filesPerSecond > 0 ? filesLeft / rates.filesPerSecond : undefined;
  const byBytes = rates.bytesPerSecond > 0 ? bytesLeft / rates.bytesPerSecond : undefined;
  if (byFiles === undefined) return byBytes;
  return byBytes === undefined ? byFiles : Math.max(byFiles, byBytes);
}

/** `bytesTotal` and the bytes added count content, not what forms and headers add. */
export function trackProgress(
  totals: { readonly files: number; readonly bytes: number },
  now: () => number,
): ProgressTracker {
  const counts = { sent: 0, unchanged: 0, failed: 0 };
  let bytesSent = 0;
  let bytesSkipped = 0;
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  const startedMs = now();
  const measure = createMeter(startedMs);
  const isMeasured = (): boolean =>
    bytesSent >= MIN_SHARE * totals.bytes || now() - startedMs >= WINDOW_MS;

  return {
    addBytes: (bytes) => {
      bytesSent += bytes;
    },
    takeBackBytes: (bytes) => {
      bytesSent -= bytes;
    },
    addFile: (outcome, sizeBytes) => {
      counts[outcome] += 1;
      if (outcome !== "sent") bytesSkipped += sizeBytes;
    },
    isDue: () => {
      if (now() - reportedAtMs < REPORT_EVERY_MS) return false;
      reportedAtMs = now();
      return true;
    },
    snapshot: () => {
      const rates = measure({ atMs: now(), bytes: bytesSent, files: counts.sent });
      const filesLeft = totals.files - counts.sent - counts.unchanged - counts.failed;
      const bytesLeft = Math.max(0, totals.bytes - bytesSent - bytesSkipped);
      const left = secondsLeft(filesLeft, bytesLeft, isMeasured() ? rates : UNKNOWN);
      return {
        filesTotal: totals.files,
        filesSent: counts.sent,
        filesUnchanged: counts.unchanged,
        filesFailed: counts.failed,
        bytesTotal: totals.bytes,
        bytesSent,
        bytesSkipped,
        bytesPerSecond: rates.bytesPerSecond,
        ...(left === undefined ? {} : { secondsLeft: left }),
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

/** Whole percent, by bytes where there are any; 100 only when every file has ended, whatever bytes are on their way. */
export function percentDone(progress: UploadProgress): number {
  const { filesTotal, bytesTotal, bytesSent, bytesSkipped } = progress;
  const ended = progress.filesSent + progress.filesUnchanged + progress.filesFailed;
  if (ended === filesTotal) return 100;
  const share = bytesTotal > 0 ? (bytesSent + bytesSkipped) / bytesTotal : ended / filesTotal;
  return Math.min(99, Math.floor(100 * share));
}
