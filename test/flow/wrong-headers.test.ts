// A server that says of each call which it serves that nothing is left of the minute: it counts wrongly, or means another's limit.
import { createPace } from "../../src/flow/rate/pace";
import { runPool } from "../../src/flow/pool";
import type { RateLimit } from "../../src/errors";
import { seededRandom, virtualClock } from "../support/virtual-clock";

interface Server {
  /** How many calls it says are left, by how many it has had. @default none */
  readonly left?: (nth: number) => number;
  readonly limit?: number;
  readonly latencyMs?: number;
}

/** Sends so many with a server that says that nothing is left, and refuses when `isFull` says so: `had` calls, with this one. */
async function send(
  calls: number,
  isFull: (servedMs: readonly number[], nowMs: number, had: number) => boolean,
  { left = () => 0, limit = 100, latencyMs = 50 }: Server = {},
) {
  const clock = virtualClock();
  const pace = createPace({ clock, random: seededRandom(1) });
  const startMs = clock.now();
  const servedMs: number[] = [];
  let [had, refused] = [0, 0];
  const call = async (): Promise<void> => {
    const permit = await pace.acquire();
    await clock.sleep(latencyMs);
    const nowMs = clock.now();
    const oldestMs = servedMs.find((ms) => ms > nowMs - 60_000) ?? nowMs;
    had += 1;
    const none: RateLimit = { limit, remaining: left(had), resetAtMs: oldestMs + 60_000 };
    if (!isFull(servedMs, nowMs, had)) {
      servedMs.push(nowMs);
      permit.done(none);
      return;
    }
    refused += 1;
    permit.refuse(none, nowMs + 1000);
    await call();
  };
  await clock.run(call().then(() => runPool(Array(calls - 1).keys(), { concurrency: 8 }, call)));
  return { tookMs: clock.now() - startMs, refused };
}

const inLast = (servedMs: readonly number[], nowMs: number, spanMs: number): number =>
  servedMs.filter((ms) => ms > nowMs - spanMs).length;

test("a run that is served all the same goes on after a minute", async () => {
  const { tookMs, refused } = await send(200, () => false);
  expect(tookMs).toBeLessThan(90_000);
  expect(refused).toBe(0);
});

test.each<readonly [string, Required<Server>["left"]]>([
  ["after it has said once that some are left", (nth) => (nth === 1 ? 99 : 0)],
  ["and of every tenth call, by another route, that all are left", (nth) => (nth % 10 ? 0 : 98)],
  ["and of every second call, that nearly all are left", (nth) => (nth % 2 ? 0 : 98)],
  ["and of every third call, that nearly all are left", (nth) => (nth % 3 ? 0 : 98)],
  ["after it has counted rightly for a while", (nth) => Math.max(0, 100 - 25 * nth)],
])("a run that is served all the same goes on, %s", async (_, left) => {
  const { tookMs, refused } = await send(200, () => false, { left });
  expect(tookMs).toBeLessThan(150_000);
  expect(refused).toBe(0);
});

test.each([
  [100, 700],
  [600, 200],
  [1000, 300],
])("also of %i calls a minute and with %i ms to a response", async (limit, latencyMs) => {
  const { tookMs, refused } = await send(600, () => false, { limit, latencyMs });
  expect(tookMs).toBeLessThan(130_000);
  expect(refused).toBe(0);
});

test("it then keeps to what refusals show", async () => {
  const { tookMs, refused } = await send(200, (served, nowMs) => inLast(served, nowMs, 1000) >= 10);
  expect(tookMs).toBeLessThan(120_000);
  expect(refused).toBeLessThan(20);
});

test("one refusal, as of a second that others have used up, does not show that it means it", async () => {
  const { tookMs, refused } = await send(150, (_served, _nowMs, had) => had === 3, { limit: 300 });
  expect(tookMs).toBeLessThan(90_000);
  expect(refused).toBe(1);
});

test("a run that was refused twice as it tried tries again some minutes later", async () => {
  const isTwice = (had: number): boolean => had === 3 || had === 4;
  const isFull = (_served: readonly number[], _nowMs: number, had: number) => isTwice(had);
  const { tookMs, refused } = await send(150, isFull, { limit: 300 });
  expect(tookMs).toBeLessThan(6 * 60_000);
  expect(refused).toBe(2);
});

test("where some are left again as a run tries, what it says then is believed", async () => {
  const left = (nth: number): number => (nth <= 2 ? 0 : Math.max(0, 102 - nth));
  const { tookMs, refused } = await send(
    104,
    (served, nowMs) => served.length >= 102 && nowMs < Number(served[1]) + 60_000,
    { left },
  );
  expect(refused).toBe(0);
  expect(tookMs).toBeGreaterThan(119_000);
});

test("where the server means it, a run waits as it is told, and tries ever more seldom", async () => {
  const oneAMinute = (served: readonly number[], nowMs: number) =>
    inLast(served, nowMs, 60_000) >= 1;
  const { refused } = await send(20, oneAMinute);
  expect(refused).toBeLessThanOrEqual(6);
  // Three times as long, with a try or two more.
  const longer = await send(60, oneAMinute);
  expect(longer.refused - refused).toBeLessThanOrEqual(4);
});
