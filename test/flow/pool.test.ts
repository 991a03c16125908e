import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { runPool } from "../../src/flow/pool";
import { settle } from "../support/virtual-clock";

describe("runPool", () => {
  test("never has more under way than its concurrency, and does all", async () => {
    let underWay = 0;
    let most = 0;
    const done: number[] = [];
    await runPool(Array(20).keys(), { concurrency: 3 }, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await settle();
      done.push(item);
      underWay -= 1;
    });
    expect(most).toBe(3);
    expect(done.sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  test("takes items of an async iterable as it comes to them", async () => {
    async function* items() {
      for (let i = 0; i < 5; i += 1) {
        await settle();
        yield i;
      }
    }
    const done: number[] = [];
    await runPool(items(), { concurrency: 2 }, async (item) => void done.push(item));
    expect(done.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test("holds no item that is done, so that parts of a large file don't fill the memory", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const made: WeakRef<object>[] = [];
    async function* items() {
      for (let i = 0; i < 10; i += 1) {
        await settle();
        const item = { i };
        made.push(new WeakRef(item));
        yield item;
      }
    }
    let held = 0;
    await runPool(items(), { concurrency: 1 }, async ({ i }) => {
      if (i < 9) return;
      await settle();
      collect();
      held = made.filter((item) => item.deref() !== undefined).length;
    });
    expect(held).toBeLessThan(5);
  });

  test("a failure aborts the others, and is thrown when they have ended", async () => {
    const ended: string[] = [];
    const work = runPool(["bad", "slow", "never"], { concurrency: 2 }, async (item, signal) => {
      if (item === "bad") {
        await settle();
        throw new Error("bad");
      }
      await sleep(10_000, undefined, { signal }).catch(() => ended.push(item));
    });
    await expect(work).rejects.toThrow("bad");
    expect(ended).toEqual(["slow"]);
  });

  test("throws the first failure when several fail", async () => {
    const work = runPool([1, 2], { concurrency: 2 }, async (item) => {
      await sleep(item);
      throw new Error(`failure ${item}`);
    });
    await expect(work).rejects.toThrow("failure 1");
  });

  test("stops with the code cancelled when its signal aborts, and starts nothing more", async () => {
    const stop = new AbortController();
    const started: number[] = [];
    const work = runPool(Array(9).keys(), { concurrency: 2, signal: stop.signal }, async (item) => {
      started.push(item);
      if (item === 3) stop.abort();
      await settle();
    });
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect(started).toEqual([0, 1, 2, 3]);
  });

  test("does nothing under a signal that is aborted already", async () => {
    const started: number[] = [];
    const options = { concurrency: 2, signal: AbortSignal.abort() };
    const work = runPool([1], options, async (item) => void started.push(item));
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect(started).toEqual([]);
  });

  test("does not hang on a source that never yields", async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
    };
    const stop = new AbortController();
    const work = runPool(source, { concurrency: 2, signal: stop.signal }, async () => undefined);
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
  });

  test("closes its source after a failure", async () => {
    let isClosed = false;
    function* items() {
      try {
        yield 1;
        yield 2;
      } finally {
        isClosed = true;
      }
    }
    const work = runPool(items(), { concurrency: 1 }, async () => Promise.reject(new Error("no")));
    await expect(work).rejects.toThrow("no");
    expect(isClosed).toBe(true);
  });

  test("an error of the source is the pool's error", async () => {
    function* items() {
      yield 1;
      throw new Error("source");
    }
    const work = runPool(items(), { concurrency: 2 }, async () => undefined);
    await expect(work).rejects.toThrow("source");
  });
});
