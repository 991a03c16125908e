// What is asked once in a session, by many at once: what that costs, and whose failure is whose.
import { findOrganization } from "../../src/api/endpoints/organizations";
import { adviseScopes } from "../../src/api/endpoints/permissions";
import { getOwnUser } from "../../src/api/endpoints/users";
import { withDeadline, withLimits, withSignal, type Avala } from "../../src/api/connection";
import { cancelled } from "../../src/flow/clock";
import { requireQuota } from "../../src/upload/check/quota";
import { reply, scripted, type Step } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";
import { settle } from "../support/virtual-clock";

const ME = { uid: "u1", username: "ada" };
const files = [{ sizeBytes: 5 }];

const QUESTIONS: readonly (readonly [string, object, (avala: Avala) => Promise<unknown>])[] = [
  ["the key's user", ME, getOwnUser],
  [
    "the organizations",
    { results: [{ uid: "o1", name: "Lab" }] },
    (avala) => findOrganization(avala, "o1"),
  ],
  ["the quota", { used: 1, limit: 9 }, (avala) => requireQuota(avala, { files })],
  [
    "the key's rights",
    { scopes: ["datasets.read"] },
    (avala) => adviseScopes(avala, ["datasets.write"], "upload"),
  ],
];

describe.each(QUESTIONS)("%s", (_what, json, ask) => {
  test("cost ten that ask at once, and those that ask later, one call", async () => {
    const { avala, requests } = scripted([reply(200, json)]);
    const signals = Array.from({ length: 10 }, () => new AbortController().signal);
    const answers = await Promise.all(signals.map((signal) => ask(withSignal(avala, signal))));
    expect(await ask(avala)).toEqual(answers[0]);
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(requests).toHaveLength(1);
  });

  test("are asked again by others when who asked is stopped", async () => {
    const stop = new AbortController();
    const asked: Step = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(cancelled("The call")));
      });
    const { avala, requests, clock } = scripted([asked, reply(200, json)]);
    const first = rejectionOf(ask(withSignal(avala, stop.signal)));
    await settle();
    const others = Promise.all([ask(avala), ask(avala), ask(avala)]);
    await settle();
    expect(requests).toHaveLength(1);
    stop.abort();
    await first;
    await expect(clock.run(others)).resolves.toHaveLength(3);
    expect(requests).toHaveLength(2);
  });
});

test("who waits for another's question is stopped at once by its own signal", async () => {
  let answer = (): void => undefined;
  const { avala } = scripted([
    () => new Promise((resolve) => (answer = () => resolve(reply(200, ME)))),
  ]);
  const first = getOwnUser(avala);
  const stop = new AbortController();
  const second = rejectionOf(getOwnUser(withSignal(avala, stop.signal)));
  stop.abort();
  expect(await second).toMatchObject({ code: "cancelled" });
  answer();
  expect(await first).toMatchObject(ME);
});

test("a failure is shared by who asked within the same bounds, and is not kept", async () => {
  const { avala, requests } = scripted([reply(404, {}), reply(200, ME)]);
  const [one, other] = await Promise.all([
    rejectionOf(getOwnUser(avala)),
    rejectionOf(getOwnUser(avala)),
  ]);
  expect([one, other]).toMatchObject([{ code: "not_found" }, { code: "not_found" }]);
  expect(requests).toHaveLength(1);
  expect(await getOwnUser(avala)).toMatchObject(ME);
});

test("a key that is refused is refused for all that ask for its rights in the session", async () => {
  const { avala, requests } = scripted([reply(401, {})]);
  const ask = (): Promise<unknown> =>
    rejectionOf(
      adviseScopes(withSignal(avala, new AbortController().signal), ["datasets.write"], "upload"),
    );
  const errors = [...(await Promise.all(Array.from({ length: 10 }, ask))), await ask()];
  for (const error of errors) expect(error).toMatchObject({ code: "authentication" });
  expect(requests).toHaveLength(1);
});

test("who has more tries does not fail with one who had fewer", async () => {
  const { avala, clock } = scripted([reply(500, {}), reply(200, ME)]);
  const deadlineMs = clock.now() + 60_000;
  const first = rejectionOf(getOwnUser(withLimits(avala, { deadlineMs, maxTries: 1 })));
  const second = clock.run(getOwnUser(avala));
  expect(await first).toMatchObject({ code: "server" });
  expect(await second).toMatchObject(ME);
});

test("who must end sooner does not wait for one who need not", async () => {
  const limits = {
    "x-ratelimit-limit": "1",
    "x-ratelimit-remaining": "0",
    // In a minute of the virtual clock.
    "x-ratelimit-reset": String(Date.UTC(2026, 10, 24, 12, 1) / 1000),
  };
  const { avala, clock, requests } = scripted([reply(200, {}, limits), reply(200, ME)]);
  const list = { route: "GET /datasets/", path: ["datasets"], what: "list datasets" } as const;
  await avala.call({ ...list, method: "GET", repeat: "safe" });
  const startMs = clock.now();
  const first = getOwnUser(avala);
  const hurried = withDeadline(avala, startMs + 10_000);
  const error = await clock.run(rejectionOf(getOwnUser(hurried)));
  expect(error).toMatchObject({ code: "timeout" });
  expect(clock.now() - startMs).toBeLessThanOrEqual(10_000);
  await clock.run(first);
  expect(await getOwnUser(hurried)).toMatchObject(ME);
  expect(requests).toHaveLength(2);
});
