// Runs that share a token bucket whose headers show its level: equal rates, and next to none refused.
import fc from "fast-check";
import { followLevel, isBucket, type Bucket } from "../../src/flow/rate/bucket";
import { cases } from "../support/night";
import { equal, evenness, shareKey, slowestToFastest } from "../support/sharing-runs";

const NOW_MS = 1_000_000;

interface Run {
  readonly bucket: Bucket | undefined;
  readonly capacity: number;
  readonly rate: number;
  readonly nextMs: number;
}

const unheld: Run = { bucket: undefined, capacity: 20, rate: Infinity, nextMs: 0 };

/** A reply from a bucket of 20 that gets back 10 a second. */
function after(run: Run, remaining: number): Run {
  const resetAtMs = NOW_MS + (20 - remaining) * 100;
  return followLevel(run, { atMs: NOW_MS, limits: { limit: 20, remaining, resetAtMs } });
}

describe("the rate of a run on a bucket", () => {
  test("is the same for all runs that see the same, whatever they saw before", () => {
    const levels = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 20 });
    fc.assert(
      fc.property(levels, levels, fc.integer({ min: 0, max: 19 }), (one, other, last) => {
        const [first, second] = [one, other].map((seen) =>
          [0, ...seen, last].reduce(after, unheld),
        );
        expect(first?.rate).toBe(second?.rate);
      }),
    );
  });

  test("is lower the less is left", () => {
    const rates = [20, 12, 8, 4, 0].map((left) => after(after(unheld, 0), left).rate);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
    expect(new Set(rates).size).toBe(4);
    expect(rates[0]).toBe(20);
  });

  test("is never above the burst, and no run ever stops, whatever a server says", () => {
    const limits = fc.record({
      limit: fc.double({ min: 0, max: 20, noNaN: true }),
      remaining: fc.double({ min: 0, max: 1e12, noNaN: true }),
      resetAtMs: fc.double({ min: 0, max: 1e15, noNaN: true }),
    });
    fc.assert(
      fc.property(limits, (said) => {
        fc.pre(isBucket(said, 20, NOW_MS));
        const { rate, nextMs } = followLevel(unheld, { atMs: NOW_MS, limits: said });
        expect(rate).toBeLessThanOrEqual(20);
        expect(nextMs).toBeLessThan(60_000);
      }),
    );
  });

  test("holds for the call that waits already", () => {
    const slow = { ...after(unheld, 0), nextMs: NOW_MS + 3000 };
    expect(after(slow, 20).nextMs).toBeLessThan(NOW_MS + 100);
  });
});

test.each([
  { limit: 20, remaining: 19, inMs: 1000, is: true },
  { limit: 20, remaining: 0, inMs: 3000, is: true },
  // 100 a minute.
  { limit: 20, remaining: 0, inMs: 13_000, is: true },
  { limit: 20, remaining: 0, inMs: -4000, is: true },
  { limit: 20, remaining: 19, inMs: 60_000, is: false },
  { limit: 600, remaining: 599, inMs: 1000, is: false },
  { limit: 0, remaining: 0, inMs: 1000, is: false },
])(
  "$remaining of $limit left, and a reset in $inMs ms: a bucket is $is",
  ({ inMs, is, ...said }) => {
    expect(isBucket({ ...said, resetAtMs: NOW_MS + inMs }, 20, NOW_MS)).toBe(is);
  },
);

describe.each([
  { kind: "bucket", perMinute: 600, calls: 600 },
  { kind: "stepped bucket", perMinute: 600, calls: 600 },
  { kind: "bucket", perMinute: 100, calls: 300 },
  { kind: "stepped bucket", perMinute: 100, calls: 300 },
] as const)("on a $kind of 20 that refills by $perMinute a minute", ({ calls, ...server }) => {
  const limits = { perSecond: 20, ...server };

  test.each(cases([1], [2, 3]))(
    "a run by itself leaves no more than half of it, seed %d",
    async (seed) => {
      const { tookMs, boundMs, refused } = await shareKey(equal(1, calls), seed, limits);
      expect(refused).toBe(0);
      expect(tookMs).toBeLessThanOrEqual(boundMs + (12 * 60_000) / limits.perMinute + 1000);
    },
  );

  test.each([
    { runs: 2, times: 1, maxRefused: 0.01 },
    { runs: 4, times: 1, maxRefused: 0.01 },
    { runs: 10, times: 2, maxRefused: 0.03 },
  ])(
    "$runs runs take at most a twentieth longer than one would",
    async ({ runs, times, maxRefused }) => {
      const shared = await shareKey(equal(runs, Math.ceil((times * calls) / runs)), 1, limits);
      expect(shared.tookMs).toBeLessThanOrEqual(1.05 * shared.boundMs);
      expect(shared.refusedShare).toBeLessThan(maxRefused);
      expect(slowestToFastest(shared)).toBeLessThanOrEqual(1.5);
    },
  );

  test("thirty runs come to their shares", async () => {
    const shared = await shareKey(equal(30, calls / 10), 1, limits);
    expect(shared.tookMs).toBeLessThanOrEqual(1.05 * shared.boundMs);
    expect(shared.refusedShare).toBeLessThan(0.3);
    expect(slowestToFastest(shared)).toBeLessThanOrEqual(2);
  });
});

// As far as a clock may be off before it is corrected.
test.each(cases([-4900, 4900], [-1000, 1000]))(
  "a server's clock that is ahead by %d ms changes neither",
  async (clockAheadMs) => {
    const limits = { perMinute: 600, perSecond: 20, kind: "bucket", clockAheadMs } as const;
    const alone = await shareKey(equal(1, 300), 1, limits);
    expect(alone.tookMs).toBeLessThanOrEqual(1.05 * alone.boundMs);
    const shared = await shareKey(equal(4, 160), 1, limits);
    expect(shared.tookMs).toBeLessThanOrEqual(1.05 * shared.boundMs);
    expect(slowestToFastest(shared)).toBeLessThanOrEqual(1.5);
    expect(alone.refused + shared.refused).toBe(0);
  },
);

describe.each(["bucket", "stepped bucket"] as const)("among runs on a %s", (kind) => {
  const limits = { perMinute: 600, perSecond: 20, kind } as const;

  test("one that starts late has its share within ten seconds, also of one by itself", async () => {
    const plans = [{ calls: 400 }, { calls: 150, startsAfterMs: 8000 }];
    const shared = await shareKey(plans, 1, limits);
    expect(shared.servedIn(0, 8000)[0]).toBeGreaterThan(75);
    expect(evenness(shared.servedIn(18_000, 30_000))).toBeGreaterThan(0.6);
    expect(shared.refused).toBe(0);
  });

  test("what others leave when they end is used within seconds", async () => {
    const shared = await shareKey([{ calls: 60 }, { calls: 60 }, { calls: 300 }], 1, limits);
    const endedMs = Math.max(...shared.durationsMs.slice(0, 2)) + 50;
    expect(shared.servedIn(endedMs + 2000, endedMs + 7000)[2]).toBeGreaterThan(43);
  });

  test("one that is ten times larger takes no more than the others while they last", async () => {
    const plans = [{ calls: 500 }, { calls: 50 }, { calls: 50 }, { calls: 50 }];
    const shared = await shareKey(plans, 1, limits);
    const [larger = 0, ...others] = shared.servedIn(3000, 13_000);
    expect(larger / (others.reduce((sum, count) => sum + count) / 3)).toBeLessThan(1.5);
  });
});
