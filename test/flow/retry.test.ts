import { AvalaError, type ErrorCode } from "../../src/errors";
import {
  delayFor,
  MAX_SERVER_WAIT_MS,
  parseRetryAfter,
  retry,
  type Retry,
} from "../../src/flow/retry";
import { fixedRandom, seededRandom, settle, virtualClock } from "../support/virtual-clock";

const failing = (code: ErrorCode, retryable: boolean, retryAfterMs?: number): AvalaError =>
  new AvalaError(code, "no", { retryable, retryAfterMs });

function setUp(maxTries?: number) {
  const clock = virtualClock();
  const again: Retry[] = [];
  const options = {
    clock,
    random: fixedRandom(0.5),
    what: "upload a.jpg",
    maxTries,
    onRetry: (event: Retry) => again.push(event),
  };
  return { clock, again, options };
}

describe("retry", () => {
  test("returns what the first good try returns", async () => {
    const { clock, again, options } = setUp();
    const tries: number[] = [];
    const work = retry(async (attempt) => {
      tries.push(attempt);
      if (attempt < 3) throw failing("server", true);
      return "done";
    }, options);
    expect(await clock.run(work)).toBe("done");
    expect(tries).toEqual([1, 2, 3]);
    expect(again).toMatchObject([
      { what: "upload a.jpg", attempt: 1, waitMs: 250 },
      { what: "upload a.jpg", attempt: 2, waitMs: 500 },
    ]);
  });

  test("gives up after 8 tries with the last error as it is", async () => {
    const { clock, options } = setUp();
    const errors: AvalaError[] = [];
    const work = retry(async () => {
      const error = failing("network", true);
      errors.push(error);
      throw error;
    }, options);
    const thrown = await clock.run(work.catch((error: unknown) => error));
    expect(errors).toHaveLength(8);
    expect(thrown).toBe(errors[7]);
  });

  test("gives up what the clocks show to have ended each time after four in a row, and counts anew after another error", async () => {
    const { clock, options } = setUp();
    const ended = (): AvalaError =>
      new AvalaError("storage_expired", "no", { retryable: true, isEndedByClock: true });
    const triesOf = async (errorOf: (attempt: number) => AvalaError): Promise<number> => {
      let tries = 0;
      const work = retry(async (attempt) => {
        tries = attempt;
        throw errorOf(attempt);
      }, options);
      await clock.run(work.catch((error: unknown) => error));
      return tries;
    };
    expect(await triesOf(ended)).toBe(4);
    const other = failing("network", true);
    expect(await triesOf((attempt) => (attempt === 4 ? other : ended()))).toBe(8);
    expect(await triesOf(() => failing("storage_expired", true))).toBe(8);
  });

  test.each([
    ["an error that can't be helped", failing("validation", false)],
    ["a bug", new TypeError("undefined is not a function")],
    [
      "a server that asks for more than 15 minutes",
      failing("server", true, MAX_SERVER_WAIT_MS + 1),
    ],
  ])("does not try again after %s", async (_name, error) => {
    const { clock, options } = setUp();
    let tries = 0;
    const work = retry(async () => {
      tries += 1;
      throw error;
    }, options);
    await expect(clock.run(work)).rejects.toBe(error);
    expect(tries).toBe(1);
  });

  test("operations share no budget of tries", async () => {
    const { clock, options } = setUp(3);
    const counts = [0, 0];
    const one = (index: number): Promise<unknown> =>
      retry(async () => {
        counts[index] = (counts[index] ?? 0) + 1;
        throw failing("server", true);
      }, options).catch(() => undefined);
    await clock.run(Promise.all([one(0), one(1)]));
    expect(counts).toEqual([3, 3]);
  });

  test("stops in the middle of a wait when its signal aborts", async () => {
    const { clock, options } = setUp();
    const stop = new AbortController();
    const work = retry(async () => Promise.reject(failing("server", true)), {
      ...options,
      signal: stop.signal,
    });
    await settle();
    expect(clock.waiting).toBe(1);
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect(clock.waiting).toBe(0);
  });
});

describe("delayFor", () => {
  test("grows with full jitter, up to 30 s", () => {
    const most = [1, 2, 3, 7, 8, 20].map((attempt) =>
      delayFor(attempt, failing("server", true), fixedRandom(0.999_999)),
    );
    expect(most).toEqual([500, 1000, 2000, 30_000, 30_000, 30_000]);
    expect(delayFor(8, failing("server", true), fixedRandom(0))).toBe(0);
  });

  test("waits at least Retry-After, with jitter added and never subtracted", () => {
    const random = seededRandom(7);
    const error = failing("rate_limited", true, 4000);
    for (let i = 0; i < 1000; i += 1) {
      const waitMs = delayFor(1 + (i % 8), error, random);
      expect(waitMs).toBeGreaterThanOrEqual(4000);
      expect(waitMs).toBeLessThanOrEqual(4500);
    }
  });
});

describe("parseRetryAfter", () => {
  const nowMs = Date.UTC(2026, 10, 24, 12);

  test.each([
    ["7", 7000],
    [" 0 ", 0],
    ["1.5", 1500],
    ["Tue, 24 Nov 2026 12:00:30 GMT", 30_000],
    ["Tue, 24 Nov 2026 11:00:00 GMT", 0],
    ["Tuesday, 24-Nov-26 12:01:00 GMT", 60_000],
    ["soon", undefined],
    ["-5", undefined],
    ["2026", 2_026_000],
    ["Tue Nov 24 12:00:30 2026", 30_000],
    ["Tue, 24 Nov 2026 13:00:30 +0100", 30_000],
    ["Wed, 24 Nov 9999 12:00:00 GMT", Date.UTC(9999, 10, 24, 12) - nowMs],
    ["9".repeat(400), Number.POSITIVE_INFINITY],
    ["1e9", undefined],
    ["0x10", undefined],
    ["+7", undefined],
    ["Tue, 99 Foo 2026 12:00:30 GMT", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j", (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected);
  });
});

describe("every form of Retry-After, in a retry", () => {
  const JITTER_MS = 250; // half of the first bound
  test.each([
    ["seconds", "7", 7000 + JITTER_MS],
    ["a date", "Sat, 01 Jan 2050 00:00:07 GMT", 7000 + JITTER_MS],
    ["a date that has passed", "Fri, 31 Dec 2049 00:00:00 GMT", JITTER_MS],
    ["zero", "0", JITTER_MS],
    ["none", undefined, JITTER_MS],
    ["a negative number", "-7", JITTER_MS],
    ["garbage", "in a while", JITTER_MS],
    ["fifteen minutes", "900", 900_000 + JITTER_MS],
    ["an hour", "3599", 3_599_000 + JITTER_MS],
    ["more than that", "3600", undefined],
    ["more than any number", "9".repeat(400), undefined],
    ["a date years ahead", "Sat, 01 Jan 2060 00:00:00 GMT", undefined],
  ])("%s", async (_name, header, waitMs) => {
    const { clock, again, options } = setUp();
    const startMs = Date.UTC(2050, 0, 1);
    const error = failing("rate_limited", true, parseRetryAfter(header, startMs));
    let tries = 0;
    const work = retry(async () => {
      tries += 1;
      if (tries === 1) throw error;
      return "done";
    }, options);
    const end = await clock.run(work.catch((reason: unknown) => reason));
    // What is too long to wait for is told at once.
    expect(end).toBe(waitMs === undefined ? error : "done");
    expect(again.map((one) => one.waitMs)).toEqual(waitMs === undefined ? [] : [waitMs]);
  });
});
