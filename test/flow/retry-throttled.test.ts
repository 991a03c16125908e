// What a 429 costs an operation: time, and never a try.
import { AvalaError, type ErrorCode } from "../../src/errors";
import { isPastDeadline } from "../../src/flow/deadline";
import { isLateAlone, maxThrottledMs, retry } from "../../src/flow/retry";
import { fixedRandom, virtualClock } from "../support/virtual-clock";

const failing = (code: ErrorCode, retryAfterMs?: number): AvalaError =>
  new AvalaError(code, "no", { retryable: true, retryAfterMs });

const setUp = () => {
  const clock = virtualClock();
  return { clock, options: { clock, random: fixedRandom(0.5), what: "upload a.jpg" } };
};

describe("an operation that is throttled", () => {
  test("is tried until it gets through, however often it was refused", async () => {
    const { clock, options } = setUp();
    let refused = 0;
    const work = retry(async () => {
      if (refused === 100) return "done";
      refused += 1;
      throw failing("rate_limited", 2000);
    }, options);
    expect(await clock.run(work)).toBe("done");
  });

  test("has all its tries left for failures of other kinds, also when the two alternate", async () => {
    const { clock, options } = setUp();
    let tries = 0;
    const work = retry(async () => {
      tries += 1;
      throw failing(tries % 2 === 1 ? "rate_limited" : "server");
    }, options);
    await expect(clock.run(work)).rejects.toMatchObject({ code: "server" });
    expect(tries).toBe(16);
  });

  test("ends when it would have to wait beyond the deadline", async () => {
    const { clock, options } = setUp();
    const deadlineMs = clock.now() + 3 * 60 * 60_000;
    const refuse = async (): Promise<never> => Promise.reject(failing("rate_limited", 60_000));
    const work = retry(refuse, { ...options, deadlineMs });
    const error = await clock.run(work.catch((reason: unknown) => reason));
    expect(isPastDeadline(error)).toBe(true);
    expect(clock.now()).toBeGreaterThan(deadlineMs - 61_000);
  });

  test("fails without a deadline when nothing got through for an hour", async () => {
    const { clock, options } = setUp();
    const startedMs = clock.now();
    const refuse = async (): Promise<never> => Promise.reject(failing("rate_limited", 60_000));
    await expect(clock.run(retry(refuse, options))).rejects.toMatchObject({ code: "rate_limited" });
    expect(clock.now() - startedMs).toBeGreaterThan(maxThrottledMs - 61_000);
    expect(clock.now() - startedMs).toBeLessThanOrEqual(maxThrottledMs);
  });

  test("waits for as long as it is asked to where the run has the time", async () => {
    const { clock, options } = setUp();
    const startedMs = clock.now();
    let tries = 0;
    const work = retry(
      async () => {
        tries += 1;
        if (tries === 1) throw failing("rate_limited", 5 * 60 * 60_000);
        return "done";
      },
      { ...options, deadlineMs: startedMs + 6 * 60 * 60_000 },
    );
    expect(await clock.run(work)).toBe("done");
    expect(clock.now() - startedMs).toBeGreaterThanOrEqual(5 * 60 * 60_000);
  });

  test.each([
    ["that no other call has", 24 * 60, true],
    ["that all calls have", 10, false],
  ])("ends at once where a wait %s is longer than the run has", async (_what, minutes, isAlone) => {
    const { clock, options } = setUp();
    const startedMs = clock.now();
    const asked = failing("rate_limited", minutes * 60_000);
    const deadlineMs = startedMs + 5 * 60_000;
    const work = retry(async () => Promise.reject(asked), { ...options, deadlineMs });
    const error = await clock.run(work.catch((reason: unknown) => reason));
    expect(isPastDeadline(error)).toBe(true);
    expect(isLateAlone(error)).toBe(isAlone);
    expect(error).toMatchObject({ cause: asked });
    expect(clock.now()).toBe(startedMs);
  });

  test("is left to its caller when that tries it again as a whole", async () => {
    const { clock, options } = setUp();
    let tries = 0;
    const refuse = async (): Promise<never> => {
      tries += 1;
      throw failing("rate_limited");
    };
    const work = retry(refuse, { ...options, maxTries: 1 });
    await expect(clock.run(work)).rejects.toMatchObject({ code: "rate_limited" });
    expect(tries).toBe(1);
  });
});
