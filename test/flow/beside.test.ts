// A check beside longer work: which of the two ends the other, and with what.
import { once } from "node:events";
import { withCheckBeside } from "../../src/flow/beside";

const untilStopped = async (signal: AbortSignal): Promise<never> => {
  if (!signal.aborted) await once(signal, "abort");
  throw new Error("stopped");
};

test("a check that fails stops the work, and is why", async () => {
  const check = () => Promise.reject(new Error("refused"));
  const work = withCheckBeside(undefined, check, ({ signal, begin }) => {
    void begin();
    return untilStopped(signal);
  });
  await expect(work).rejects.toThrow("refused");
});

test("work that fails stops the check, and is why", async () => {
  let checked: Promise<void> | undefined;
  const check = (signal: AbortSignal) => (checked = untilStopped(signal));
  const work = withCheckBeside(undefined, check, async ({ begin }) => {
    void begin();
    throw new Error("unreadable");
  });
  await expect(work).rejects.toThrow("unreadable");
  await expect(checked).rejects.toThrow("stopped");
});

test("what stops both is told once", async () => {
  const outer = new AbortController();
  const work = withCheckBeside(outer.signal, untilStopped, ({ signal, begin }) => {
    void begin();
    outer.abort();
    return untilStopped(signal);
  });
  await expect(work).rejects.toThrow("stopped");
});

test("a check is made once, and only if it is begun", async () => {
  let count = 0;
  const check = async () => void (count += 1);
  expect(await withCheckBeside(undefined, check, async () => "read")).toBe("read");
  expect(count).toBe(0);
  await withCheckBeside(undefined, check, async ({ begin }) => {
    await begin();
    await begin();
  });
  expect(count).toBe(1);
});
