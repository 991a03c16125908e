// What the provider shows while it works: on the row of the resource that it is about.
// Knows nothing of how a message reaches the engine.
import type { AvalaEvent, Listener } from "../../src/events";
import { counted, formatBytes, formatDuration } from "../../src/text";
import { hasTimeLeft, percentDone } from "../../src/upload/progress";
import type { HashProgress } from "../../src/files/hash";
import { systemClock } from "../../src/flow/clock";
import { printable, printableLines } from "../../src/redact";
import type { Call } from "./calls";
import type { EngineLog } from "./engine";
import type { Hide } from "./failures";

export interface Messages {
  info(text: string): Promise<void>;
  warn(text: string): Promise<void>;
  /** A line that is shown while the update runs and then goes. */
  status(text: string): void;
}

/** `hide` takes the secrets out; what a terminal would obey goes too: names and a server's words are written by others. */
export function messagesFor(log: EngineLog, call: Call, hide: Hide): Messages {
  const { urn } = call;
  const harmless = (text: string): string => printableLines(hide(text));
  return {
    info: (text) => log({ severity: "info", text: harmless(text), urn }),
    warn: (text) => log({ severity: "warning", text: harmless(text), urn }),
    status: (text) => {
      // A live line is one line.
      void log({ severity: "info", text: printable(hide(text)), urn, isEphemeral: true });
    },
  };
}

type ProgressEvent = Extract<AvalaEvent, { kind: "upload-progress" }>;

function describeProgress({ progress }: ProgressEvent): string {
  const done = progress.filesSent + progress.filesUnchanged;
  const parts = [
    `sent ${done} of ${counted(progress.filesTotal, "file")}`,
    `${percentDone(progress)}%`,
  ];
  if (progress.bytesPerSecond > 0) parts.push(`${formatBytes(progress.bytesPerSecond)}/s`);
  if (hasTimeLeft(progress)) parts.push(`${formatDuration(progress.secondsLeft)} left`);
  if (progress.filesFailed > 0) parts.push(`${progress.filesFailed} failed`);
  return parts.join(", ");
}

// Most sets are read before anyone could read the line about it.
const SILENT_MS = 1_000;
const EVERY_MS = 500;

/** A live line about hashing, for sets that take long enough to wonder. */
export function showReading(messages: Messages): (progress: HashProgress) => void {
  let nextMs = systemClock.now() + SILENT_MS;
  return ({ filesDone, filesTotal }) => {
    const nowMs = systemClock.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + EVERY_MS;
    messages.status(`read ${filesDone} of ${counted(filesTotal, "file")}`);
  };
}

function describeExport(event: Extract<AvalaEvent, { kind: "export-status" }>): string {
  const { status, exportedTaskCount, totalTaskCount } = event;
  if (exportedTaskCount === undefined || totalTaskCount === undefined) return `export: ${status}`;
  return `export: ${status}, ${exportedTaskCount} of ${counted(totalTaskCount, "task")}`;
}

/** The line of an event that is worth one; most are not. */
function statusOf(event: AvalaEvent): string | undefined {
  switch (event.kind) {
    case "upload-progress":
      return describeProgress(event);
    case "dataset-status":
      return `dataset: ${event.status}, ${counted(event.itemCount, "item")}`;
    case "export-status":
      return describeExport(event);
    case "outage":
      return event.text;
    case "outage-end":
      return `Avala responds again. ${event.what} continues`;
    case "retry":
      return `${event.what}: trying again in ${formatDuration(event.waitMs / 1000)} (${event.error.message})`;
    default:
      return undefined;
  }
}

/** Shows the core's events as live lines, and its warnings for good. */
export function showEvents(messages: Messages): Listener {
  return (event) => {
    if (event.kind === "warning") {
      void messages.warn(event.path === undefined ? event.text : `${event.path}: ${event.text}`);
      return;
    }
    const text = statusOf(event);
    if (text !== undefined) messages.status(text);
  };
}
