import { cancelled, startTimer, systemClock, systemRandom } from "../../src/flow/clock";
import { joinerWith } from "../../src/flow/signals";

describe("the system's clock", () => {
  test("stops a wait at once when its signal aborts", async () => {
    const stop = new AbortController();
    const wait = systemClock.sleep(60_000, stop.signal);
    stop.abort();
    await expect(wait).rejects.toMatchObject({ code: "cancelled" });
  });

  test("says what a stopped run can do next", () => {
    expect(cancelled("A wait").hint).toContain("Run it again");
  });

  test("does not begin a wait under a signal that is aborted", async () => {
    const wait = systemClock.sleep(60_000, AbortSignal.abort());
    await expect(wait).rejects.toMatchObject({ code: "cancelled" });
  });

  test.each([2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
    "does not end a wait of %d ms at once",
    async (ms) => {
      const stop = new AbortController();
      let isOver = false;
      const wait = systemClock.sleep(ms, stop.signal).then(() => (isOver = true));
      const giveUp = startTimer(ms, () => (isOver = true));
      await systemClock.sleep(20);
      expect(isOver).toBe(false);
      giveUp();
      stop.abort();
      await expect(wait).rejects.toMatchObject({ code: "cancelled" });
    },
  );

  test("goes on as before when the machine's is set back or forth", () => {
    const before = systemClock.now();
    const set = jest.spyOn(Date, "now").mockReturnValue(0);
    const after = systemClock.now();
    set.mockRestore();
    expect(after - before).toBeGreaterThanOrEqual(0);
    expect(after - before).toBeLessThan(1000);
    expect(Math.abs(before - Date.now())).toBeLessThan(60_000);
  });

  test("draws numbers below one, and uuids", () => {
    expect(systemRandom.next()).toBeLessThan(1);
    expect(systemRandom.uuid()).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("joined signals", () => {
  test("may be waited for by many, also a call's own where the session has none", () => {
    // Node 20's `getMaxListeners` does not take a signal.
    const name = "events.maxEventTargetListeners";
    const limitOf = (signal: AbortSignal | undefined): unknown =>
      Object.getOwnPropertySymbols(signal)
        .filter(({ description }) => description === name)
        .map((symbol) => signal?.[symbol as never]);
    for (const base of [undefined, new AbortController().signal]) {
      expect(limitOf(joinerWith(base)(new AbortController().signal))).toEqual([0]);
    }
  });

  test("abort when either part does, and are joined once", () => {
    const session = new AbortController();
    const call = new AbortController();
    const join = joinerWith(session.signal);
    const both = join(call.signal);
    expect(join(call.signal)).toBe(both);
    expect(join(undefined)).toBe(session.signal);
    expect(join(session.signal)).toBe(session.signal);
    call.abort();
    expect(both?.aborted).toBe(true);
    expect(session.signal.aborted).toBe(false);
  });
});
