// When a closed gate is looked at again.
import { nextLook } from "../../action/export/gate";

const MINUTE = 60_000;

test.each<[string, { every: number; left: number; took: number }, object | undefined]>([
  ["after the interval", { every: 10, left: 50, took: 0.1 }, { waitMs: 10, isLast: false }],
  [
    "a last time, a minute before",
    { every: 10, left: 9.9, took: 0.1 },
    { waitMs: 8.91, isLast: true },
  ],
  [
    "at the end, however long the interval",
    { every: 60, left: 60, took: 0.1 },
    { waitMs: 59, isLast: true },
  ],
  [
    "so early that as long an export ends",
    { every: 60, left: 60, took: 7 },
    { waitMs: 53, isLast: true },
  ],
  ["never where an export takes what is left", { every: 10, left: 5, took: 6 }, undefined],
  ["never where nothing is left", { every: 10, left: 0, took: 0 }, undefined],
])("%s", (_when, { every, left, took }, expected) => {
  const next = nextLook(every * MINUTE, left * MINUTE, took * MINUTE);
  expect(next && { ...next, waitMs: Number((next.waitMs / MINUTE).toFixed(3)) }).toEqual(expected);
});
