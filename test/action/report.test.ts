import { createListener } from "../../action/report/report";
import { createLog } from "../../action/report/log";
import { AvalaError } from "../../src/errors";
import type { Listener, UploadProgress } from "../../src/events";
import { virtualClock, type VirtualClock } from "../support/virtual-clock";
import { createTempTree, record, type Recorded, type TempTree } from "../support/recorded-action";

let tree: TempTree;
let recorded: Recorded;
let clock: VirtualClock;
let listen: Listener;

beforeEach(() => {
  tree = createTempTree();
  recorded = record({ tree });
  clock = virtualClock();
  listen = createListener(createLog(recorded.environment), clock);
});
afterEach(() => tree.remove());

const progress: UploadProgress = {
  filesTotal: 1_000,
  filesSent: 420,
  filesUnchanged: 0,
  filesFailed: 1,
  bytesTotal: 2_900_000_000,
  bytesSent: 1_218_000_000,
  bytesSkipped: 0,
  bytesPerSecond: 85_300_000,
  isWaitingForLimit: false,
  secondsLeft: 20,
};

test("progress is one line every five seconds, with percent, rate and time left", async () => {
  for (let second = 0; second < 12; second += 1) {
    listen({ kind: "upload-progress", progress });
    await clock.advance(1_000);
  }
  expect(recorded.lines).toEqual(
    Array(2).fill(
      "Uploading 42%: 420 of 1,000 files, 1 failed, 1.2 GB of 2.9 GB, 85.3 MB/s, 20 s left.",
    ),
  );
});

test("progress of a run that continues counts what had landed before in files and in bytes", async () => {
  const before = { filesUnchanged: 300, filesSent: 200, bytesSkipped: 30_000, bytesSent: 20_000 };
  const whole = { filesTotal: 1_000, bytesTotal: 100_000, filesFailed: 0 };
  await clock.advance(5_000);
  listen({ kind: "upload-progress", progress: { ...progress, ...before, ...whole } });
  expect(recorded.lines).toEqual([
    "Uploading 50%: 500 of 1,000 files, 50.0 kB of 100 kB, 85.3 MB/s, 20 s left.",
  ]);
});

test("progress is told ever more rarely, and once a minute in the end", async () => {
  const hours = 16;
  for (let second = 0; second < hours * 3600; second += 5) {
    const filesSent = Math.floor((99_000 * second) / (hours * 3600));
    listen({
      kind: "upload-progress",
      progress: { ...progress, filesTotal: 100_000, filesSent, bytesTotal: 0, bytesSent: 0 },
    });
    await clock.advance(5_000);
  }
  expect(recorded.lines.length).toBeLessThan(hours * 60 + 30);
  expect(recorded.lines.length).toBeGreaterThan(hours * 60 - 30);
});

test("a status is told when it changes, and once a minute", async () => {
  const tell = (status: string): void => listen({ kind: "export-status", uid: "u", status });
  for (let tenth = 0; tenth < 13; tenth += 1) {
    tell("pending");
    await clock.advance(10_000);
  }
  tell("exported");
  expect(recorded.lines).toEqual([
    "Export u: pending.",
    "Export u: pending.",
    "Export u: pending.",
    "Export u: exported.",
  ]);
});

test("a retry says what, why and how long", () => {
  const error = new AvalaError("server", "The server is away.");
  listen({ kind: "retry", what: "presign a.jpg", attempt: 2, waitMs: 3_200, error });
  expect(recorded.lines).toEqual([
    "Attempt 2 to presign a.jpg failed, the next is in 3 s: The server is away.",
  ]);
});

const throttled = new AvalaError(
  "rate_limited",
  "Could not presign: throttled (429, after 3 attempts)",
);

test("a wait for the rate limit is no failure, and is told a few times", () => {
  for (let attempt = 1; attempt <= 100; attempt += 1)
    listen({ kind: "retry", what: "presign a.jpg", attempt, waitMs: 2_000, error: throttled });
  const line = "The server asks to wait (rate limit): presign a.jpg continues in 2 s.";
  const end = "Further waits for the rate limit are shown only in a debug run.";
  // What comes after it is of a debug run.
  expect(recorded.lines.slice(0, 6)).toEqual([...Array<string>(5).fill(line), end]);
  listen({
    kind: "retry",
    what: "read b",
    attempt: 1,
    waitMs: 0,
    error: new AvalaError("network", "Lost."),
  });
  expect(recorded.lines.at(-1)).toContain("Lost.");
});

test("a warning that comes a thousand times is one annotation, and a count at the end", () => {
  const log = createLog(recorded.environment);
  for (let n = 0; n < 1_000; n += 1) log.warn("the store is slow");
  log.reportRepeated();
  expect(recorded.warnings.filter(({ text }) => text.includes("slow"))).toHaveLength(1);
  expect(recorded.lines.filter((line) => line.includes("1,000 times"))).toHaveLength(1);
});

test("a token of one letter masks no letter, neither here nor by the runner", () => {
  const log = createLog(recorded.environment);
  log.addSecret("a");
  log.addSecret("avk_0123456789abcdef");
  log.info("a file of a dataset: avk_0123456789abcdef");
  expect(recorded.lines.at(-1)).toBe("a file of a dataset: ***");
  expect(recorded.secrets).toEqual(["avk_0123456789abcdef"]);
});

test("a wait for the rate limit outside sending is told ever more rarely", async () => {
  for (let second = 0; second < 60; second += 5) {
    await clock.advance(5_000);
    listen({ kind: "limit-wait", what: "find dataset a" });
  }
  expect(recorded.lines.length).toBeGreaterThan(3);
  expect(recorded.lines.length).toBeLessThan(11);
  expect(new Set(recorded.lines)).toEqual(
    new Set(["Waiting for the rate limit to find dataset a."]),
  );
});

test("the comparing of stored files has its own lines", async () => {
  await clock.advance(6_000);
  listen({ kind: "compare-progress", name: "a", filesDone: 97, filesTotal: 230 });
  expect(recorded.lines).toEqual(["Comparing stored files 42%: 97 of 230 files."]);
});
