// Look-ups that a run can do without hold it up for seconds, whatever the server does.
import { maxAdviceMs, withinAdvice } from "../../src/api/advice";
import { getOwnUser } from "../../src/api/endpoints/users";
import { getDatasetHealth } from "../../src/api/endpoints/datasets/dataset-health";
import { requireScopes } from "../../src/api/endpoints/permissions";
import { cancelled } from "../../src/flow/clock";
import { requireQuota } from "../../src/upload/check/quota";
import { reply, scripted, type Step } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";

/** Ends only when it is stopped, as a request to a server that says nothing. */
const silent: Step = ({ signal }) =>
  new Promise((_resolve, reject) => {
    const stop = (): void => reject(cancelled("A request"));
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop);
  });

const files = [{ sizeBytes: 1 }];

describe("a server that never replies", () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick"] }));
  afterEach(() => jest.useRealTimers());

  async function inTime<T>(work: Promise<T>): Promise<T> {
    const ended = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await jest.advanceTimersByTimeAsync(maxAdviceMs);
    const outcome = await ended;
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  test("is asked once for the key's rights and the quota, and the run goes without them", async () => {
    const { avala, requests } = scripted([silent]);
    await inTime(requireScopes(avala, ["datasets.read"], "upload"));
    await inTime(requireQuota(avala, { files }));
    expect(requests.map(({ url }) => new URL(url).pathname.split("/").at(-2))).toEqual([
      "permissions",
      "quota",
    ]);
  });

  test("ends the look at a dataset's health as a timeout", async () => {
    const { avala } = scripted([silent]);
    const looked = getDatasetHealth(avala, { owner: "me", slug: "cats" });
    expect(await rejectionOf(inTime(looked))).toMatchObject({ code: "timeout" });
  });
});

test("a server that fails again and again is asked for ten seconds", async () => {
  const { avala, clock } = scripted([reply(503)]);
  const startMs = clock.now();
  await clock.run(requireQuota(avala, { files }));
  expect(clock.now() - startMs).toBeLessThanOrEqual(maxAdviceMs);
});

test("the caller's own signal is a cancellation, and what fails otherwise fails as it is", async () => {
  const stop = new AbortController();
  const { avala } = scripted([silent], { signal: stop.signal });
  const asked = withinAdvice(avala, "look", (inTime) =>
    getDatasetHealth(inTime, { owner: "me", slug: "cats" }),
  );
  stop.abort();
  expect(await rejectionOf(asked)).toMatchObject({ code: "cancelled" });
  const refused = scripted([reply(404, { detail: "Not found." })]).avala;
  const health = getDatasetHealth(refused, { owner: "me", slug: "cats" });
  expect(await rejectionOf(health)).toMatchObject({ code: "not_found" });
});

describe("a look-up that is put off", () => {
  const later = (seconds: number): Step => reply(429, {}, { "retry-after": String(seconds) });
  const me = reply(200, { uid: "me" });

  test("for long holds no other call, which learns by its own 429 should the limit be that of the key", async () => {
    const { avala, clock, requests } = scripted([later(300), later(300), me]);
    const startMs = clock.now();
    await clock.run(requireQuota(avala, { files }));
    expect(clock.now() - startMs).toBe(0);
    await clock.run(getOwnUser(avala));
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(300_000);
    expect(requests).toHaveLength(3);
  });

  test("for long lets another call go at once that is taken", async () => {
    const { avala, clock } = scripted([later(300), me]);
    const startMs = clock.now();
    await clock.run(requireQuota(avala, { files }));
    await clock.run(getOwnUser(avala));
    expect(clock.now() - startMs).toBe(0);
  });

  test("for seconds is waited for by all, as any call", async () => {
    const { avala, clock, requests } = scripted([later(5), me]);
    const startMs = clock.now();
    await clock.run(Promise.all([requireQuota(avala, { files }), getOwnUser(avala)]));
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(5000);
    expect(requests).toHaveLength(3);
  });
});
