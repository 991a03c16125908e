// Limits unlike the documented ones: as some deployments have them, and so small that a run could starve.
import { cases } from "../support/night";
import { middle, several } from "../support/several";
import { equal, shareKey, slowestToFastest } from "../support/sharing-runs";

describe.each(cases([21, 35, 60], [25, 30, 40]))(
  "on a bucket of %d that refills by 600 a minute",
  (perSecond) => {
    const limits = { kind: "bucket", perMinute: 600, perSecond } as const;

    test("a run that is there with a smaller one ends, and so does the smaller", async () => {
      const shared = await shareKey([{ calls: 900 }, { calls: 100 }], 1, limits);
      expect(shared.tookMs).toBeLessThan(3 * shared.boundMs);
    });

    test("four runs end, and none long after the others", async () => {
      const played = await several((seed) => shareKey(equal(4, 300), seed, limits));
      expect(middle(played.map(({ tookMs, boundMs }) => tookMs / boundMs))).toBeLessThan(2.5);
      expect(middle(played.map(slowestToFastest))).toBeLessThan(4);
      expect(Math.max(...played.map(slowestToFastest))).toBeLessThan(6);
    });
  },
);

// Of which nothing is ever left.
test.each([
  { perSecond: 1, perMinute: 600, calls: 300 },
  { perSecond: 1, perMinute: 100, calls: 100 },
  { perSecond: 2, perMinute: 100, calls: 100 },
  { perSecond: 3, perMinute: 600, calls: 300 },
])(
  "a run by itself uses a bucket of $perSecond that refills by $perMinute a minute",
  async ({ calls, ...limits }) => {
    const { tookMs, boundMs } = await shareKey(equal(1, calls), 1, { kind: "bucket", ...limits });
    expect(tookMs).toBeLessThan(2.5 * boundMs);
  },
);

test("a run by itself is as fast where only a refusal shows the limit", async () => {
  const limits = { perMinute: 600, perSecond: 20, signals: "refused" } as const;
  const { tookMs, boundMs, refusedShare } = await shareKey(equal(1, 1210), 1, limits);
  expect(tookMs).toBeLessThan(1.1 * boundMs);
  expect(refusedShare).toBeLessThan(0.05);
});

// The contract's limits ("Rate limits"), counted as Django REST framework does.
describe.each(cases([1], [2, 3]))("on a log of 100 a minute, seed %d", (seed) => {
  test.each([
    { runs: 2, calls: 152 },
    { runs: 4, calls: 77 },
    { runs: 4, calls: 152 },
    { runs: 4, calls: 302 },
  ])("of $runs runs of $calls calls few are refused, and none waits for it", async (plan) => {
    const limits = { kind: "sliding", perMinute: 100, perSecond: 20 } as const;
    const shared = await shareKey(equal(plan.runs, plan.calls), seed, limits);
    expect(shared.refusedShare).toBeLessThan(0.01);
    expect(shared.tookMs).toBeLessThanOrEqual(1.05 * shared.boundMs);
    expect(slowestToFastest(shared)).toBeLessThanOrEqual(1.5);
  });
});
