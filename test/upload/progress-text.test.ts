// What bounds an upload, in words.
import { storageError } from "../../src/api/storage/storage-error";
import { ApiError, AvalaError } from "../../src/errors";
import type { UploadProgress } from "../../src/events";
import { describePace } from "../../src/upload/progress-text";
import { noCounts } from "../../src/upload/estimate";

const served = (status: number): ApiError =>
  new ApiError("server", "no", { status, route: "POST /datasets/" });
const refused = storageError(
  "store a.jpg",
  { url: new URL("https://s3.example.com/bucket") },
  { status: 503, headers: {}, body: Buffer.from("<Code>InternalError</Code>") },
  0,
);

const progress: UploadProgress = {
  ...noCounts({ files: 300, bytes: 3e7 }),
  ...{ bytesPerSecond: 2_800_000, isWaitingForLimit: false, isBoundByCalls: false },
};

test.each<[string, Partial<UploadProgress>, string | undefined]>([
  ["the network", {}, "2.8 MB/s"],
  ["calls", { isBoundByCalls: true, callsPerMinute: 100 }, "limited to 100 calls a minute"],
  [
    "a limit that others use, too",
    { isBoundByCalls: true, callsPerMinute: 600, ownCalls: { count: 150, limit: 600 } },
    "limited to about 150 of 600 calls a minute (others use the rest)",
  ],
  ["a limit that no reply tells", { isBoundByCalls: true }, "slowed by the rate limit"],
  [
    "a wait",
    { isWaitingForLimit: true, waitSeconds: 40 },
    "waiting for the rate limit, continues in 40 s",
  ],
  ["a wait without a known end", { isWaitingForLimit: true }, "waiting for the rate limit"],
  [
    "a server that does not respond",
    {
      isWaitingForLimit: true,
      silence: { server: "s3.example.com", requests: 8, seconds: 35, secondsLeft: 85 },
    },
    "no response from s3.example.com to 8 requests for 35 s, given up in 85 s",
  ],
  [
    "a request that should be given up by now",
    { silence: { server: "Avala", requests: 1, seconds: 62, secondsLeft: 0 } },
    "no response from Avala to 1 request for 62 s",
  ],
  [
    "replies that fail",
    { isBoundByCalls: true, failing: { error: served(502), seconds: 35, nextSeconds: 8 } },
    "Avala has responded with 502 for 35 s, next attempt in 8 s",
  ],
  [
    "a store that refuses",
    { failing: { error: refused, seconds: 35 } },
    "s3.example.com has refused (503, InternalError) for 35 s",
  ],
  [
    "connections that fail",
    { failing: { error: new AvalaError("network", "no"), seconds: 3, nextSeconds: 1 } },
    "connections have failed for 3 s, next attempt in 1 s",
  ],
  [
    "replies that fail and a limit that it waits for",
    { isWaitingForLimit: true, failing: { error: served(502), seconds: 35 } },
    "waiting for the rate limit",
  ],
  ["nothing yet", { bytesPerSecond: 0 }, undefined],
  ["nothing more", { filesSent: 299, filesFailed: 1 }, undefined],
  ["calls no more", { filesSent: 300, isBoundByCalls: true, callsPerMinute: 100 }, undefined],
  [
    "a wait, once all has been sent",
    { filesSent: 300, isWaitingForLimit: true },
    "waiting for the rate limit",
  ],
])("of an upload that is bound by %s", (_by, given, text) => {
  expect(describePace({ ...progress, ...given })).toBe(text);
});
