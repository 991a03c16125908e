// A server that says of each call which it serves that nothing is left of the minute: it counts wrongly, or means another's limit.
import { createPace } from "../../src/flow/rate/pace";
import { runPool } from "../../src/flow/pool";
import type { RateLimit } from "../../src/errors";
import { seededRandom, virtualClock } from "../support/virtual-clock";

const LATENCY_MS = 50;

/** How many calls the server says are left, by how many it has had. */
type Left = (nth: number) => number;

/** Sends so many with a server that says that nothing is left, and refuses when `isFull` says so. */
async function send(
  calls: number,
  isFull: (servedMs: readonly number[], nowMs: number) => boolean,
  left: Left = () => 0,
) {
  const clock = virtualClock();
  const pace = createPace({ clock, random: seededRandom(1) });
  const startMs = clock.now();
  const servedMs: number[] = [];
  let [had, refused] = [0, 0];
  const call = async (): Promise<void> => {
    const permit = await pace.acquire();
    await clock.sleep(LATENCY_MS);
    const nowMs = clock.now();
    const oldestMs = servedMs.find((ms) => ms > nowMs - 60_000) ?? nowMs;
    had += 1;
    const none: RateLimit = { limit: 100, remaining: left(had), resetAtMs: oldestMs + 60_000 };
    if (!isFull(servedMs, nowMs)) {
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

test.each<readonly [string, Left]>([
  ["after it has said once that some are left", (nth) => (nth === 1 ? 99 : 0)],
  ["and of every tenth call, by another route, that all are left", (nth) => (nth % 10 ? 0 : 98)],
  ["after it has counted rightly for a while", (nth) => Math.max(0, 100 - 25 * nth)],
])("a run that is served all the same goes on, %s", async (_, left) => {
  const { tookMs, refused } = await send(200, () => false, left);
  expect(tookMs).toBeLessThan(150_000);
  expect(refused).toBe(0);
});

test("it then keeps to what refusals show", async () => {
  const { tookMs, refused } = await send(200, (served, nowMs) => inLast(served, nowMs, 1000) >= 10);
  expect(tookMs).toBeLessThan(120_000);
  expect(refused).toBeLessThan(20);
});

test("where the server means it, a run tries once and then waits as it is told", async () => {
  const { refused } = await send(20, (served, nowMs) => inLast(served, nowMs, 60_000) >= 1);
  expect(refused).toBeLessThanOrEqual(2);
});
