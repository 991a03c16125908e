// What an upload says of the time left where others take of the same limit, where the limit changes, and where nothing moves.
// A time that is shown is never far off where it can be known; where it can't, none is shown.
import { trackProgress, type ProgressTracker } from "../../src/upload/progress";
import { describePace } from "../../src/upload/progress-text";
import { farOff, inWords, laterLines } from "../support/said-lines";
import { watch, type Said, type Scene, type UploadPlan } from "../support/watched-uploads";

const perMinute = (limit: number) => ({ perMinute: limit, perSecond: 20 });

function several(count: number, plan: (run: number) => Partial<UploadPlan>): UploadPlan[] {
  return Array.from({ length: count }, (_, run) => ({ files: 100, sizeBytes: 600, ...plan(run) }));
}

/** The lines with a time of all that were not killed, since the limit is the last one. */
async function shownLines(scene: Scene): Promise<readonly Said[]> {
  const { atSecond } = scene.change ?? { atSecond: 0 };
  const all = await watch(scene);
  const lasting = all.filter((_, run) => scene.uploads[run]?.killedAt === undefined);
  return lasting
    .flatMap(laterLines)
    .filter(({ second, secondsLeft }) => second > atSecond && secondsLeft !== undefined);
}

describe("the time left that is said", () => {
  test.each<[string, Scene]>([
    [
      "by four runs at 100 calls a minute",
      { limits: perMinute(100), uploads: several(4, () => ({ files: 60, sizeBytes: 100_000 })) },
    ],
    [
      "by four runs at 600 calls a minute",
      { limits: perMinute(600), uploads: several(4, () => ({ files: 700 })) },
    ],
    [
      "after the limit became a tenth within a window",
      {
        limits: perMinute(600),
        change: { atSecond: 20, limits: perMinute(60) },
        uploads: several(3, () => ({ files: 200 })),
      },
    ],
    [
      "after the limit became six times as large",
      {
        limits: perMinute(100),
        change: { atSecond: 70, limits: perMinute(600) },
        uploads: several(2, () => ({ files: 500 })),
      },
    ],
    [
      "by one that makes its dataset in the next minute",
      { limits: perMinute(100), uploads: several(1, () => ({ files: 97 })) },
    ],
  ])("is never far off %s", async (_what, scene) => {
    const lines = await shownLines(scene);
    expect(farOff(lines)).toEqual([]);
  });

  test.each<[string, Scene]>([
    ["ten runs", { limits: perMinute(100), uploads: several(10, () => ({ files: 30 })) }],
    [
      "ten that begin one after the other",
      { limits: perMinute(100), uploads: several(10, (run) => ({ files: 30, from: 8 * run })) },
    ],
    [
      "late and killed ones",
      {
        limits: perMinute(600),
        uploads: several(
          6,
          (run) =>
            [
              { files: 600 },
              { files: 600 },
              { files: 300, from: 20 },
              { files: 400, from: 45 },
              { files: 600, killedAt: 30 },
              { files: 600, killedAt: 50 },
            ][run] ?? {},
        ),
      },
    ],
  ])("of %s is seldom far off", async (_what, scene) => {
    const lines = await shownLines(scene);
    expect(lines.length).toBeGreaterThan(50);
    expect(farOff(lines).length).toBeLessThan(lines.length / 9);
  });
});

interface Told {
  readonly tracker: ProgressTracker;
  readonly pass: (seconds: number, files?: number) => void;
  readonly limits: { limit: number; remaining: number; resetAtMs: number };
}

function tell(files: number, sizeBytes: number): Told {
  let nowMs = 0;
  const limits = { limit: 600, remaining: 600, resetAtMs: 60_000 };
  const pace = {
    snapshot: () => ({ ...limits }),
    waitedMs: () => 0,
    untilMs: () => nowMs,
    made: () => 0,
  };
  const tracker = trackProgress({ files, bytes: files * sizeBytes }, () => nowMs, pace);
  const pass = (seconds: number, sent = 0): void => {
    for (let second = 0; second < seconds; second += 1) {
      nowMs += 1000;
      for (let file = 0; file < sent; file += 1) {
        tracker.beginFile();
        tracker.addBytes(sizeBytes);
        tracker.addFile("sent", sizeBytes);
        limits.remaining -= 1;
      }
      tracker.snapshot();
    }
  };
  return { tracker, pass, limits };
}

test("no time is said by two own calls among many of others", () => {
  const { tracker, pass, limits } = tell(300, 600);
  limits.remaining -= 200;
  pass(2, 1);
  expect(tracker.snapshot().secondsLeft).toBeUndefined();
});

test("a time is said by ten own calls only where all together are a fifth of the limit", () => {
  const saidBeside = (others: number): number | undefined => {
    const { tracker, pass, limits } = tell(300, 600);
    pass(5, 1);
    limits.remaining -= others;
    pass(5, 1);
    return tracker.snapshot().secondsLeft;
  };
  expect([100, 130].map((others) => saidBeside(others) !== undefined)).toEqual([false, true]);
});

test("no time is said while nothing moves", () => {
  const { tracker, pass } = tell(200, 600);
  pass(20, 5);
  expect(tracker.snapshot().secondsLeft).toBeDefined();
  pass(20);
  expect(tracker.snapshot().secondsLeft).toBeUndefined();
});

test("one file after a pause does not say that all take as long", () => {
  const { tracker, pass } = tell(200, 600);
  pass(20, 5);
  pass(45);
  pass(1, 1);
  expect(tracker.snapshot().secondsLeft).toBeUndefined();
  pass(4, 5);
  expect(tracker.snapshot().secondsLeft).toBeLessThan(90);
});

test.each([
  ["a moment in which calls are spread", 400, false],
  ["seconds", 4000, true],
])("%s of waiting at the start says that the limit slows it: %d ms", (_what, waitMs, isBound) => {
  let [nowMs, waitedMs] = [0, 0];
  const pace = {
    snapshot: () => undefined,
    waitedMs: () => waitedMs,
    untilMs: () => nowMs,
    made: () => 0,
  };
  const tracker = trackProgress({ files: 2, bytes: 2000 }, () => nowMs, pace);
  [nowMs, waitedMs] = [1000 + waitMs, waitMs];
  expect(tracker.snapshot().isBoundByCalls).toBe(isBound);
});

describe("four runs that use a limit of 600 calls a minute alike", () => {
  const lines = async (): Promise<readonly Said[]> => {
    const all = await watch({
      limits: perMinute(600),
      uploads: several(4, () => ({ files: 300, sizeBytes: 600 })),
    });
    return all.flatMap(laterLines);
  };

  test("say the time that it takes with the others, all the way", async () => {
    const off = (await lines()).filter(({ secondsLeft = 0, secondsReallyLeft }) => {
      return Math.abs(secondsLeft - secondsReallyLeft) > 10;
    });
    expect(off.map(inWords)).toEqual([]);
  });

  test("say their part of it in place of a rate of bytes", async () => {
    const paces = (await lines()).map(({ progress }) => describePace(progress));
    expect(paces.length).toBeGreaterThan(40);
    for (const pace of paces)
      expect(pace).toMatch(
        /^(limited to about 1[4-7]0 of 600 calls a minute \(others use the rest\)|waiting for)/,
      );
  });
});

test("a run by itself that 20 calls a second bound says so in place of a rate of bytes", async () => {
  const [alone = []] = await watch({
    limits: perMinute(600),
    uploads: several(1, () => ({ files: 500 })),
  });
  const paces = laterLines(alone).map(({ progress }) => describePace(progress));
  expect(paces.length).toBeGreaterThan(2);
  expect(new Set(paces)).toEqual(new Set(["slowed by the rate limit"]));
});
