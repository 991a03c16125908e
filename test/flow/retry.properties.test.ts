import * as fc from "fast-check";
import { AvalaError } from "../../src/errors";
import { delayFor, parseRetryAfter } from "../../src/flow/retry";
import { anyCharacter } from "../support/arbitraries";

const attempts = fc.integer({ min: 1, max: 50 });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const random = (value: number) => ({ next: () => value, uuid: () => "" });

test("a wait is never negative, never above half a minute, and at most doubles from try to try", () => {
  const error = new AvalaError("server", "down", { retryable: true });
  fc.assert(
    fc.property(attempts, chance, (attempt, value) => {
      const waitMs = delayFor(attempt, error, random(value));
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(30_000);
      const nextMs = delayFor(attempt + 1, error, random(value));
      expect(nextMs).toBeGreaterThanOrEqual(waitMs);
      expect(nextMs).toBeLessThanOrEqual(2 * waitMs + 1);
    }),
  );
});

test("the server's own wait is a floor, and little is added to it", () => {
  fc.assert(
    fc.property(attempts, chance, fc.nat(900_000), (attempt, value, retryAfterMs) => {
      const error = new AvalaError("rate_limited", "slow", { retryable: true, retryAfterMs });
      const waitMs = delayFor(attempt, error, random(value));
      expect(waitMs).toBeGreaterThanOrEqual(retryAfterMs);
      expect(waitMs).toBeLessThanOrEqual(retryAfterMs + 500);
    }),
  );
});

test("a date and the same wait in seconds say the same, to the second", () => {
  const now = Date.UTC(2026, 10, 24, 12, 0, 0);
  fc.assert(
    fc.property(fc.nat(100_000), (seconds) => {
      const date = new Date(now + seconds * 1000).toUTCString();
      expect(parseRetryAfter(date, now)).toBe(parseRetryAfter(String(seconds), now));
    }),
  );
});

test("no header makes a wait that is negative or no number", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.nat(), (header, now) => {
      const waitMs = parseRetryAfter(header, now);
      expect(waitMs === undefined || waitMs >= 0).toBe(true);
    }),
  );
});
