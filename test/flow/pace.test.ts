import { createPace, type Pace } from "../../src/flow/rate/pace";
import type { RateLimit } from "../../src/errors";
import { runPool } from "../../src/flow/pool";
import {
  rateLimitedServer,
  type Counting,
  type SimulatedServer,
} from "../support/rate-limited-server";
import { seededRandom, settle, virtualClock, type VirtualClock } from "../support/virtual-clock";

interface Setup {
  readonly clock: VirtualClock;
  readonly pace: Pace;
  readonly server: SimulatedServer;
}

function setUp(
  counting: Counting,
  limits: { perMinute: number; perSecond: number },
  seed = 1,
): Setup {
  // Half way through a minute and a second of the server's windows.
  const clock = virtualClock(Date.UTC(2026, 10, 24, 12, 0, 30, 500));
  const server = rateLimitedServer(counting, limits, { clock, random: seededRandom(seed) });
  return { clock, pace: createPace({ clock }), server };
}

async function send({ pace, server }: Setup, calls: number, latencyMs: number, workers = 8) {
  await runPool(Array(calls).keys(), { concurrency: workers }, async () => {
    const permit = await pace.acquire();
    const { headers } = await server.request(latencyMs);
    permit.done(headers);
  });
}

async function timed(setup: Setup, work: Promise<void>): Promise<number> {
  const startMs = setup.clock.now();
  await setup.clock.run(work);
  return setup.clock.now() - startMs;
}

const countings: (Counting & { name: string })[] = [
  { name: "fixed windows", window: "fixed" },
  { name: "sliding windows, reset when one place is free", window: "sliding", reset: "one" },
  { name: "sliding windows, reset when all are free", window: "sliding", reset: "all" },
];

describe.each(countings)("pace against $name", (counting) => {
  test.each([1, 20, 200])(
    "spends 600 a minute and 20 a second on 300 calls of %d ms in 15 s, and is never refused",
    async (latencyMs) => {
      const setup = setUp(counting, { perMinute: 600, perSecond: 20 });
      const tookMs = await timed(setup, send(setup, 300, latencyMs));
      expect(setup.server).toMatchObject({ served: 300, refused: 0 });
      // 15 bursts, each a second and one way of latency apart.
      expect(tookMs).toBeLessThanOrEqual(15_000 + 15 * latencyMs);
    },
  );

  test.each([1, 2, 3, 4, 5])(
    "is never refused over four windows of 100 a minute (seed %d)",
    async (seed) => {
      const setup = setUp(counting, { perMinute: 100, perSecond: 20 }, seed);
      const tookMs = await timed(setup, send(setup, 400, 150, 10));
      expect(setup.server).toMatchObject({ served: 400, refused: 0 });
      // Three windows must pass after the first 100; each may cost a little for rounding and for looking.
      expect(tookMs).toBeLessThanOrEqual(3 * 60_000 + 12_000);
    },
  );

  test("leaves others on the same key their part, and is never refused for them", async () => {
    // Their bursts can't be seen in any header, so here only the minute is limited.
    const setup = setUp(counting, { perMinute: 100, perSecond: 1000 });
    let intrusions = 0;
    const others = async (): Promise<void> => {
      while (intrusions < 40) {
        setup.server.intrude();
        intrusions += 1;
        await setup.clock.sleep(100);
      }
    };
    const others40 = others();
    await timed(setup, send(setup, 55, 5, 4));
    await setup.clock.run(others40);
    expect(setup.server).toMatchObject({ served: 55, refused: 0 });
  });
});

describe("pace", () => {
  const limited = { limit: 100, remaining: 0, resetAtMs: Date.UTC(2026, 10, 24, 12, 1) };

  test("holds nothing back while no reply carries the headers", async () => {
    const clock = virtualClock();
    const pace = createPace({ clock });
    (await pace.acquire()).done();
    await Promise.all(Array.from({ length: 1000 }, () => pace.acquire()));
    expect(clock.waiting).toBe(0);
    expect(pace.snapshot()).toBeUndefined();
  });

  test("lets no more than one burst go before the first reply", async () => {
    const clock = virtualClock();
    const pace = createPace({ clock });
    const permits: { done: () => void }[] = [];
    for (let i = 0; i < 30; i += 1) void pace.acquire().then((permit) => permits.push(permit));
    await settle();
    expect(permits).toHaveLength(20);
    permits[0]?.done();
    await settle();
    expect(permits).toHaveLength(30);
  });

  test("lets go again when the reset time has passed, one request first", async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 24, 12));
    const pace = createPace({ clock });
    (await pace.acquire()).done(limited);
    const permits: { done: (headers: typeof limited) => void }[] = [];
    for (let i = 0; i < 3; i += 1) void pace.acquire().then((permit) => permits.push(permit));
    await clock.advance(59_000);
    expect(permits).toHaveLength(0);
    await clock.advance(2000);
    expect(permits).toHaveLength(1);
    permits[0]?.done({ limit: 100, remaining: 99, resetAtMs: Date.UTC(2026, 10, 24, 12, 2) });
    await clock.advance(1000);
    expect(permits).toHaveLength(3);
  });

  test("counts requests under way against what remains", async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 24, 12));
    const pace = createPace({ clock });
    (await pace.acquire()).done({ ...limited, remaining: 2 });
    let granted = 0;
    for (let i = 0; i < 5; i += 1) void pace.acquire().then(() => (granted += 1));
    await clock.advance(1000);
    expect(granted).toBe(2);
  });

  test("takes a reply that was overtaken for the older one", async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 24, 12));
    const pace = createPace({ clock });
    const first = await pace.acquire();
    const second = await pace.acquire();
    second.done({ ...limited, remaining: 3 });
    first.done({ ...limited, remaining: 4 });
    expect(pace.snapshot()?.remaining).toBe(3);
  });

  test("takes a request without a reply for one that was counted", async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 24, 12));
    const pace = createPace({ clock });
    (await pace.acquire()).done({ ...limited, remaining: 3 });
    (await pace.acquire()).done();
    expect(pace.snapshot()?.remaining).toBe(2);
  });

  test("sends nothing before the time that a 429 told", async () => {
    const clock = virtualClock();
    const pace = createPace({ clock });
    (await pace.acquire()).refuse(undefined, clock.now() + 5000);
    let granted = 0;
    void pace.acquire().then(() => (granted += 1));
    await clock.advance(4999);
    expect(granted).toBe(0);
    await clock.advance(1);
    expect(granted).toBe(1);
  });

  test("drops the burst rule where the limit is far above what it allows", async () => {
    const clock = virtualClock();
    const pace = createPace({ clock });
    (await pace.acquire()).done({ ...limited, limit: 100_000, remaining: 99_999 });
    await Promise.all(Array.from({ length: 5000 }, () => pace.acquire()));
    expect(clock.waiting).toBe(0);
  });

  test("lets a waiter go at once when its signal aborts, and sets no timer for nobody", async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 24, 12));
    const pace = createPace({ clock });
    (await pace.acquire()).done(limited);
    const stop = new AbortController();
    const waiting = pace.acquire(stop.signal);
    await settle();
    expect(clock.waiting).toBe(1);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    expect(clock.waiting).toBe(0);
  });

  test("serves its waiters in the order they came", async () => {
    const clock = virtualClock(Date.UTC(2026, 10, 24, 12));
    const pace = createPace({ clock });
    (await pace.acquire()).done({ ...limited, remaining: 0 });
    const order: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      void pace.acquire().then((permit) => {
        order.push(i);
        permit.done({ limit: 100, remaining: 90, resetAtMs: limited.resetAtMs + 60_000 });
      });
    }
    await clock.advance(70_000);
    expect(order).toEqual([0, 1, 2, 3]);
  });
});

describe("a deadline", () => {
  const empty = (resetAtMs: number): RateLimit => ({ limit: 100, remaining: 0, resetAtMs });
  const late = { code: "timeout", retryable: false };

  test("is waited for no longer, and who has more time goes on waiting", async () => {
    const clock = virtualClock();
    const pace = createPace({ clock });
    const startMs = clock.now();
    (await pace.acquire()).done(empty(startMs + 50_000));
    const hurried = pace.acquire(undefined, startMs + 10_000);
    hurried.catch(() => undefined);
    let isGranted = false;
    void pace.acquire(undefined, startMs + 70_000).then(() => (isGranted = true));
    await clock.advance(10_000);
    await expect(hurried).rejects.toMatchObject(late);
    expect(isGranted).toBe(false);
    await clock.advance(45_000);
    expect(isGranted).toBe(true);
  });

  test("before which nothing can come back is not waited for at all, once no reply can say otherwise", async () => {
    const clock = virtualClock();
    const pace = createPace({ clock });
    const startMs = clock.now();
    (await pace.acquire()).done({ limit: 100, remaining: 1, resetAtMs: startMs + 50_000 });
    const underWay = await pace.acquire();
    const waiting = pace.acquire(undefined, startMs + 10_000);
    waiting.catch(() => undefined);
    await clock.advance(1000);
    underWay.done(empty(startMs + 50_000));
    await expect(waiting).rejects.toMatchObject(late);
    await expect(pace.acquire(undefined, startMs + 10_000)).rejects.toMatchObject(late);
    expect(clock.now()).toBe(startMs + 1000);
    expect(clock.waiting).toBe(0);
  });

  test("that the server's own wait reaches beyond is not waited for at all", async () => {
    const clock = virtualClock();
    const pace = createPace({ clock });
    const startMs = clock.now();
    (await pace.acquire()).refuse(undefined, startMs + 600_000);
    await expect(pace.acquire(undefined, startMs + 60_000)).rejects.toMatchObject(late);
    expect(clock.now()).toBe(startMs);
    expect(clock.waiting).toBe(0);
  });
});

test("counts how long requests waited, each moment once, however many wait", async () => {
  const setup = setUp({ window: "fixed" }, { perMinute: 600, perSecond: 20 });
  expect(setup.pace.waitedMs()).toBe(0);
  const tookMs = await timed(setup, send(setup, 60, 1, 8));
  // All but the way there and back of three bursts.
  expect(setup.pace.waitedMs()).toBeGreaterThan(tookMs - 200);
  expect(setup.pace.waitedMs()).toBeLessThanOrEqual(tookMs);
  const waitedMs = setup.pace.waitedMs();
  await setup.clock.advance(60_000);
  expect(setup.pace.waitedMs()).toBe(waitedMs);
});
