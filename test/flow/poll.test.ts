import { AvalaError } from "../../src/errors";
import { pastDeadline } from "../../src/flow/deadline";
import { poll, type ReadLimits } from "../../src/flow/poll";
import { fixedRandom, settle, virtualClock } from "../support/virtual-clock";

function setUp() {
  const clock = virtualClock();
  const startMs = clock.now();
  const readsAtMs: number[] = [];
  const seen: number[] = [];
  const read = async (): Promise<number> => {
    readsAtMs.push(clock.now() - startMs);
    return readsAtMs.length;
  };
  const options = {
    clock,
    random: fixedRandom(0),
    timeoutMs: 60_000,
    what: "export e1 to complete",
    onValue: (value: number) => void seen.push(value),
  };
  return { clock, read, readsAtMs, seen, options };
}

describe("poll", () => {
  test("reads slower and slower until it is done", async () => {
    const { clock, read, readsAtMs, seen, options } = setUp();
    const work = poll(read, { ...options, isDone: (value) => value === 6, maxWaitMs: 4000 });
    expect(await clock.run(work)).toBe(6);
    expect(readsAtMs).toEqual([0, 1000, 2500, 4750, 8125, 12_125]);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("reads once more at the deadline, and then gives up", async () => {
    const { clock, read, readsAtMs, options } = setUp();
    const work = poll(read, { ...options, isDone: () => false, timeoutMs: 10_000 });
    await expect(clock.run(work)).rejects.toMatchObject({ code: "timeout" });
    expect(readsAtMs.at(-1)).toBe(10_000);
  });

  test("does not wait when the first read says done", async () => {
    const { clock, read, options } = setUp();
    await poll(read, { ...options, isDone: () => true });
    expect(clock.waiting).toBe(0);
  });

  test("a failed read ends it", async () => {
    const { options } = setUp();
    const work = poll(async () => Promise.reject(new Error("no")), {
      ...options,
      isDone: () => false,
    });
    await expect(work).rejects.toThrow("no");
  });

  const passing = new AvalaError("server", "503", { retryable: true });

  test("waits out an outage, and reports it once", async () => {
    const { clock, read, options } = setUp();
    const outages: number[] = [];
    let reads = 0;
    const work = poll(
      async () => {
        reads += 1;
        if (reads > 1 && reads < 8) throw passing;
        return read();
      },
      {
        ...options,
        timeoutMs: 600_000,
        isDone: (value) => value === 2,
        onOutage: (_error, leftMs) => void outages.push(leftMs),
      },
    );
    expect(await clock.run(work)).toBe(2);
    expect(outages).toEqual([599_000]);
  });

  test("waits out an outage read by read, reports each, and how long it was", async () => {
    const { clock, options } = setUp();
    const tries: (number | undefined)[] = [];
    const stillOut: number[] = [];
    const ends: number[] = [];
    const work = poll<number>(
      async ({ maxTries }) => {
        tries.push(maxTries);
        if (tries.length > 1 && tries.length < 5) throw passing;
        return tries.length;
      },
      {
        ...options,
        timeoutMs: 600_000,
        isDone: (value) => value === 6,
        onStillOut: (_error, leftMs) => void stillOut.push(leftMs),
        onRecovery: (outageMs) => void ends.push(outageMs),
      },
    );
    expect(await clock.run(work)).toBe(6);
    // The first failure has had all its tries; what follows is the wait's own patience.
    expect(tries).toEqual([undefined, undefined, 1, 1, 1, undefined]);
    expect(stillOut).toEqual([597_500, 595_250]);
    expect(ends).toEqual([7_125]);
  });

  test("in an outage that lasts it ends at the deadline, as a timeout with the reason", async () => {
    const { clock, options } = setUp();
    const startMs = clock.now();
    const limits: ReadLimits[] = [];
    const work = poll<number>(
      async (given) => {
        limits.push(given);
        throw passing;
      },
      { ...options, timeoutMs: 3_000, isDone: () => false },
    );
    await expect(clock.run(work)).rejects.toMatchObject({ code: "timeout", cause: passing });
    expect(clock.now() - startMs).toBe(3_000);
    expect(limits.at(-1)).toMatchObject({ maxTries: 1 });
    expect(limits.slice(0, -1).every(({ deadlineMs }) => deadlineMs === startMs + 3_000)).toBe(
      true,
    );
  });

  test("ends at once where no call may start before its deadline, nor in the grace after it", async () => {
    const { clock, options } = setUp();
    const startMs = clock.now();
    const outages: unknown[] = [];
    const limits: ReadLimits[] = [];
    const read = async (given: ReadLimits): Promise<never> => {
      limits.push(given);
      throw pastDeadline("Waiting for the rate limit", undefined, given.deadlineMs);
    };
    const onOutage = (error: AvalaError): unknown => outages.push(error);
    const work = poll<number>(read, { ...options, onOutage, isDone: () => false });
    await expect(clock.run(work)).rejects.toMatchObject({ code: "timeout" });
    expect(clock.now()).toBe(startMs);
    expect(limits.map(({ deadlineMs }) => deadlineMs - startMs)).toEqual([60_000, 120_000]);
    expect(outages).toEqual([]);
  });

  test.each([
    ["half of the grace is gone", 32_000, 32_000],
    ["hardly any grace is left", 60_000, 5_000],
  ])("the last read is given less time without an answer where %s", async (_, readMs, idleMs) => {
    const { clock, options } = setUp();
    const startMs = clock.now();
    const idle: (number | undefined)[] = [];
    const read = async ({ idleTimeoutMs }: ReadLimits): Promise<never> => {
      idle.push(idleTimeoutMs);
      await clock.sleep(idleTimeoutMs ?? readMs);
      throw passing;
    };
    const work = poll<number>(read, { ...options, timeoutMs: 4_000, isDone: () => false });
    await expect(clock.run(work)).rejects.toMatchObject({ code: "timeout" });
    expect(idle).toEqual([undefined, idleMs]);
    expect(clock.now() - startMs).toBeLessThanOrEqual(65_000);
  });

  test("waits as long as the server asks in an outage, within the deadline", async () => {
    const { clock, options } = setUp();
    const startMs = clock.now();
    const readsAtMs: number[] = [];
    const busy = new AvalaError("server", "503", { retryable: true, retryAfterMs: 120_000 });
    const work = poll<number>(
      async () => {
        readsAtMs.push(clock.now() - startMs);
        if (readsAtMs.length === 1) throw busy;
        return 1;
      },
      { ...options, timeoutMs: 600_000, isDone: () => true },
    );
    expect(await clock.run(work)).toBe(1);
    expect(readsAtMs).toEqual([0, 120_000]);
  });

  test("stops at once when its signal aborts", async () => {
    const { clock, read, options } = setUp();
    const stop = new AbortController();
    const work = poll(read, { ...options, isDone: () => false, signal: stop.signal });
    await settle();
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect(clock.waiting).toBe(0);
  });

  test("an hour of waiting costs fewer than 300 reads", async () => {
    const { clock, read, readsAtMs, options } = setUp();
    const work = poll(read, { ...options, isDone: () => false, timeoutMs: 3_600_000 });
    await expect(clock.run(work)).rejects.toMatchObject({ code: "timeout" });
    expect(readsAtMs.length).toBeLessThan(300);
  });
});
