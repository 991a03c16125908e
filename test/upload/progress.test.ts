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

const noLimit = { snapshot: () => undefined, waitedMs: () => 0, untilMs: () => 0 };

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
