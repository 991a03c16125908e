// What bounds a running upload, in the words of every front end. Pure.
import { isStoreRefusal } from "../api/storage/storage-error";
import { isApiError, type AvalaError } from "../errors";
import type { Failing, Silence, UploadProgress } from "../events";
import { counted, formatBytes, formatCount, formatDuration } from "../text";
import { percentDone } from "./progress";

/** `no response from s3.example.com to 8 requests for 35 s, given up in 85 s` */
function describeSilence({ server, requests, seconds, secondsLeft }: Silence): string {
  const end = secondsLeft > 0 ? `, given up in ${formatDuration(secondsLeft)}` : "";
  return `no response from ${server} to ${counted(requests, "request")} for ${formatDuration(seconds)}${end}`;
}

function describeError(error: AvalaError): string {
  if (isApiError(error)) return `Avala has responded with ${error.status}`;
  if (isStoreRefusal(error)) return `${error.host} has refused (${error.facts})`;
  if (error.code === "network") return "connections have failed";
  return error.code === "timeout"
    ? "requests have timed out"
    : `attempts have failed (${error.code.replaceAll("_", " ")})`;
}

/** `Avala has responded with 502 for 35 s, next attempt in 8 s` */
function describeFailing({ error, seconds, nextSeconds }: Failing): string {
  const next = nextSeconds === undefined ? "" : `, next attempt in ${formatDuration(nextSeconds)}`;
  return `${describeError(error)} for ${formatDuration(seconds)}${next}`;
}

function describeLimit({ callsPerMinute, ownCalls }: UploadProgress): string {
  if (ownCalls !== undefined)
    return `limited to about ${formatCount(ownCalls.count)} of ${formatCount(ownCalls.limit)} calls a minute (others use the rest)`;
  return callsPerMinute === undefined
    ? "slowed by the rate limit"
    : `limited to ${formatCount(callsPerMinute)} calls a minute`;
}

/**
 * `waiting for the rate limit, continues in 40 s`, `no response from Avala to 1 request for 12 s, …`, `Avala has responded with 502 for 35 s, …`,
 * `limited to 100 calls a minute`, `limited to about 150 of 600 calls a minute (others use the rest)`, `2.8 MB/s`. Bytes a second only where the
 * network is the bound: who divides what is left by them would else be wrong.
 */
export function describePace(progress: UploadProgress): string | undefined {
  const { isWaitingForLimit, waitSeconds, silence, failing, isBoundByCalls } = progress;
  if (silence !== undefined) return describeSilence(silence);
  if (isWaitingForLimit) {
    const end = waitSeconds === undefined ? "" : `, continues in ${formatDuration(waitSeconds)}`;
    return `waiting for the rate limit${end}`;
  }
  if (failing !== undefined) return describeFailing(failing);
  // Of what has ended, what it went by tells nothing of what is left.
  if (percentDone(progress) === 100) return undefined;
  if (isBoundByCalls) return describeLimit(progress);
  const rate = Math.round(progress.bytesPerSecond);
  return rate === 0 ? undefined : `${formatBytes(rate)}/s`;
}
