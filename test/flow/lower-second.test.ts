// Servers that take fewer calls a second than is documented, of which no header speaks: runs learn it by few refusals.
import { equal, shareKey, slowestToFastest } from "../support/sharing-runs";
import { middle, several } from "../support/several";

describe.each(["fixed", "sliding"] as const)("in %s windows", (kind) => {
  test.each([
    { perSecond: 10, perMinute: 6000, runs: 1, calls: 300, maxRefused: 0.03, maxTook: 1.75 },
    { perSecond: 10, perMinute: 6000, runs: 4, calls: 150, maxRefused: 0.05, maxTook: 1.6 },
    { perSecond: 10, perMinute: 100, runs: 4, calls: 52, maxRefused: 0.07, maxTook: 1.05 },
    { perSecond: 5, perMinute: 6000, runs: 1, calls: 150, maxRefused: 0.05, maxTook: 1.8 },
    { perSecond: 5, perMinute: 6000, runs: 4, calls: 75, maxRefused: 0.12, maxTook: 1.8 },
  ])(
    "of $runs runs on $perSecond a second and $perMinute a minute few calls are refused",
    async ({ runs, calls, maxRefused, maxTook, ...server }) => {
      const played = await several((seed) =>
        shareKey(equal(runs, calls), seed, { kind, ...server }),
      );
      expect(middle(played.map(({ refusedShare }) => refusedShare))).toBeLessThan(maxRefused);
      expect(middle(played.map(({ tookMs, boundMs }) => tookMs / boundMs))).toBeLessThan(maxTook);
      expect(middle(played.map(slowestToFastest))).toBeLessThan(2.2);
    },
  );

  test("what a run leaves when it ends the others use", async () => {
    const plans = [{ calls: 60 }, { calls: 60 }, { calls: 300 }];
    const limits = { kind, perMinute: 6000, perSecond: 10 };
    const played = await several((seed) => shareKey(plans, seed, limits));
    const used = played.map((shared) => {
      const endedMs = Math.max(...shared.durationsMs.slice(0, 2)) + 50;
      return shared.servedIn(endedMs + 10_000, endedMs + 15_000)[2] ?? 0;
    });
    expect(middle(used)).toBeGreaterThan(30);
  });
});
