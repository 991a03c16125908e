// What a session says while a call of it waits for the rate limit.
import { reply, scripted } from "../support/scripted-transport";

// A minute after the start of the virtual clock.
const RESET = String(Date.UTC(2026, 10, 24, 12, 1) / 1000);

afterEach(() => jest.useRealTimers());

test("says every five seconds what waits for the rate limit and how long it will, and no longer", async () => {
  jest.useFakeTimers({
    doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "performance", "Date"],
  });
  const { avala, clock, events } = scripted([
    reply(
      200,
      {},
      { "x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET },
    ),
    reply(200, {}),
  ]);
  const call = {
    method: "GET",
    route: "GET /datasets/",
    path: ["datasets"],
    repeat: "safe",
    what: "find dataset a",
  } as const;
  await avala.call(call);
  jest.advanceTimersByTime(60_000);
  const waits = () => events.filter(({ kind }) => kind === "limit-wait");
  expect(waits()).toEqual([]);
  const waiting = avala.call(call);
  jest.advanceTimersByTime(11_000);
  // By this clock no time has passed: its own call will be a minute old.
  const wait = { kind: "limit-wait", what: "find dataset a", waitMs: 60_001 };
  expect(waits()).toEqual([wait, wait]);
  await clock.advance(70_000);
  await waiting;
  jest.advanceTimersByTime(60_000);
  expect(waits()).toHaveLength(2);
});
