// Stores that ask for a rest or take few requests in a second, that hang beside others, or are asked when no time is left: what
// is compared all the same, and how long that takes.
import {
  answered,
  COUNT,
  hanging,
  look,
  refusals,
  restAsked,
  SECOND,
  takes,
  takesInSecond,
  type Answer,
} from "../support/store-looks";

describe("a store that hangs takes nothing from another one", () => {
  test.each([20, 40, 60, 3600])("with %i s left", async (seconds) => {
    const waitMs = seconds * SECOND;
    const { same, tookMs } = await look(answered, { waitMs, other: hanging });
    expect(same).toBe(COUNT / 2);
    expect(tookMs).toBeLessThanOrEqual(Math.min(30 * SECOND, waitMs / 4));
  });
});

describe("with no time left", () => {
  test("stores that answer are compared, however often", async () => {
    // As many as are asked for at once, 7.5 s in all.
    const inTime: Answer = (request, clock) =>
      clock.sleep(135).then(() => answered(request, clock));
    const { same, warnings, tookMs } = await look(inTime, { waitMs: 0, looks: 50, count: 32 });
    expect(tookMs).toBeGreaterThan(7 * SECOND);
    expect(same).toBe(32);
    expect(warnings).toEqual([]);
  });

  test.each<[string, Answer]>([
    ["hang", hanging],
    ["are slow", (request, clock) => clock.sleep(2 * SECOND).then(() => answered(request, clock))],
    ["ask for rests", takesInSecond(20, restAsked(2))],
  ])("stores that %s take a few seconds in all", async (_, answer) => {
    const { tookMs } = await look(answer, { waitMs: 0, looks: 3 });
    expect(tookMs).toBeLessThanOrEqual(7 * SECOND);
  });

  test("a preview compares for a minute", async () => {
    const slow: Answer = (request, clock) =>
      clock.sleep(5 * SECOND).then(() => answered(request, clock));
    expect(await look(slow, { waitMs: "preview" })).toMatchObject({ same: COUNT });
  });
});

describe("a store that asks for a rest", () => {
  test.each([
    [12, 6, 40],
    [12, 10, 60],
    [1, 10, 200],
  ])("where it takes %i at once, of %i s, shows all files", async (atOnce, rest, seconds) => {
    const { same, asked, tookMs } = await look(takes(atOnce, restAsked(rest)));
    expect(same).toBe(COUNT);
    expect(asked).toBeLessThan(1.5 * COUNT);
    expect(tookMs).toBeLessThan(seconds * SECOND);
  });

  test("where it takes 20 in a second shows all files", async () => {
    expect(await look(takesInSecond(20, restAsked(10)))).toMatchObject({ same: COUNT });
  });

  test("each time, and serves nothing, is soon given up", async () => {
    const { asked, tookMs } = await look(restAsked(60));
    expect(asked).toBeLessThanOrEqual(64);
    expect(tookMs).toBeLessThan(70 * SECOND);
  });
});

test.each([
  [10, 40],
  [5, 90],
  [2, 200],
])("what takes %i in a second shows all files in %i s", async (perSecond, seconds) => {
  const { same, asked, tookMs } = await look(takesInSecond(perSecond, refusals["a proxy's 503"]));
  expect(same).toBe(COUNT);
  expect(asked).toBeLessThan(1.5 * COUNT);
  expect(tookMs).toBeLessThan(seconds * SECOND);
});
