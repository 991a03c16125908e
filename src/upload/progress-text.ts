// What bounds a running upload, in the words of every front end. Pure.
import type { Silence, UploadProgress } from "../events";
import { counted, formatBytes, formatCount, formatDuration } from "../text";
import { percentDone } from "./progress";

/** `no response from s3.example.com to 8 requests for 35 s, given up in 85 s` */
function describeSilence({ server, requests, seconds, secondsLeft }: Silence): string {
  const end = secondsLeft > 0 ? `, given up in ${formatDuration(secondsLeft)}` : "";
  return `no response from ${server} to ${counted(requests, "request")} for ${formatDuration(seconds)}${end}`;
}

function describeLimit({ callsPerMinute, ownCalls }: UploadProgress): string {
  if (ownCalls !== undefined)
    return `limited to about ${formatCount(ownCalls.count)} of ${formatCount(ownCalls.limit)} calls a minute (others use the rest)`;
  return callsPerMinute === undefined
    ? "slowed by the rate limit"
    : `limited to ${formatCount(callsPerMinute)} calls a minute`;
}

/**
 * `waiting for the rate limit, continues in 40 s`, `no response from Avala to 1 request for 12 s, …`, `limited to 100 calls a minute`, `limited to about 150 of 600 calls a minute (others use the rest)`,
 * `2.8 MB/s`. Bytes a second only where the
 * network is the bound: who divides what is left by them would else be wrong.
 */
export function describePace(progress: UploadProgress): string | undefined {
  const { isWaitingForLimit, waitSeconds, silence, isBoundByCalls } = progress;
  if (silence !== undefined) return describeSilence(silence);
  if (isWaitingForLimit) {
    const end = waitSeconds === undefined ? "" : `, continues in ${formatDuration(waitSeconds)}`;
    return `waiting for the rate limit${end}`;
  }
  // Of what has ended, what it went by tells nothing of what is left.
  if (percentDone(progress) === 100) return undefined;
  if (isBoundByCalls) return describeLimit(progress);
  const rate = Math.round(progress.bytesPerSecond);
  return rate === 0 ? undefined : `${formatBytes(rate)}/s`;
}
