// One limit over all waits of a run, in virtual time.
import { createWaitBudget } from "../../action/waiting";
import { virtualClock, type VirtualClock } from "../support/virtual-clock";

let clock: VirtualClock;
beforeEach(() => {
  clock = virtualClock();
});

test("the time runs from the first wait on, without what was work", async () => {
  const budget = createWaitBudget(60_000, clock);
  await clock.advance(50_000);
  expect(budget.leftMs()).toBe(60_000);
  await clock.advance(20_000);
  budget.exclude(5_000);
  expect(budget.leftMs()).toBe(45_000);
  await clock.advance(100_000);
  expect(budget.leftMs()).toBe(0);
});

test("a wait before it takes off what it took, and does not start the time", async () => {
  const budget = createWaitBudget(60_000, clock);
  expect(budget.peekMs()).toBe(60_000);
  await clock.advance(10_000);
  budget.spend(10_000);
  await clock.advance(30_000);
  expect(budget.leftMs()).toBe(50_000);
  await clock.advance(1_000);
  // It runs already.
  budget.spend(1_000);
  expect(budget.peekMs()).toBe(49_000);
});
