// What the provider shows while it works: on the row of the resource that it is about.
// Knows nothing of how a message reaches the engine.
import type { AvalaEvent, Listener, UploadProgress } from "../../src/events";
import { counted, countedOf, formatBytes, formatCount, formatDuration } from "../../src/text";
import { hasTimeLeft, isUntouched, percentDone } from "../../src/upload/progress";
import { describePace } from "../../src/upload/progress-text";
import type { ReadingListener } from "./local-files";
import { systemClock } from "../../src/flow/clock";
import { createWaitTeller, describeRetry, describeWait } from "../../src/flow/wait-lines";
import { createRhythm } from "../../src/flow/rhythm";
import { printable, printableLines } from "../../src/redact";
import type { Call } from "./calls";
import type { EngineLog } from "./engine";
import type { Hide } from "./failures";

export interface Messages {
  info(text: string): Promise<void>;
  warn(text: string): Promise<void>;
  /** A line that is shown while the update runs and then goes. */
  status(text: string): void;
  /** Whether such a line stays, as in the log of a CI run: the engine prints each of them there. */
  readonly isLogged: boolean;
}

interface Shown {
  readonly hide: Hide;
  readonly isLogged: boolean;
  /** Whether the engine shows on its row what of it changes, which leaves no room for a live line. */
  readonly isChanging: boolean;
}

/** The resource's own name, as its program has it. */
function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `hide` takes the secrets out; what a terminal would obey goes too: names and a server's words are written by others. */
export function messagesFor(
  log: EngineLog,
  { urn }: Call,
  { hide, isLogged, isChanging }: Shown,
): Messages {
  const harmless = (text: string): string => printableLines(hide(text));
  const isOnStacksRow = isChanging && !isLogged && urn !== undefined;
  const name = isOnStacksRow ? `${nameIn(urn)}: ` : "";
  return {
    isLogged,
    info: (text) => log({ severity: "info", text: harmless(text), urn }),
    warn: (text) => log({ severity: "warning", text: harmless(text), urn }),
    status: (text) => {
      const line = {
        severity: "info",
        // A live line is one line.
        text: printable(hide(`${name}${text}`)),
        isEphemeral: true,
      } as const;
      void log(isOnStacksRow ? line : { ...line, urn });
    },
  };
}

type ProgressEvent = Extract<AvalaEvent, { kind: "upload-progress" }>;

/** What matters first: the engine cuts a line at the edge of the terminal, and of 100 columns a message has some fifteen. */
function describeProgress({ progress }: ProgressEvent): string {
  const done = progress.filesSent + progress.filesUnchanged;
  const parts = [`${percentDone(progress)}%`];
  if (hasTimeLeft(progress)) parts.push(`${formatDuration(progress.secondsLeft)} left`);
  if (progress.filesFailed > 0) parts.push(`${formatCount(progress.filesFailed)} failed`);
  const pace = describePace(progress);
  if (pace !== undefined) parts.push(pace);
  const bytes = progress.bytesSent + progress.bytesSkipped;
  parts.push(`sent ${countedOf(done, progress.filesTotal, "file")}`);
  if (progress.bytesTotal > 0)
    parts.push(`${formatBytes(bytes)} of ${formatBytes(progress.bytesTotal)}`);
  return parts.join(", ");
}

// Most sets are read before anyone could read the line about it.
const FIRST_LINE_MS = 1_000;
const EVERY_MS = 500;
const MIN_LOGGED_MS = 1_000;
const MAX_LOGGED_MS = 60_000;

/** For lines that stay. */
function loggedRhythm(now: () => number): (share?: number) => boolean {
  return createRhythm({ minMs: MIN_LOGGED_MS, maxMs: MAX_LOGGED_MS, now });
}

/** For lines of which each takes the place of the one before. */
function liveRhythm(now: () => number): () => boolean {
  let nextMs = now() + FIRST_LINE_MS;
  return () => {
    const nowMs = now();
    if (nowMs < nextMs) return false;
    nextMs = nowMs + EVERY_MS;
    return true;
  };
}

/** Live lines about listing and hashing, for sets that take long enough to wonder. */
export function showReading(messages: Messages, now = systemClock.now): ReadingListener {
  const rhythm = (): ((share?: number) => boolean) =>
    messages.isLogged ? loggedRhythm(now) : liveRhythm(now);
  const [isListingDue, isHashingDue] = [rhythm(), rhythm()];
  let isTold = false;
  return {
    onListing: (entries) => {
      if (messages.isLogged && entries === 0) return;
      if (isListingDue())
        messages.status(`listed ${formatCount(entries)} files and folders so far`);
    },
    onProgress: ({ filesDone, filesTotal, bytesDone, bytesTotal }) => {
      const share = bytesTotal === 0 ? 1 : bytesDone / bytesTotal;
      const percent = Math.floor(100 * share);
      // A line that stays is to say more than that nothing is done yet.
      if (messages.isLogged && filesDone === 0 && percent === 0) return;
      // What was shown of it must not end in the middle.
      const isEnd = isTold && filesDone === filesTotal;
      if (!isHashingDue(share) && !isEnd) return;
      isTold = !isEnd;
      messages.status(`read ${percent}%: ${countedOf(filesDone, filesTotal, "file")}`);
    },
  };
}

function describeExport(event: Extract<AvalaEvent, { kind: "export-status" }>): string {
  const { status, exportedTaskCount, totalTaskCount } = event;
  if (exportedTaskCount === undefined || totalTaskCount === undefined) return `export: ${status}`;
  return `export: ${status}, ${countedOf(exportedTaskCount, totalTaskCount, "task")}`;
}

/** The line of an event that is worth one; most are not. */
function statusOf(event: AvalaEvent): string | undefined {
  switch (event.kind) {
    case "upload-progress":
      return describeProgress(event);
    case "limit-wait":
    case "response-wait":
      return describeWait(event);
    case "compare-progress":
      return `compared ${countedOf(event.filesDone, event.filesTotal, "stored file")}`;
    case "dataset-status":
      return `dataset: ${event.status}, ${counted(event.itemCount, "item")}`;
    case "export-status":
      return describeExport(event);
    case "outage":
      return event.text;
    case "outage-end":
      return `Avala responded again. ${event.what} continues`;
    case "retry":
      return describeRetry(event);
    default:
      return undefined;
  }
}

const SENDING = "sending";
const WAITING = "waiting for the limit";
const SILENT = "waiting for responses";
const FAILING = "waiting for another attempt";
// An upload goes back and forth between these.
const UPLOADING = [SENDING, WAITING, SILENT, FAILING];
const TURN_MS = 5_000;

function wordOf({ isWaitingForLimit, silence, failing }: UploadProgress): string {
  if (silence !== undefined) return SILENT;
  if (isWaitingForLimit) return WAITING;
  return failing === undefined ? SENDING : FAILING;
}

/** What is said of work again and again, with other numbers; another word for it is news. */
function repeatedOf(
  event: AvalaEvent,
): { readonly word: string; readonly share: number } | undefined {
  if (event.kind === "upload-progress") {
    return { word: wordOf(event.progress), share: percentDone(event.progress) / 100 };
  }
  if (event.kind === "compare-progress")
    return { word: event.kind, share: event.filesDone / event.filesTotal };
  if (event.kind === "dataset-status") return { word: event.status, share: 0 };
  if (event.kind !== "export-status") return undefined;
  const { status, exportedTaskCount = 0, totalTaskCount = 0 } = event;
  return { word: status, share: totalTaskCount === 0 ? 0 : exportedTaskCount / totalTaskCount };
}

/** Whether a line of it would only say that nothing is done yet. */
function isOfNothing(event: AvalaEvent): boolean {
  if (event.kind === "upload-progress") return isUntouched(event.progress);
  return event.kind === "compare-progress" && event.filesDone === 0;
}

/** Waited for from now on, which is worth a line once it takes a while. */
function isBegun(event: AvalaEvent): boolean {
  return event.kind === "dataset-status" && event.status === "creating" && event.itemCount === 0;
}

/** The last of its work, which nothing else on the row says is done. */
function isEnd(event: AvalaEvent): boolean {
  return event.kind === "compare-progress" && event.filesDone === event.filesTotal;
}

/** Whether an event is worth a line that stays. */
function createSifter(now: () => number): (event: AvalaEvent) => boolean {
  const isDue = loggedRhythm(now);
  const waits = createWaitTeller(now);
  let last = SENDING;
  let toldMs = now();
  return (event) => {
    if (event.kind === "retry") return waits.retry(event) !== "untold";
    if (event.kind === "limit-wait" || event.kind === "response-wait") return waits.wait(event);
    if (isOfNothing(event)) return false;
    const repeated = repeatedOf(event);
    if (repeated === undefined) return true;
    const { word, share } = repeated;
    const isTurn = event.kind === "upload-progress" && UPLOADING.includes(last);
    const isOther = word !== last && (!isTurn || now() - toldMs >= TURN_MS);
    const isNews = isOther && !isBegun(event);
    if (!isDue(share) && !isNews && !isEnd(event)) return false;
    last = word;
    toldMs = now();
    return true;
  };
}

/** Shows the core's events as live lines, and its warnings for good. */
export function showEvents(messages: Messages, now = systemClock.now): Listener {
  const isWorthLine = messages.isLogged ? createSifter(now) : () => true;
  return (event) => {
    if (event.kind === "warning") {
      void messages.warn(event.path === undefined ? event.text : `${event.path}: ${event.text}`);
      return;
    }
    const text = statusOf(event);
    if (text !== undefined && isWorthLine(event)) messages.status(text);
  };
}
