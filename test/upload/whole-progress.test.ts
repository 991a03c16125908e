// How far an upload of several sets has come, as a whole.
import type { UploadProgress } from "../../src/events";
import { trackProgress, type ProgressTracker } from "../../src/upload/progress";
import { trackWhole } from "../../src/upload/whole-progress";

const FILE_BYTES = 1000;

interface Upload {
  readonly whole: ReturnType<typeof trackWhole<string>>;
  readonly begin: (name: string, files: number) => ProgressTracker;
  /** Sends so many files of it, each in a second. */
  readonly send: (name: string, tracker: ProgressTracker, files: number) => UploadProgress;
  readonly limits: { limit: number; remaining: number; resetAtMs: number };
}

function upload(sizes: Readonly<Record<string, number>>): Upload {
  let nowMs = 0;
  const limits = { limit: 100, remaining: 100, resetAtMs: 60_000 };
  const pace = {
    snapshot: () => ({ ...limits }),
    waitedMs: () => 0,
    untilMs: () => nowMs,
    made: () => 0,
  };
  const sets = Object.entries(sizes).map(
    ([name, files]) => [name, { name, files, bytes: files * FILE_BYTES }] as const,
  );
  const whole = trackWhole(new Map(sets), { now: () => nowMs, pace });
  return {
    whole,
    limits,
    begin: (name, files) => {
      const tracker = trackProgress({ files, bytes: files * FILE_BYTES }, () => nowMs, pace);
      whole.note(name, tracker.snapshot());
      return tracker;
    },
    send: (name, tracker, files) => {
      for (let file = 0; file < files; file += 1) {
        nowMs += 1000;
        limits.remaining -= 1;
        tracker.beginFile();
        tracker.addBytes(FILE_BYTES);
        tracker.addFile("sent", FILE_BYTES);
        whole.note(name, tracker.snapshot());
      }
      return whole.note(name, tracker.snapshot());
    },
  };
}

test("counts the files and bytes of all sets, and says which one is sent", () => {
  const { begin, send } = upload({ birds: 10, cats: 20, dogs: 30 });
  send("birds", begin("birds", 10), 10);
  expect(send("cats", begin("cats", 20), 5)).toMatchObject({
    ...{ filesTotal: 60, filesSent: 15, bytesTotal: 60_000, bytesSent: 15_000 },
    part: { name: "cats", number: 2, count: 3 },
  });
});

test("has the time left of all of them", () => {
  const { begin, send } = upload({ birds: 10, cats: 20, dogs: 30 });
  const birds = send("birds", begin("birds", 10), 10);
  expect(birds.secondsLeft).toBeCloseTo(50, -1);
  expect(send("cats", begin("cats", 20), 19).secondsLeft).toBeCloseTo(31, -1);
});

test("waits with all that is left for the limit", () => {
  const { begin, send, limits } = upload({ birds: 10, cats: 200, dogs: 300 });
  Object.assign(limits, { limit: 30, remaining: 30 });
  const { isBoundByCalls, secondsLeft = 0 } = send("birds", begin("birds", 10), 10);
  expect(isBoundByCalls).toBe(true);
  expect(secondsLeft).toBeGreaterThan(900);
});

test("names the limit of the minute only where it leaves too few calls", () => {
  const { begin, send, limits } = upload({ birds: 10, cats: 200 });
  expect(send("birds", begin("birds", 10), 10)).toMatchObject({ callsPerMinute: 100 });
  Object.assign(limits, { limit: 600, remaining: 590 });
  expect(send("cats", begin("cats", 200), 10)).not.toHaveProperty("callsPerMinute");
});

test("takes a set that begins anew by what it has then", () => {
  const { begin, send } = upload({ birds: 10, cats: 20 });
  send("birds", begin("birds", 10), 7);
  expect(send("birds", begin("birds", 4), 1)).toMatchObject({ filesTotal: 24, filesSent: 1 });
});

test("is there from the first set's start until the last file has ended", () => {
  const { whole, begin, send } = upload({ birds: 2, cats: 2 });
  expect(whole.now()).toBeUndefined();
  send("birds", begin("birds", 2), 2);
  expect(whole.now()).toMatchObject({ filesSent: 2, filesTotal: 4 });
  send("cats", begin("cats", 2), 2);
  expect(whole.now()).toBeUndefined();
});
