import { noCounts } from "../../src/upload/estimate";
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
/** Without what only a debug run shows. */
let shown: string[];

beforeEach(() => {
  tree = createTempTree();
  shown = [];
  recorded = record({ tree, onInfo: (line) => shown.push(line) });
  clock = virtualClock();
  listen = createListener(createLog(recorded.environment), clock);
});
afterEach(() => tree.remove());

const progress: UploadProgress = {
  filesTotal: 1_000,
  filesBegun: 0,
  filesSent: 420,
  filesUnchanged: 0,
  filesFound: 0,
  filesFailed: 1,
  bytesTotal: 2_900_000_000,
  bytesSent: 1_218_000_000,
  bytesSkipped: 0,
  bytesPerSecond: 85_300_000,
  bytesFailed: 0,
  isWaitingForLimit: false,
  isBoundByCalls: false,
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

test("the first line of an upload says what had landed, and no rate before there is one", async () => {
  const start = {
    ...progress,
    filesSent: 0,
    filesFailed: 0,
    bytesSent: 0,
    bytesPerSecond: 0,
    secondsLeft: 0,
  };
  await clock.advance(40_000);
  listen({ kind: "upload-progress", progress: start });
  expect(recorded.lines).toEqual([]);
  const landed = {
    filesTotal: 150,
    filesUnchanged: 95,
    bytesTotal: 3_000_000,
    bytesSkipped: 1_900_000,
  };

  listen({ kind: "upload-progress", progress: { ...start, ...landed } });
  expect(recorded.lines).toEqual(["Uploading 63%: 95 of 150 files, 1.9 MB of 3.0 MB."]);
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

const tell = (what: string, attempt: number, waitMs: number, error: AvalaError): void =>
  listen({ kind: "retry", what, attempt, waitMs, error });

test("a retry says what, why and when, and nothing twice", async () => {
  tell("presign a.jpg", 2, 3_200, new AvalaError("server", "The server is away."));
  tell("list datasets", 5, 8_000, new AvalaError("network", "Could not list datasets: refused."));
  await clock.advance(20_000);
  tell("list datasets", 1, 40, new AvalaError("network", "Could not list datasets: refused."));
  expect(recorded.lines).toEqual([
    "Attempt 2 to presign a.jpg failed: The server is away. The next attempt is in 3 s.",
    "Could not list datasets: refused. The next attempt is in 8 s.",
    "Could not list datasets: refused. The next attempt follows at once.",
  ]);
});

test("an outage is a line for each longer wait, however many calls it meets", async () => {
  const refused = new AvalaError("network", "Refused.");
  // As the delays of one call grow, while thirty files are tried.
  for (const [attempt, waitMs] of [300, 700, 1_500, 3_000, 8_000, 11_000, 27_000].entries()) {
    for (let file = 0; file < 30; file += 1)
      tell(`presign ${file}.jpg`, attempt + 1, waitMs, refused);
    await clock.advance(waitMs);
  }
  expect(shown).toHaveLength(5);
});

const throttled = new AvalaError(
  "rate_limited",
  "Could not presign: throttled (429, after 3 attempts)",
);

test("short waits for the rate limit are told a few times, and long ones always", async () => {
  for (let second = 0; second < 120; second += 1) {
    tell(`presign ${second}.jpg`, 1, 1_000, throttled);
    await clock.advance(1_000);
  }
  tell("read dataset a", 1, 54_000, throttled);
  expect(shown).toEqual([
    "The server asks to wait (rate limit): presign 0.jpg continues in 1 s.",
    "The server asks to wait (rate limit): presign 6.jpg continues in 1 s.",
    "The server asks to wait (rate limit): presign 12.jpg continues in 1 s.",
    "Further short waits for the rate limit are shown only in a debug run.",
    "The server asks to wait (rate limit): read dataset a continues in 54 s.",
  ]);
});

test("a store that takes fewer requests is told in its own words, for it may ask for no wait", () => {
  const text = "Could not read what is stored: a.example refused (503, SlowDown).";
  tell("look at a.jpg", 1, 1_000, new AvalaError("storage", text, { isThrottled: true }));
  expect(shown).toEqual([`Attempt 1 to look at a.jpg failed: ${text} The next attempt is in 1 s.`]);
});

test("a wait of the whole run is told once, whatever waits for it", async () => {
  for (let file = 0; file < 30; file += 1) {
    tell(`presign ${file}.jpg`, 1, 54_000 + 15 * file, throttled);
    await clock.advance(10);
  }
  listen({ kind: "limit-wait", what: "read dataset a", waitMs: 53_700 });
  await clock.advance(54_000);
  tell("presign 3.jpg", 2, 20_000, throttled);
  expect(shown).toEqual([
    "The server asks to wait (rate limit): presign 0.jpg continues in 54 s.",
    "The server asks to wait (rate limit): presign 3.jpg continues in 20 s.",
  ]);
});

test("a warning that comes a thousand times is one annotation, and a count at the end", () => {
  const log = createLog(recorded.environment);
  for (let n = 0; n < 1_000; n += 1) log.warn("the store is slow");
  log.reportRepeated();
  expect(recorded.warnings.filter(({ text }) => text.includes("slow"))).toHaveLength(1);
  expect(recorded.lines.filter((line) => line.includes("1,000 times"))).toHaveLength(1);
});

test("annotations are no more than a step has, of whatever texts and files they are", () => {
  const log = createLog(recorded.environment);
  for (const text of ["is broken", "is empty", "is a link"])
    for (let n = 0; n < 6; n += 1) log.warn(text, `${n}.jpg`);
  log.reportRepeated();
  log.warn("one more");
  expect(recorded.warnings).toHaveLength(10);
  expect(recorded.lines.filter((line) => line.startsWith("Warning: "))).toHaveLength(9);
});

test("a token of one letter masks no letter, neither here nor by the runner", () => {
  const log = createLog(recorded.environment);
  log.addSecret("a");
  log.addSecret("avk_0123456789abcdef");
  log.info("a file of a dataset: avk_0123456789abcdef");
  expect(recorded.lines.at(-1)).toBe("a file of a dataset: ***");
  expect(recorded.secrets).toEqual(["avk_0123456789abcdef"]);
});

test("a wait for the rate limit outside sending says how long, once", async () => {
  for (let second = 5; second < 42; second += 5) {
    await clock.advance(5_000);
    listen({ kind: "limit-wait", what: "list datasets", waitMs: 42_000 - 1_000 * second });
  }
  expect(recorded.lines).toEqual([
    "Waiting for the rate limit to list datasets, continues in about 37 s.",
  ]);
  // Others had the places that came back.
  listen({ kind: "limit-wait", what: "list datasets", waitMs: 60_000 });
  expect(recorded.lines.at(-1)).toBe(
    "Waiting for the rate limit to list datasets, continues in about 60 s.",
  );
});

test("one whose end is not known is told ever more rarely", async () => {
  for (let second = 0; second < 300; second += 5) {
    await clock.advance(5_000);
    listen({ kind: "limit-wait", what: "find dataset a" });
  }
  expect(recorded.lines).toEqual(Array(7).fill("Waiting for the rate limit to find dataset a."));
});

test("the comparing of stored files has its own lines", async () => {
  await clock.advance(6_000);
  listen({ kind: "compare-progress", name: "a", filesDone: 97, filesTotal: 230 });
  expect(recorded.lines).toEqual(["Comparing stored files 42%: 97 of 230 files."]);
});

test("nothing is said of work of which nothing is done", async () => {
  await clock.advance(6_000);
  listen({ kind: "compare-progress", name: "a", filesDone: 0, filesTotal: 2_515 });
  listen({ kind: "hash-progress", filesDone: 0, filesTotal: 9, bytesDone: 0, bytesTotal: 90 });
  const nothing = { filesSent: 0, filesUnchanged: 0, filesFailed: 0, bytesSkipped: 0 };
  const begun = {
    ...progress,
    ...nothing,
    filesTotal: 27,
    bytesTotal: 5_200_000,
    bytesSent: 25_700,
  };
  listen({ kind: "upload-progress", progress: begun });
  expect(recorded.lines).toEqual([]);
});

test("that an upload waits for the limit is news, and how long it still does is told with it", async () => {
  const sent = { ...progress, filesTotal: 100, filesSent: 23, bytesTotal: 1e6, bytesSent: 230_000 };
  const waiting = { ...sent, isWaitingForLimit: true };
  await clock.advance(60_000);
  listen({ kind: "upload-progress", progress: { ...sent, bytesPerSecond: 700_000 } });
  for (let waitSeconds = 50; waitSeconds > 0; waitSeconds -= 5) {
    await clock.advance(5_000);
    listen({ kind: "upload-progress", progress: { ...waiting, waitSeconds } });
  }
  expect(recorded.lines[1]).toContain("waiting for the rate limit, continues in 50 s");
  expect(new Set(recorded.lines).size).toBe(recorded.lines.length);
  expect(recorded.lines.length).toBeLessThan(6);
});

test("an upload whose requests have no response says so, from before the first byte", async () => {
  const nothing = { ...noCounts({ files: 13, bytes: 1_500_000 }), bytesPerSecond: 0 };
  const begun = { ...nothing, isWaitingForLimit: false, isBoundByCalls: false };
  for (let seconds = 0; seconds < 120; seconds += 5) {
    const silence = {
      ...{ server: "127.0.0.1:37089", requests: 1 },
      ...{ seconds, secondsLeft: 120 - seconds },
    };
    listen({
      kind: "upload-progress",
      progress: { ...begun, ...(seconds >= 10 && { silence }) },
    });
    await clock.advance(5_000);
  }
  expect(recorded.lines[0]).toBe(
    "Uploading 0%: 0 of 13 files, 0 bytes of 1.5 MB, no response from 127.0.0.1:37089 to 1 request for 10 s, given up in 2 min.",
  );
  expect(recorded.lines.at(-1)).toMatch(/for 9\d s|for 1\d\d s|for 2 min/);
  expect(recorded.lines.length).toBeLessThan(15);
});

test("a call that has no response says so, ever more rarely", async () => {
  for (let seconds = 10; seconds < 60; seconds += 5) {
    const wait = { what: "find dataset a", seconds, secondsLeft: 60 - seconds } as const;
    listen({ kind: "response-wait", ...wait });
    listen({ kind: "response-wait", ...wait });
    await clock.advance(5_000);
  }
  const line = "Waiting for a response from Avala to find dataset a, none for";
  expect(recorded.lines).toEqual([
    `${line} 10 s, given up in 50 s.`,
    `${line} 20 s, given up in 40 s.`,
    `${line} 40 s, given up in 20 s.`,
  ]);
});

test("a line of several sets names the one that is sent", async () => {
  await clock.advance(6_000);
  const part = { name: "cats", number: 2, count: 3 };
  listen({
    kind: "upload-progress",
    progress: { ...progress, filesTotal: 80, filesSent: 40, part },
  });
  expect(recorded.lines[0]).toMatch(/40 of 80 files.*, now cats \(2 of 3\)\.$/);
});

test("a listing that takes long says how many files it has found so far", async () => {
  listen({ kind: "list-progress", entries: 3 });
  for (let entries = 20_000; entries <= 120_000; entries += 20_000) {
    await clock.advance(1_000);
    listen({ kind: "list-progress", entries });
  }
  expect(recorded.lines).toEqual(["Listing: 100,000 files and folders so far."]);
});
