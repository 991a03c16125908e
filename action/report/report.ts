// The core's events as lines of the log: progress ever more rarely, retries, statuses as they change.
// Knows nothing of what the events are for.
import type { AvalaEvent, Listener, UploadProgress } from "../../src/events";
import type { HashProgress } from "../../src/files/hash";
import type { Clock } from "../../src/flow/clock";
import { createRhythm } from "../../src/flow/rhythm";
import {
  createWaitTeller,
  describeRetry,
  describeWait,
  isLimit,
  type WaitTeller,
} from "../../src/flow/wait-lines";
import { describeCondition, type Condition } from "../../src/operations/gate";
import {
  counted,
  countedOf,
  formatBytes,
  formatCount,
  formatDuration,
  sentence,
  shown,
} from "../../src/text";
import { hasTimeLeft, isUntouched, percentDone } from "../../src/upload/progress";
import { describePace } from "../../src/upload/progress-text";
import type { Log } from "./log";

const MIN_PROGRESS_MS = 5_000;
const MAX_PROGRESS_MS = 60_000;
// So that a wait of an hour shows that it is one.
const STATUS_EVERY_MS = 60_000;

/** Whether it is time for another line: one for each `everyMs`, the first after as long. */
function every(everyMs: number, clock: Clock): () => boolean {
  let lastMs = clock.now();
  return () => {
    if (clock.now() - lastMs < everyMs) return false;
    lastMs = clock.now();
    return true;
  };
}

export function createListener(log: Log, clock: Clock): Listener {
  const reportWork = workTeller(log, clock);
  const reportStatus = statusTeller(log, clock);
  const reportOutage = statusTeller(log, clock);
  const waits = createWaitTeller(clock.now);
  const reportRetry = retryTeller(log, waits);

  return (event) => {
    switch (event.kind) {
      case "request":
        log.debug(requestLine(event));
        return;
      case "retry":
        reportRetry(event);
        return;
      case "limit-wait":
      case "response-wait":
        if (waits.wait(event)) log.info(sentence(describeWait(event)));
        return;
      case "list-progress":
      case "hash-progress":
      case "upload-progress":
      case "compare-progress":
        reportWork(event);
        return;
      case "file-sent":
        log.debug(`Sent ${event.path}, ${formatBytes(event.sizeBytes)}.`);
        return;
      case "file-failed":
        log.debug(`Failed ${event.path}: ${event.error.message}`);
        return;
      case "warning":
        log.warn(event.text);
        return;
      case "outage":
        reportOutage("", event.text);
        return;
      case "outage-end":
        log.info(outageEndLine(event));
        return;
      case "dataset-status":
        reportStatus(`Dataset ${event.name}: ${event.status}`, itemCounts(event));
        return;
      case "export-status":
        reportStatus(`Export ${event.uid}: ${event.status}`, `${exportCounts(event)}.`);
        return;
    }
  };
}

type WorkEvent = Extract<
  AvalaEvent,
  { kind: "list-progress" | "hash-progress" | "upload-progress" | "compare-progress" }
>;

/** Tells how far work has come, each kind in its own rhythm. */
function workTeller(log: Log, clock: Clock): (event: WorkEvent) => void {
  const rhythm = { minMs: MIN_PROGRESS_MS, maxMs: MAX_PROGRESS_MS, now: clock.now };
  const isDue = {
    "list-progress": createRhythm(rhythm),
    "hash-progress": createRhythm(rhythm),
    "upload-progress": createRhythm(rhythm),
    "compare-progress": createRhythm(rhythm),
  };
  let saidWait: Wait | undefined;
  return (event) => {
    if (isOfNothing(event)) return;
    const { share, line } = workOf(event);
    const wait = event.kind === "upload-progress" ? waitOf(event.progress) : undefined;
    if (!isDue[event.kind](share, wait !== undefined && wait !== saidWait)) return;
    saidWait = wait;
    log.info(line());
  };
}

// A shorter one is over before it is read.
const LONG_WAIT_SECONDS = 5;

type Wait = "limit" | "response" | "attempt";

function waitOf(progress: UploadProgress): Wait | undefined {
  const { isWaitingForLimit, waitSeconds = 0, silence, failing } = progress;
  if (silence !== undefined) return "response";
  if (isWaitingForLimit) return waitSeconds >= LONG_WAIT_SECONDS ? "limit" : undefined;
  return failing === undefined ? undefined : "attempt";
}

/** Whether a line of it would only say that nothing is done yet. */
function isOfNothing(event: WorkEvent): boolean {
  if (event.kind === "upload-progress") return isUntouched(event.progress);
  if (event.kind === "list-progress") return event.entries === 0;
  return event.filesDone === 0 && (event.kind === "compare-progress" || event.bytesDone === 0);
}

function workOf(event: WorkEvent): { readonly share: number; readonly line: () => string } {
  switch (event.kind) {
    case "list-progress": {
      const text = `Listing: ${formatCount(event.entries)} files and folders so far.`;
      return { share: 0, line: () => text };
    }
    case "hash-progress":
      return { share: shareOf(event.bytesDone, event.bytesTotal), line: () => hashLine(event) };
    case "upload-progress": {
      const { progress } = event;
      return { share: percentDone(progress) / 100, line: () => uploadLine(progress) };
    }
    case "compare-progress":
      return { share: event.filesDone / event.filesTotal, line: () => compareLine(event) };
  }
}

/** Tells each status once, and again after a while: counts change with every poll. */
function statusTeller(log: Log, clock: Clock): (status: string, counts: string) => void {
  const isDue = every(STATUS_EVERY_MS, clock);
  let last = "";
  return (status, counts) => {
    if (!isDue() && status === last) return;
    last = status;
    log.info(status + counts);
  };
}

function outageEndLine(event: Extract<AvalaEvent, { kind: "outage-end" }>): string {
  return `Avala responded again after ${formatDuration(event.durationMs / 1000)}. ${event.what} continues.`;
}

function retryTeller(
  log: Log,
  waits: WaitTeller,
): (event: Extract<AvalaEvent, { kind: "retry" }>) => void {
  return (retry) => {
    const line = describeRetry(retry);
    const told = waits.retry(retry);
    if (told === "untold") log.debug(line);
    else log.info(line);
    if (told !== "last") return;
    const others = isLimit(retry.error)
      ? "Further short waits for the rate limit"
      : "Further retries";
    log.info(`${others} are shown only in a debug run.`);
  };
}

function requestLine(event: Extract<AvalaEvent, { kind: "request" }>): string {
  const { method, route, status, durationMs, requestId } = event;
  const id = requestId === undefined ? "" : `, request ${requestId}`;
  // A route may or may not carry its method.
  const called = route.startsWith(method) ? route : `${method} ${route}`;
  return `${called}: ${status ?? "no response"} in ${Math.round(durationMs)} ms${id}`;
}

function hashLine({ filesDone, filesTotal, bytesDone, bytesTotal }: HashProgress): string {
  return `Hashing ${Math.floor(100 * shareOf(bytesDone, bytesTotal))}%: ${countedOf(filesDone, filesTotal, "file")}.`;
}

function compareLine(event: Extract<AvalaEvent, { kind: "compare-progress" }>): string {
  const { filesDone, filesTotal } = event;
  return `Comparing stored files ${Math.floor((100 * filesDone) / filesTotal)}%: ${countedOf(filesDone, filesTotal, "file")}.`;
}

/** `Uploading 42%: 420 of 1,000 files, 1.2 GB of 2.9 GB, 85 MB/s, 20 s left, now cats (1 of 3).` */
function uploadLine(progress: UploadProgress): string {
  const done = progress.filesSent + progress.filesUnchanged;
  const { filesFailed, part } = progress;
  const parts = [
    countedOf(done, progress.filesTotal, "file"),
    filesFailed === 0 ? undefined : `${formatCount(filesFailed)} failed`,
    `${formatBytes(progress.bytesSent + progress.bytesSkipped)} of ${formatBytes(progress.bytesTotal)}`,
    describePace(progress),
    hasTimeLeft(progress) ? `${formatDuration(progress.secondsLeft)} left` : undefined,
    part && `now ${shown(part.name)} (${formatCount(part.number)} of ${formatCount(part.count)})`,
  ].filter((text) => text !== undefined);
  return `Uploading ${percentDone(progress)}%: ${parts.join(", ")}.`;
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/** `met: the export holds 12 tasks, and gate-min-tasks is 10`. */
export function conditionText(condition: Condition): string {
  const { isMet, isChecked = true } = condition;
  const outcome = isMet ? "met" : isChecked ? "not met" : "not checked";
  return `${outcome}: ${describeCondition(condition)}`;
}

function itemCounts({ itemCount }: { readonly itemCount: number }): string {
  return `, ${counted(itemCount, "item")}.`;
}

interface ExportCounts {
  readonly totalTaskCount?: number | undefined;
  readonly exportedTaskCount?: number | undefined;
}

/** `processing, 11 of 12 tasks`, as far as the server counts them. */
export function exportText(of: ExportCounts & { readonly status: string }): string {
  return of.status + exportCounts(of);
}

function exportCounts({
  totalTaskCount: total,
  exportedTaskCount: exported,
}: ExportCounts): string {
  if (exported === undefined) return "";
  return `, ${formatCount(exported)} of ${total === undefined ? "? tasks" : counted(total, "task")}`;
}
