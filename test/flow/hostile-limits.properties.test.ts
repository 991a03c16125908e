// Whatever numbers a server's rate-limit headers hold, a run ends, and no wait is longer than the one a run takes from a server.
import fc from "fast-check";
import { readRateLimit } from "../../src/api/reply/reply-headers";
import { createBudget } from "../../src/flow/rate/budget";
import { createPace } from "../../src/flow/rate/pace";
import { runPool } from "../../src/flow/pool";
import { MAX_SERVER_WAIT_MS } from "../../src/flow/retry";
import { seededRandom, virtualClock } from "../support/virtual-clock";

const START_MS = Date.UTC(2026, 10, 24, 12);
// What rounding and the spread among runs that share a key add to a wait.
const MAX_ADDED_MS = 30_000;

const amount = fc.oneof(
  fc.integer({ min: -1, max: 25 }),
  fc.integer({ min: 0, max: 20_000 }),
  fc.double({ min: -10, max: 200, noNaN: true }),
  fc.constantFrom(0, 0.5, 100, 6000, 6100, 999_999_999_999, 1e308),
);

interface Reply {
  readonly limit: number;
  readonly remaining: number;
  readonly resetInMs: number;
  readonly isRefused: boolean;
  readonly hasHeaders: boolean;
  readonly latencyMs: number;
}

const replies: fc.Arbitrary<readonly Reply[]> = fc.array(
  fc.record({
    limit: amount,
    remaining: amount,
    resetInMs: fc.oneof(
      fc.integer({ min: -60_000, max: 90_000 }),
      fc.double({ min: -1e15, max: 1e15, noNaN: true }),
    ),
    isRefused: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    hasHeaders: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
    latencyMs: fc.integer({ min: 1, max: 5000 }),
  }),
  { minLength: 1, maxLength: 30 },
);

function headersOf({ limit, remaining, resetInMs, hasHeaders }: Reply, nowMs: number) {
  if (!hasHeaders) return {};
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String((nowMs + resetInMs) / 1000),
  };
}

describe("whatever the rate-limit headers say", () => {
  test("a run ends, and never stops for longer than a server may ask for", async () => {
    await fc.assert(
      fc.asyncProperty(replies, fc.constantFrom(1, 8), async (said, concurrency) => {
        const clock = virtualClock(START_MS);
        const pace = createPace({ clock, random: seededRandom(1) });
        const grantsMs = [START_MS];
        const work = runPool(said.values(), { concurrency }, async (reply) => {
          const permit = await pace.acquire();
          grantsMs.push(clock.now());
          await clock.sleep(reply.latencyMs);
          const limits = readRateLimit(headersOf(reply, clock.now()), clock.now());
          if (reply.isRefused) permit.refuse(limits, clock.now());
          else permit.done(limits);
        });
        await clock.run(work);
        const gapsMs = grantsMs.slice(1).map((atMs, index) => atMs - grantsMs[index]!);
        expect(grantsMs).toHaveLength(said.length + 1);
        expect(Math.max(...gapsMs)).toBeLessThan(MAX_SERVER_WAIT_MS + MAX_ADDED_MS);
      }),
      { numRuns: 300 },
    );
  });

  test("a budget ends its requests, and has more to give by the reset or within a minute", () => {
    fc.assert(
      fc.property(replies, (said) => {
        const budget = createBudget();
        said.forEach(({ limit, remaining, resetInMs, hasHeaders }, index) => {
          const nowMs = START_MS + 1000 * index;
          const request = budget.start(nowMs);
          const limits = { limit, remaining, resetAtMs: nowMs + resetInMs };
          budget.end(request, hasHeaders ? limits : undefined, nowMs);
          expect(budget.nextMs(nowMs, undefined)).not.toBe(Number.POSITIVE_INFINITY);
        });
      }),
    );
  });
});

test.each([150, 6099, 6100, 1e12, 1e308])(
  "%d left of 100 are as good as 100, and own requests are still remembered",
  (remaining) => {
    const budget = createBudget();
    const resetAtMs = START_MS + 600_000;
    const call = (left: number, atMs: number): void =>
      budget.end(budget.start(atMs), { limit: 100, remaining: left, resetAtMs }, atMs);
    call(remaining, START_MS);
    // The reset is far away: one comes back a minute after the first that was counted.
    for (let left = 99; left >= 0; left -= 1) call(left, START_MS + 100 - left);
    expect(budget.nextMs(START_MS + 100, undefined)).toBe(START_MS + 1 + 60_001);
  },
);

test("headers that leave more than the limit are read as the whole limit", () => {
  const headers = { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "9990" };
  const reset = { "x-ratelimit-reset": String(START_MS / 1000 + 30) };
  expect(readRateLimit({ ...headers, ...reset }, START_MS)).toEqual({
    limit: 100,
    remaining: 100,
    resetAtMs: START_MS + 30_000,
  });
});
