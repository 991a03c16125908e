// Runs that share a key and know nothing of each other come to equal shares of what the server takes.
import fc from "fast-check";
import { createShare, nextShare, type Share } from "../../src/flow/rate/share";
import { cases } from "../support/night";
import { middle, several } from "../support/several";
import { equal, evenness, shareKey, slowestToFastest, type Shared } from "../support/sharing-runs";

// Two in the nightly workflow.
const SEEDS = Array.from({ length: Number(process.env["AVALA_SEEDS"] ?? 1) }, (_, i) => 1 + i);

interface Bounds {
  /** Times the least that the server's limits allow. */
  readonly maxTook: number;
  readonly maxRefused: number;
  /** The slowest to the fastest. */
  readonly maxUneven: number;
}

function expectWithin(shared: Shared, { maxTook, maxRefused, maxUneven }: Bounds): void {
  expect(shared.tookMs).toBeLessThanOrEqual(maxTook * shared.boundMs);
  expect(shared.refusedShare).toBeLessThan(maxRefused);
  expect(slowestToFastest(shared)).toBeLessThanOrEqual(maxUneven);
}

describe.each(SEEDS)("on one key, with 600 calls a minute and 20 a second, seed %d", (seed) => {
  test("a run by itself takes no longer than the limits, and none is refused", async () => {
    const { refused, tookMs, boundMs } = await shareKey(equal(1, 800), seed);
    expect(refused).toBe(0);
    expect(tookMs).toBeLessThanOrEqual(1.01 * boundMs);
  });

  // No multiples of the minute's budget: of each minute, runs that share leave a call or two.
  test.each([
    { runs: 2, calls: 400, maxRefused: 0.01, maxUneven: 1.5 },
    { runs: 4, calls: 310, maxRefused: 0.01, maxUneven: 1.5 },
    { runs: 10, calls: 155, maxRefused: 0.06, maxUneven: 1.5 },
    { runs: 30, calls: 64, maxRefused: 0.35, maxUneven: 2 },
  ])(
    "$runs runs of $calls calls take at most a twentieth longer than one would",
    async ({ runs, calls, ...bounds }) => {
      expectWithin(await shareKey(equal(runs, calls), seed), { maxTook: 1.05, ...bounds });
    },
  );
});

test.each(SEEDS)(
  "of ten runs, who begins a minute before the others gets no more of its calls, seed %d",
  async (seed) => {
    const plans = Array.from({ length: 10 }, (_, run) => ({
      calls: 150,
      startsAfterMs: 200 * run,
    }));
    const shared = await shareKey(plans, seed);
    expect(evenness(shared.servedIn(60_000, 119_000))).toBeGreaterThan(0.75);
  },
);

// Ten or more are where each begins at the reset itself.
test("of thirty runs that wait for one reset, few calls are refused in the second after it", async () => {
  const played = await several((seed) => shareKey(equal(30, 33), seed));
  expect(middle(played.map((shared) => shared.refusedIn(60_000, 61_000)))).toBeLessThan(6);
});

// As processes do that are started together; and the documented limit.
test.each(["fixed", "sliding"] as const)(
  "of four runs that begin within a second, at 100 calls a minute in %s windows, few calls are refused",
  async (kind) => {
    const plans = [0, 200, 500, 900].map((startsAfterMs) => ({ calls: 78, startsAfterMs }));
    const limits = { perMinute: 100, perSecond: 20, kind };
    const played = await several((seed) => shareKey(plans, seed, limits));
    expect(middle(played.map(({ refused }) => refused))).toBeLessThanOrEqual(1);
    for (const shared of played)
      expectWithin(shared, { maxTook: 1.03, maxRefused: 0.01, maxUneven: 1.5 });
  },
);

const servers = cases(
  [
    { kind: "sliding", signals: "all" },
    { kind: "sliding", signals: "none" },
    { kind: "bucket", signals: "retry-after" },
    { kind: "fixed", signals: "retry-after" },
  ],
  [
    { kind: "sliding", signals: "retry-after" },
    { kind: "bucket", signals: "all" },
    { kind: "bucket", signals: "none" },
  ],
);

describe.each(servers)(
  "on a server that counts by $kind windows and sends $signals headers",
  (server) => {
    test("six runs come to their shares, and none is shut out", async () => {
      const limits = { perMinute: 600, perSecond: 20, ...server };
      const played = await several((seed) => shareKey(equal(6, 60), seed, limits));
      expect(middle(played.map(slowestToFastest))).toBeLessThanOrEqual(2.25);
      expect(Math.max(...played.map(slowestToFastest))).toBeLessThanOrEqual(3.5);
      for (const shared of played) {
        expect(Math.min(...shared.servedIn(0, 10_000))).toBeGreaterThan(0);
        expect(Math.min(...shared.servedIn(10_000, 20_000))).toBeGreaterThan(0);
      }
    });
  },
);

// What each minute gives back goes to the runs that took it.
test.each(
  cases(
    [
      { runs: 4, calls: 310, maxRefused: 0.01 },
      { runs: 30, calls: 64, maxRefused: 0.3 },
    ],
    [{ runs: 10, calls: 302, maxRefused: 0.1 }],
  ),
)(
  "$runs runs see the total also in sliding windows, and few calls are refused",
  async ({ runs, calls, maxRefused }) => {
    const limits = { perMinute: 600, perSecond: 20, kind: "sliding" } as const;
    const shared = await shareKey(equal(runs, calls), 1, limits);
    expectWithin(shared, { maxTook: 1.05, maxRefused, maxUneven: 2 });
  },
);

describe("on a token bucket that only shows how long to wait", () => {
  const limits = { perMinute: 600, perSecond: 20, kind: "bucket", signals: "retry-after" } as const;

  test.each(cases([1], [2, 3]))("a run by itself uses the whole limit, seed %d", async (seed) => {
    const { tookMs, boundMs, refusedShare } = await shareKey(equal(1, 303), seed, limits);
    expect(tookMs).toBeLessThanOrEqual(1.1 * boundMs);
    expect(refusedShare).toBeLessThan(0.05);
  });

  test.each(
    cases(
      [
        { runs: 4, calls: 303, maxRefused: 0.1 },
        { runs: 10, calls: 203, maxRefused: 0.2 },
      ],
      [{ runs: 30, calls: 103, maxRefused: 0.35 }],
    ),
  )("$runs runs are refused about once in a cycle each", async ({ runs, calls, maxRefused }) => {
    const shared = await shareKey(equal(runs, calls), 1, limits);
    expectWithin(shared, { maxTook: 1.1, maxRefused, maxUneven: 2.5 });
  });
});

test.each(["fixed", "sliding"] as const)(
  "a run by itself that sees no headers keeps the documented burst after a refusal, in %s windows",
  async (kind) => {
    const limits = { perMinute: 600, perSecond: 20, kind, signals: "retry-after" } as const;
    const { tookMs, boundMs, refusedShare } = await shareKey(equal(1, 303), 1, limits);
    expect(tookMs).toBeLessThanOrEqual(1.1 * boundMs);
    expect(refusedShare).toBeLessThan(0.05);
  },
);

// So many a minute that only the second limits them, and their rates can be seen for long.
const BY_THE_SECOND = { perMinute: 6000, perSecond: 20 };

test("one that starts late, where only the second limits them, has most of its share within ten seconds", async () => {
  const plans = [{ calls: 300 }, { calls: 300 }, { calls: 200, startsAfterMs: 12_000 }];
  const played = await several((seed) => shareKey(plans, seed, BY_THE_SECOND));
  const even = played.map((shared) => evenness(shared.servedIn(22_000, 30_000)));
  expect(middle(even)).toBeGreaterThan(0.6);
  expect(Math.min(...even)).toBeGreaterThan(0.5);
});

test("one that is ten times larger takes no more than the others while they last", async () => {
  const plans = [{ calls: 500 }, { calls: 50 }, { calls: 50 }, { calls: 50 }];
  const played = await several((seed) => shareKey(plans, seed, BY_THE_SECOND));
  const more = played.map((shared) => {
    const [larger = 0, ...others] = shared.servedIn(3000, 9000);
    return larger / (others.reduce((sum, count) => sum + count) / 3);
  });
  expect(middle(more)).toBeLessThan(1.5);
  expect(Math.max(...more)).toBeLessThan(2);
});

describe.each(SEEDS)("where only the second limits them, seed %d", (seed) => {
  test.each([2, 4])("%d runs have about the same rate from the start on", async (runs) => {
    const shared = await shareKey(equal(runs, 600 / runs), seed, BY_THE_SECOND);
    expect(evenness(shared.servedIn(3000, 20_000))).toBeGreaterThan(0.6);
  });

  test("one that was by itself makes room for another within ten seconds", async () => {
    const plans = [{ calls: 350 }, { calls: 200, startsAfterMs: 8000 }];
    const shared = await shareKey(plans, seed, BY_THE_SECOND);
    expect(shared.servedIn(0, 8000)[0]).toBeGreaterThan(150);
    expect(evenness(shared.servedIn(16_000, 24_000))).toBeGreaterThan(0.6);
  });

  test("what others leave when they end is used within seconds", async () => {
    const plans = [{ calls: 60 }, { calls: 60 }, { calls: 300 }];
    const shared = await shareKey(plans, seed, BY_THE_SECOND);
    const endedMs = Math.max(...shared.durationsMs.slice(0, 2)) + 50;
    expect(shared.servedIn(endedMs + 4000, endedMs + 9000)[2]).toBeGreaterThan(90);
  });
});

describe("two runs that see the same", () => {
  const START_MS = 1_000_000;
  const met = (rate: number, price: number): Share => {
    const limits = { limit: 6000, remaining: 5900, resetAtMs: START_MS + 600_000 };
    const seen = { atMs: START_MS, limits, started: 1, underWay: 0, refused: 0 };
    const first = nextShare(createShare(20), { kind: "reply", seen });
    return { ...first, rate, price, isStarting: false };
  };

  test("come to the same rate, whatever they had and whatever the total is", () => {
    const rate = fc.double({ min: 0.5, max: 19, noNaN: true });
    const price = fc.double({ min: -0.2, max: 0.2, noNaN: true });
    const totals = fc.array(fc.integer({ min: 3, max: 25 }), { minLength: 120, maxLength: 120 });
    fc.assert(
      fc.property(fc.tuple(rate, price), fc.tuple(rate, price), totals, (one, other, seconds) => {
        let shares = [met(...one), met(...other)];
        let remaining = 5900;
        seconds.forEach((total, index) => {
          remaining -= total;
          const limits = { limit: 6000, remaining, resetAtMs: START_MS + 600_000 };
          const seen = {
            atMs: START_MS + 1000 * (index + 1),
            limits,
            started: 1,
            underWay: 0,
            refused: 0,
          };
          shares = shares.map((share) => nextShare(share, { kind: "reply", seen }));
        });
        const [first, second] = shares.map((share) => share.rate);
        expect(first! / second!).toBeGreaterThan(0.8);
        expect(first! / second!).toBeLessThan(1.25);
      }),
      { numRuns: 100 },
    );
  });
});
