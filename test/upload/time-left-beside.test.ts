// What each of several uploads in one process says of the time left: they share the limit, and each knows what the others need.
import { trackProgress, type ProgressTracker } from "../../src/upload/progress";
import { inWords, laterLines } from "../support/said-lines";
import { watch, type Said, type Scene, type UploadPlan } from "../support/watched-uploads";

const perMinute = (limit: number) => ({ perMinute: limit, perSecond: 20 });

const small = (files: number, more: Partial<UploadPlan> = {}): UploadPlan => ({
  files,
  sizeBytes: 600,
  ...more,
});

/** More than one and a half times what it was, or less; of the last ten seconds none. */
function off(lines: readonly Said[]): readonly string[] {
  return lines
    .filter(({ secondsLeft = Infinity, secondsReallyLeft: truth }) => {
      const isOff = secondsLeft > 1.5 * truth || secondsLeft < truth / 1.5;
      return truth > 10 && isOff;
    })
    .map(inWords);
}

test.each<[string, Scene["limits"], readonly UploadPlan[]]>([
  ["of equal size", perMinute(100), [small(60), small(60), small(60)]],
  ["of which some end sooner", perMinute(100), [small(45), small(90), small(150)]],
  [
    "in the last minute",
    { ...perMinute(100), kind: "sliding" },
    [small(100), small(200), small(80)],
  ],
  [
    "of which one waits for the network, and not for calls",
    perMinute(600),
    [small(2000), { files: 40, sizeBytes: 30e6 }],
  ],
])("several sets %s", async (_which, limits, uploads) => {
  for (const said of await watch({ limits, uploads, isOneProcess: true })) {
    const lines = laterLines(said);
    expect(lines.length).toBeGreaterThan(3);
    expect(off(lines)).toEqual([]);
  }
});

test("one that has ended before its last file counts no more", () => {
  let nowMs = 0;
  const limits = { limit: 100, remaining: 100, resetAtMs: 60_000 };
  const pace = {
    snapshot: () => ({ ...limits }),
    waitedMs: () => 0,
    untilMs: () => nowMs,
    made: () => 0,
  };
  const track = (files: number): ProgressTracker =>
    trackProgress({ files, bytes: 600 * files }, () => nowMs, pace);
  const sayAfterTen = (tracker: ProgressTracker): number | undefined => {
    for (let file = 1; file <= 10; file += 1) {
      nowMs += 100;
      tracker.beginFile();
      limits.remaining -= 1;
      tracker.addBytes(600);
      tracker.addFile("sent", 600);
      tracker.snapshot();
    }
    return tracker.snapshot().secondsLeft;
  };
  const failed = track(1000);
  const tracker = track(150);
  failed.end();
  expect(sayAfterTen(tracker)).toBeLessThan(90);
});
