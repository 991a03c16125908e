// Stores that take less at once, or in a second, than they are asked for, that are slow, or that are gone: what is compared all
// the same, how often they are asked for it, and what is left of the time.
import {
  answered,
  COUNT,
  hanging,
  look,
  pathOf,
  refusals,
  replied,
  SECOND,
  takes,
  takesInSecond,
  type Answer,
  type Refusal,
} from "../support/store-looks";

const each = Object.keys(refusals) as Refusal[];

describe.each(each)("by %s", (name) => {
  test("what refuses more than 4 at once shows all files", async () => {
    const { same, asked, warnings } = await look(takes(4, refusals[name]));
    expect(same).toBe(COUNT);
    expect(asked).toBeLessThan(1.5 * COUNT);
    expect(warnings).toEqual([]);
  });

  test.each([2, COUNT])("what refuses all of %i files is soon given up", async (count) => {
    const { asked, tookMs, warnings } = await look(refusals[name], { count });
    expect(asked).toBeLessThanOrEqual(64);
    expect(tookMs).toBeLessThan(20 * SECOND);
    expect(warnings).toHaveLength(1);
  });

  test("what never shows a few files shows all others", async () => {
    const refused = new Set(["3.jpg", "50.jpg", "51.jpg", "299.jpg"]);
    const answer: Answer = (request, clock) =>
      (refused.has(pathOf(request.url)) ? refusals[name] : answered)(request, clock);
    const { same, tookMs } = await look(answer);
    expect(same).toBe(COUNT - refused.size);
    expect(tookMs).toBeLessThan(60 * SECOND);
  });

  test("what served some and then refuses all is given up as one that hangs", async () => {
    let served = 0;
    const answer: Answer = (request, clock) =>
      ((served += 1) > 100 ? refusals[name] : answered)(request, clock);
    const { same, asked, tookMs } = await look(answer);
    expect(same).toBe(100);
    expect(asked).toBeLessThanOrEqual(250);
    expect(tookMs).toBeLessThan(50 * SECOND);
  });
});

// What counts as refused is told apart above; all else is done alike.
describe("by refusals of one kind", () => {
  const refused = refusals["a proxy's 503"];

  test.each([1, 12, 24])("what refuses more than %i at once shows all files", async (atOnce) => {
    const { same, asked, warnings } = await look(takes(atOnce, refused));
    expect(same).toBe(COUNT);
    expect(asked).toBeLessThan(1.5 * COUNT);
    expect(warnings).toEqual([]);
  });

  test("what refuses more than 4 at once and takes 2 s for each shows all files", async () => {
    const slow: Answer = async (request, clock) => {
      await clock.sleep(2 * SECOND);
      return answered(request, clock);
    };
    expect(await look(takes(4, refused, slow))).toMatchObject({ same: COUNT });
  });

  test("what refuses more than 50 in a second shows all files", async () => {
    const { same, asked } = await look(takesInSecond(50, refused));
    expect(same).toBe(COUNT);
    expect(asked).toBeLessThan(1.5 * COUNT);
  });

  test("what refuses all for 10 s, having served some, shows what was not asked for then", async () => {
    let served = 0;
    let downSinceMs: number | undefined;
    const answer: Answer = (request, clock) => {
      if ((served += 1) > 100) downSinceMs ??= clock.now();
      const downMs = clock.now() - (downSinceMs ?? clock.now());
      const isDown = downSinceMs !== undefined && downMs < 10 * SECOND;
      return (isDown ? refused : answered)(request, clock);
    };
    expect((await look(answer)).same).toBeGreaterThanOrEqual(COUNT - 32);
  });
});

test("a store that hangs is given up once nothing has come for as long as one is waited for", async () => {
  const { asked, tookMs, warnings } = await look(hanging);
  expect(asked).toBe(32);
  expect(tookMs).toBeLessThan(40 * SECOND);
  expect(warnings).toHaveLength(1);
});

test("a store that leaves hanging what is more than it takes shows all files", async () => {
  expect(await look(takes(12, hanging))).toMatchObject({ same: COUNT });
});

test("a slow store leaves time for what comes after it", async () => {
  const slow: Answer = async (request, clock) => {
    await clock.sleep(Math.min(5 * SECOND, request.idleTimeoutMs ?? 0));
    return answered(request, clock);
  };
  const { same, tookMs } = await look(slow, { waitMs: 30 * SECOND });
  expect(same).toBeGreaterThanOrEqual(64);
  expect(tookMs).toBeLessThanOrEqual(17 * SECOND);
});

test("how many files a store refuses to show is said", async () => {
  const { warnings } = await look(replied(403, "<Error><Code>AccessDenied</Code></Error>"));
  expect(warnings).toEqual([expect.stringContaining(`${COUNT} files`)]);
});
