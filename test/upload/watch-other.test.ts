// When a run on another machine is taken for dead, and when it is not.
import { AvalaError } from "../../src/errors";
import { isPastDeadline, pastDeadline } from "../../src/flow/deadline";
import { watchOther, type Look } from "../../src/upload/send/watch-other";
import { fixedRandom, virtualClock } from "../support/virtual-clock";

const MINUTE_MS = 60_000;

/** Plays a wait in which `look` shows what it is given to count; how it ended, and after how many minutes. */
async function watch(
  look: (count: number, minutes: number) => Look,
): Promise<{ readonly ended: unknown; readonly minutes: number }> {
  const clock = virtualClock();
  const startMs = clock.now();
  const minutes = (): number => (clock.now() - startMs) / MINUTE_MS;
  let count = 0;
  const avala = { clock, random: fixedRandom(0) };
  const watching = watchOther(avala, async () => look((count += 1), minutes()), { what: "it" });
  const ended = await clock.run(watching.catch((error: unknown) => error));
  return { ended, minutes: minutes() };
}

describe("another run that is waited for", () => {
  test("is taken for dead after two minutes without news, and not much later", async () => {
    const { ended, minutes } = await watch(() => "nothing new");
    expect(ended).toBe("quiet");
    expect(minutes).toBeGreaterThan(2);
    expect(minutes).toBeLessThan(3);
  });

  test("is given the time again with each sign of life", async () => {
    const { ended, minutes } = await watch((count) => (count === 10 ? "news" : "nothing new"));
    expect(ended).toBe("quiet");
    expect(minutes).toBeGreaterThan(4);
  });

  test("is not waited for longer than 15 minutes", async () => {
    const { ended, minutes } = await watch(() => "news");
    expect([ended, minutes]).toEqual(["busy", 15]);
  });

  test("is not taken for dead by an outage, in which nothing of it can be seen", async () => {
    const out = new AvalaError("network", "No reply.", { retryable: true });
    const { ended, minutes } = await watch((_count, now) => {
      if (now > 0.5 && now < 6) throw out;
      return "nothing new";
    });
    expect(ended).toBe("quiet");
    expect(minutes).toBeGreaterThan(8);
  });

  test("is not taken for dead where the rate limit lets no call start before the deadline", async () => {
    const clock = virtualClock();
    const deadlineMs = clock.now() + MINUTE_MS;
    const held = (): never => {
      throw pastDeadline("Waiting for the rate limit", undefined, deadlineMs);
    };
    const avala = { clock, random: fixedRandom(0), deadlineMs };
    const ended = watchOther(avala, async () => held(), { what: "it" });
    expect(await clock.run(ended.catch(isPastDeadline))).toBe(true);
    expect(clock.now()).toBeLessThan(deadlineMs);
  });

  test("is not taken for dead where an outage does not end", async () => {
    const { ended } = await watch(() => {
      throw new AvalaError("network", "No reply.", { retryable: true });
    });
    expect(ended).toMatchObject({ code: "timeout" });
  });
});
