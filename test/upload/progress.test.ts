import { ApiError, AvalaError } from "../../src/errors";
import type { UploadProgress } from "../../src/events";
import { hasTimeLeft, percentDone, trackProgress } from "../../src/upload/progress";

function at(startMs = 0): { now: () => number; pass: (ms: number) => void } {
  let ms = startMs;
  return {
    now: () => ms,
    pass: (by) => {
      ms += by;
    },
  };
}

const noLimit = { snapshot: () => undefined, waitedMs: () => 0, untilMs: () => 0, made: () => 0 };

describe("progress of an upload", () => {
  test("is all done when every file has ended, and not when the last bytes are on their way", () => {
    const tracker = trackProgress({ files: 2, bytes: 1000 }, at().now, noLimit);
    tracker.addFile("unchanged", 400);
    expect(percentDone(tracker.snapshot())).toBe(40);
    tracker.addBytes(600);
    expect(percentDone(tracker.snapshot())).toBe(99);
    tracker.addFile("sent", 600);
    expect(percentDone(tracker.snapshot())).toBe(100);
  });

  test("has no time left when every file has ended, also when some failed", () => {
    const time = at();
    const tracker = trackProgress({ files: 2, bytes: 1000 }, time.now, noLimit);
    time.pass(1000);
    tracker.addBytes(500);
    tracker.addFile("sent", 500);
    expect(hasTimeLeft(tracker.snapshot())).toBe(true);
    tracker.addFile("failed", 500);
    expect(hasTimeLeft(tracker.snapshot())).toBe(false);
  });

  test("of empty files goes by files", () => {
    const tracker = trackProgress({ files: 4, bytes: 0 }, at().now, noLimit);
    tracker.addFile("sent", 0);
    expect(percentDone(tracker.snapshot())).toBe(25);
  });

  test("tells the rate, and the time left by what is slower", () => {
    const time = at();
    const tracker = trackProgress({ files: 10, bytes: 10_000 }, time.now, noLimit);
    for (let file = 0; file < 5; file += 1) {
      time.pass(1000);
      tracker.addBytes(1000);
      tracker.addFile("sent", 1000);
    }
    expect(tracker.snapshot()).toMatchObject({
      filesSent: 5,
      bytesSent: 5000,
      bytesPerSecond: 1000,
      secondsLeft: 5,
    });
  });

  test("is not called bound by a limit that leaves all of its calls, however long a store holds files", () => {
    const time = at();
    const limits = { limit: 600, remaining: 590, resetAtMs: 60_000 };
    const pace = { ...noLimit, snapshot: () => limits, made: () => 10 };
    const tracker = trackProgress({ files: 12, bytes: 1_400_000 }, time.now, pace);
    for (let file = 0; file < 4; file += 1) tracker.beginFile();
    time.pass(11_000);
    tracker.addBytes(65_000);
    expect(tracker.snapshot()).toMatchObject({ bytesSent: 65_000, isBoundByCalls: false });
  });

  describe("while tries fail", () => {
    const retry = { waitMs: 8000, error: new AvalaError("network", "no") };
    const limited = { waitMs: 8000, error: new AvalaError("rate_limited", "wait") };
    const begin = () => {
      const time = at();
      const tracker = trackProgress({ files: 10, bytes: 10_000 }, time.now, noLimit);
      for (let file = 0; file < 5; file += 1) {
        time.pass(1000);
        tracker.addBytes(1000);
        tracker.addFile("sent", 1000);
      }
      return { time, tracker };
    };

    test("has no rate and no time left, but since when and until when", () => {
      const { time, tracker } = begin();
      tracker.noteRetry(retry);
      time.pass(1000);
      expect(tracker.snapshot().failing).toBeUndefined();
      time.pass(1000);
      tracker.addFile("failed", 1000);
      tracker.noteRetry(retry);
      const told = tracker.snapshot();
      expect(told).toMatchObject({ bytesPerSecond: 0, failing: { seconds: 2, nextSeconds: 6 } });
      expect(hasTimeLeft(told)).toBe(false);
    });

    test("that is over once a file lands, or more bytes go than ever", () => {
      const { time, tracker } = begin();
      tracker.noteRetry(retry);
      time.pass(5000);
      expect(tracker.isFailing()).toBe(true);
      tracker.addFile("unchanged", 1000);
      time.pass(5000);
      expect(tracker.isFailing()).toBe(false);
      tracker.noteRetry(retry);
      tracker.addBytes(500);
      time.pass(5000);
      expect(tracker.isFailing()).toBe(false);
    });

    test("bytes that are sent once more are no progress, and while they go it is not said to wait", () => {
      const { time, tracker } = begin();
      tracker.addBytes(900);
      tracker.takeBackBytes(900);
      tracker.noteRetry(retry);
      time.pass(4000);
      tracker.addBytes(800);
      expect(tracker.isFailing()).toBe(false);
      time.pass(4000);
      expect(tracker.snapshot().failing?.seconds).toBe(8);
    });

    test("each cause has failed since its own first try", () => {
      const { time, tracker } = begin();
      const ofApi = (status: number) => {
        const error = new ApiError("server", "away", { status, route: "GET /x/" });
        return { waitMs: 1000, error };
      };
      tracker.noteRetry(retry);
      time.pass(9000);
      tracker.noteRetry(ofApi(502));
      time.pass(1000);
      expect(tracker.snapshot().failing).toMatchObject({ error: { status: 502 }, seconds: 1 });
      tracker.noteRetry(ofApi(503));
      expect(tracker.snapshot().failing).toMatchObject({ error: { status: 503 }, seconds: 0 });
      tracker.noteRetry(retry);
      expect(tracker.snapshot().failing).toMatchObject({ error: { code: "network" }, seconds: 10 });
      tracker.addFile("sent", 1000);
      tracker.noteRetry(retry);
      time.pass(3000);
      expect(tracker.snapshot().failing).toMatchObject({ error: { code: "network" }, seconds: 3 });
    });

    test("the limit's waits do not count", () => {
      const { time, tracker } = begin();
      tracker.noteRetry(limited);
      time.pass(5000);
      expect(tracker.isFailing()).toBe(false);
    });
  });

  test("has no time left to show by the first few bytes, but after ten seconds", () => {
    const time = at();
    const tracker = trackProgress({ files: 12, bytes: 1_400_000 }, time.now, noLimit);
    time.pass(500);
    tracker.addBytes(3000);
    expect(hasTimeLeft(tracker.snapshot())).toBe(false);
    time.pass(9500);
    tracker.addBytes(3000);
    expect(hasTimeLeft(tracker.snapshot())).toBe(true);
  });

  test("forgets what was faster more than ten seconds ago", () => {
    const time = at();
    const tracker = trackProgress({ files: 1, bytes: 1e9 }, time.now, noLimit);
    tracker.addBytes(1e8);
    time.pass(1000);
    tracker.snapshot();
    for (let second = 0; second < 15; second += 1) {
      time.pass(1000);
      tracker.addBytes(1000);
      tracker.snapshot();
    }
    expect(tracker.snapshot().bytesPerSecond).toBeCloseTo(1000, 0);
  });

  test("takes back the bytes of a try that failed", () => {
    const time = at();
    const tracker = trackProgress({ files: 1, bytes: 100 }, time.now, noLimit);
    tracker.addBytes(60);
    tracker.takeBackBytes(60);
    tracker.addFile("failed", 100);
    time.pass(1000);
    expect(tracker.snapshot()).toMatchObject({ bytesSent: 0, filesFailed: 1, secondsLeft: 0 });
  });

  test("does not count unchanged files as bytes that are left", () => {
    const time = at();
    const tracker = trackProgress({ files: 3, bytes: 300 }, time.now, noLimit);
    tracker.addFile("unchanged", 100);
    time.pass(1000);
    tracker.addBytes(100);
    tracker.addFile("sent", 100);
    expect(tracker.snapshot()).toMatchObject({ secondsLeft: 1, bytesSent: 100, bytesSkipped: 100 });
  });

  test("says no time while others have all calls of the minute", () => {
    const time = at();
    let remaining = 100;
    const snapshot = () => ({ limit: 100, remaining, resetAtMs: 60_000 });
    const tracker = trackProgress({ files: 10, bytes: 10 }, time.now, { ...noLimit, snapshot });
    tracker.addBytes(1);
    for (; remaining > 0; remaining -= 10) {
      time.pass(1000);
      expect(tracker.snapshot().secondsLeft ?? 0).toBeLessThan(600);
    }
  });

  test("is due at most twice a second", () => {
    const time = at();
    const tracker = trackProgress({ files: 1, bytes: 1 }, time.now, noLimit);
    const due: boolean[] = [];
    for (let tick = 0; tick < 10; tick += 1) {
      due.push(tracker.isDue());
      time.pass(100);
    }
    expect(due.filter(Boolean)).toHaveLength(2);
  });
});

describe("after a stall", () => {
  const FILE_BYTES = 700;
  const sender = (files: number) => {
    const time = at();
    const tracker = trackProgress({ files, bytes: files * FILE_BYTES }, time.now, noLimit);
    const said: UploadProgress[] = [];
    return {
      /** So many, each after as long. */
      send: (count: number, everyMs: number): void => {
        for (let file = 0; file < count; file += 1) {
          time.pass(everyMs);
          tracker.beginFile();
          tracker.addBytes(FILE_BYTES);
          tracker.addFile("sent", FILE_BYTES);
          said.push(tracker.snapshot());
        }
      },
      stall: (seconds: number): void => {
        for (let second = 0; second < seconds; second += 5) {
          time.pass(5_000);
          said.push(tracker.snapshot());
        }
      },
      said,
    };
  };

  test.each([1, 2])(
    "an upload has the rate and the time left of what goes, and none before (stalls: %p)",
    (stalls) => {
      const { send, stall, said } = sender(1_000);
      send(40, 50);
      for (let time = 0; time < stalls; time += 1) {
        stall(120);
        expect(said.at(-1)).toMatchObject({ bytesPerSecond: 0 });
        expect(said.at(-1)?.secondsLeft).toBeUndefined();
        said.splice(0);
        send(200, 20);
      }
      const left = 1_000 - 40 - 200 * stalls;
      send(100, 20);
      const rates = said.map(({ bytesPerSecond }) => bytesPerSecond).filter((rate) => rate > 0);
      expect(Math.min(...rates)).toBeGreaterThan(5_000);
      for (const { secondsLeft = 0 } of said) expect(secondsLeft).toBeLessThan(60);
      expect(said.at(-1)?.bytesPerSecond).toBeGreaterThan(10_000);
      expect(Math.abs((said.at(-1)?.secondsLeft ?? Infinity) - (left - 100) / 50)).toBeLessThan(10);
    },
  );

  test("an upload that always goes so has the time left of its pauses, too", () => {
    const { send, stall, said } = sender(160);
    for (let pause = 0; pause < 8; pause += 1) {
      stall(15);
      send(8, 10);
    }
    expect(said.at(-1)?.secondsLeft).toBeGreaterThan(100);
    expect(said.at(-1)?.secondsLeft).toBeLessThan(300);
  });
});
