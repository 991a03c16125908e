// What a session says while a call of it has no response.
import { scripted } from "../support/scripted-transport";

afterEach(() => jest.useRealTimers());

test("says every five seconds from ten on how long a call has had no response, and no longer", async () => {
  jest.useFakeTimers({
    doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "performance", "Date"],
  });
  let answer: () => void = () => undefined;
  const { avala, clock, events } = scripted([
    () =>
      new Promise((resolve) => {
        answer = () => resolve({ status: 200, headers: {}, body: Buffer.from("{}") });
      }),
  ]);
  const calling = avala.call({
    ...{ method: "GET", route: "GET /datasets/", path: ["datasets"] },
    ...{ repeat: "safe", what: "find dataset a" },
  });
  for (let second = 0; second < 15; second += 5) {
    await clock.advance(5_000);
    jest.advanceTimersByTime(5_000);
  }
  answer();
  await calling;
  jest.advanceTimersByTime(60_000);
  const wait = { kind: "response-wait", what: "find dataset a" };
  expect(events.filter(({ kind }) => kind === "response-wait")).toEqual([
    { ...wait, seconds: 10, secondsLeft: 50 },
    { ...wait, seconds: 15, secondsLeft: 45 },
  ]);
});
