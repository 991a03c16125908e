// Headers that change their kind while a run sends: those of a token bucket stop, or alternate with those of a minute.
import { readRateLimit } from "../../src/api/reply/reply-headers";
import { createPace } from "../../src/flow/rate/pace";
import { runPool } from "../../src/flow/pool";
import { createLimiter } from "../support/limiters";
import { equal, shareKey } from "../support/sharing-runs";
import { seededRandom, virtualClock } from "../support/virtual-clock";

type Headers = Readonly<Record<string, string>>;
/** What a client sees of the `nth` reply, from 1. */
type Shown = (headers: Headers, nth: number, nowMs: number) => Headers;

const LATENCY_MS = 50;
const BUCKET = { kind: "bucket", perMinute: 100, perSecond: 20 } as const;

function minute(remaining: number, resetAtMs: number): Headers {
  return {
    "x-ratelimit-limit": "100",
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(resetAtMs / 1000)),
  };
}

/** The most that were sent within one second. */
function mostInASecond(sentMs: readonly number[]): number {
  return Math.max(
    ...sentMs.map((fromMs) => sentMs.filter((ms) => ms >= fromMs && ms < fromMs + 1000).length),
  );
}

async function send(calls: number, show: Shown, concurrency = 8) {
  const clock = virtualClock();
  const pace = createPace({ clock, random: seededRandom(1) });
  const limiter = createLimiter(BUCKET);
  const startMs = clock.now();
  const sentMs: number[] = [];
  let refused = 0;
  const call = async (): Promise<void> => {
    const permit = await pace.acquire();
    sentMs.push(clock.now());
    const nth = sentMs.length;
    await clock.sleep(LATENCY_MS);
    const nowMs = clock.now();
    const { isRefused, headers } = limiter.take(nowMs);
    const limits = readRateLimit(show(headers, nth, nowMs), nowMs);
    if (!isRefused) {
      permit.done(limits);
      return;
    }
    refused += 1;
    permit.refuse(limits, nowMs + 1000);
    await call();
  };
  await clock.run(runPool(Array(calls).keys(), { concurrency }, call));
  const boundMs = limiter.boundMs(calls);
  return { times: (clock.now() - startMs) / boundMs, refused, most: mostInASecond(sentMs) };
}

describe("where the headers of a bucket stop", () => {
  const untilThirty: Shown = (headers, nth) => (nth <= 30 ? headers : {});

  test.each([8, 40])("a run of %d workers keeps the documented burst", async (workers) => {
    const { most } = await send(200, untilThirty, workers);
    expect(most).toBeLessThanOrEqual(20);
  });
});

describe("where the headers of a bucket stop for four runs that share it", () => {
  test.each([
    { perMinute: 600, shownReplies: 10, calls: 225, maxRefused: 0.15 },
    { perMinute: 600, shownReplies: 60, calls: 225, maxRefused: 0.15 },
    { perMinute: 100, shownReplies: 10, calls: 75, maxRefused: 0.4 },
  ])(
    "after $shownReplies replies at $perMinute a minute, refusals show them the limit",
    async ({ calls, maxRefused, ...server }) => {
      const limits = { kind: "bucket", perSecond: 20, ...server } as const;
      for (const seed of [1, 2, 3]) {
        const shared = await shareKey(equal(4, calls), seed, limits);
        expect(shared.tookMs / shared.boundMs).toBeLessThan(1.15);
        expect(shared.refusedShare).toBeLessThan(maxRefused);
      }
    },
  );
});

describe("where headers of a bucket alternate with those of a minute", () => {
  test.each([
    { left: 0, concurrency: 8 },
    { left: 0, concurrency: 1 },
    { left: 50, concurrency: 8 },
  ])(
    "a run with $concurrency workers is as fast as the bucket, with $left left of the minute",
    async ({ left, concurrency }) => {
      const alternate: Shown = (headers, nth, nowMs) =>
        nth % 2 === 0 ? minute(left, nowMs + 30_000) : headers;
      const { times, refused } = await send(200, alternate, concurrency);
      expect(times).toBeLessThan(1.3);
      expect(refused).toBeLessThan(5);
    },
  );
});

test("a minute that is used up is forgotten when a newer reply shows a bucket", async () => {
  const clock = virtualClock();
  const pace = createPace({ clock, random: seededRandom(1) });
  const underWay = await pace.acquire();
  const first = await pace.acquire();
  first.done(readRateLimit(minute(0, clock.now() + 600_000), clock.now()));
  const waiting = pace.acquire();
  await clock.advance(1000);
  underWay.done({ limit: 20, remaining: 19, resetAtMs: clock.now() + 1000 });
  const startMs = clock.now();
  await clock.run(waiting);
  expect(clock.now()).toBeLessThan(startMs + 100);
  expect(pace.snapshot()).toBeUndefined();
});

test("a minute that is used up is waited for once two replies in a row say so", async () => {
  const clock = virtualClock();
  const pace = createPace({ clock, random: seededRandom(1) });
  const bucket = { limit: 20, remaining: 19, resetAtMs: clock.now() + 1000 };
  const used = { limit: 100, remaining: 0, resetAtMs: clock.now() + 50_000 };
  for (const limits of [bucket, used, used]) {
    const permit = pace.acquire();
    (await clock.run(permit)).done(limits);
  }
  await clock.run(pace.acquire());
  expect(clock.now()).toBeGreaterThanOrEqual(used.resetAtMs);
});
