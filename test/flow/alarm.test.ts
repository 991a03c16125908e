import { createAlarm } from "../../src/flow/alarm";
import { virtualClock } from "../support/virtual-clock";

function setUp() {
  const clock = virtualClock(0);
  const rung: number[] = [];
  const alarm = createAlarm(clock, () => rung.push(clock.now()));
  return { clock, rung, set: (atMs: number) => alarm.set(atMs, clock.now()) };
}

test("an alarm rings once at the time that was set last, whether that is earlier, later or the same", async () => {
  const { clock, rung, set } = setUp();
  for (const atMs of [50, 20, 80, 80]) set(atMs);
  expect(clock.waiting).toBe(1);
  await clock.advance(100);
  expect(rung).toEqual([80]);
});

test("it can be set to the time at which it rang, or rings, again", async () => {
  const { clock, rung, set } = setUp();
  set(50);
  await clock.advance(50);
  set(50);
  await clock.advance(0);
  set(70);
  await clock.advance(100);
  expect(rung).toEqual([50, 50, 70]);
});

test("one that is set to no time does not ring, and nothing waits", async () => {
  const { clock, rung, set } = setUp();
  set(50);
  set(Number.POSITIVE_INFINITY);
  await clock.advance(0);
  expect(clock.waiting).toBe(0);
  await clock.advance(100);
  expect(rung).toEqual([]);
});
