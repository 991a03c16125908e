// What bounds an upload, in words.
import type { UploadProgress } from "../../src/events";
import { describePace } from "../../src/upload/progress-text";
import { noCounts } from "../../src/upload/estimate";

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
