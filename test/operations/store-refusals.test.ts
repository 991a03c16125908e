// Stores that refuse some files for good, or some requests by chance, while they serve others: all others are compared, and soon.
import { cases } from "../support/night";
import {
  answered,
  COUNT,
  look,
  pathOf,
  refusals,
  replied,
  restAsked,
  SECOND,
  takes,
  takesInSecond,
  type Answer,
} from "../support/store-looks";

const brokenDown = replied(500, "<Error><Code>InternalError</Code></Error>");
const refused = refusals["a proxy's 503"];

/** What never shows each so many-th file. */
function withoutEach(each: number, refuse: Answer, otherwise: Answer = answered): Answer {
  return (request, clock) => {
    const isRefused = Number.parseInt(pathOf(request.url), 10) % each === 0;
    return (isRefused ? refuse : otherwise)(request, clock);
  };
}

/** What refuses so large a share of requests, whatever they are for. */
function refusingShare(share: number, refuse: Answer): Answer {
  let drawn = 7_919_117;
  return (request, clock) => {
    drawn = (drawn * 16_807) % 2_147_483_647;
    return (drawn / 2_147_483_647 < share ? refuse : answered)(request, clock);
  };
}

/** What refuses one request, the one after so many. */
function refusingOne(after: number, refuse: Answer): Answer {
  let asked = 0;
  return (request, clock) => ((asked += 1) === after + 1 ? refuse : answered)(request, clock);
}

test.each(cases([40], [0, COUNT - 1]))(
  "a rest beyond the end of the look, asked for once after %i requests, ends nothing",
  async (after) => {
    const { same, asked, tookMs, warnings } = await look(refusingOne(after, restAsked(7200)));
    expect(same).toBe(COUNT);
    expect(asked).toBe(COUNT + 1);
    expect(tookMs).toBeLessThan(SECOND);
    expect(warnings).toEqual([]);
  },
);

test("a rest that a store asks for while it serves others is not waited for", async () => {
  const { same, asked, tookMs } = await look(takes(12, restAsked(60)), { waitMs: 100 * SECOND });
  expect(same).toBe(COUNT);
  expect(asked).toBeLessThan(1.2 * COUNT);
  expect(tookMs).toBeLessThan(5 * SECOND);
});

test("a store that asks for a rest beyond the end of the look, and serves nothing, is soon given up", async () => {
  const { asked, tookMs } = await look(restAsked(7200));
  expect(asked).toBeLessThanOrEqual(64);
  expect(tookMs).toBeLessThan(20 * SECOND);
});

test("a rest in which a store serves nothing is waited for", async () => {
  let asked = 0;
  let inRest = 0;
  let downSinceMs: number | undefined;
  const answer: Answer = (request, clock) => {
    if ((asked += 1) > 100) downSinceMs ??= clock.now();
    const leftMs = 6 * SECOND - (clock.now() - (downSinceMs ?? 0));
    if (downSinceMs === undefined || leftMs <= 0) return answered(request, clock);
    inRest += 1;
    return restAsked(Math.ceil(leftMs / SECOND))(request, clock);
  };
  const { same, tookMs } = await look(answer);
  expect(same).toBe(COUNT);
  // Those that were under way, and two that show whether it means it.
  expect(inRest).toBeLessThanOrEqual(32 + 2);
  expect(tookMs).toBeLessThan(8 * SECOND);
});

describe("files that are never shown take little from the others", () => {
  test.each(
    cases<readonly [string, number, Answer, number]>(
      [
        ["each third with a 500", 3, brokenDown, 12],
        ["each tenth with a rest of 5 s", 10, restAsked(5), 10],
        ["each hundredth with a rest of 5 s", 100, restAsked(5), 4],
      ],
      [
        ["each tenth with a 503", 10, refused, 5],
        ["each tenth with a rest of two hours", 10, restAsked(7200), 5],
        ["each other with a 503", 2, refused, 240],
      ],
    ),
  )("%s", async (_, each, refuse, seconds) => {
    const { same, asked, tookMs } = await look(withoutEach(each, refuse));
    const healthy = COUNT - COUNT / each;
    expect(same).toBe(healthy);
    // Each of them is asked for five times, and now and then one that the store has shown.
    expect(asked).toBeLessThan(healthy + 7 * (COUNT / each));
    expect(tookMs).toBeLessThan(seconds * SECOND);
  });

  test("also where they are refused later than the others are served", async () => {
    const late: Answer = async (request, clock) => {
      await clock.sleep(200);
      return refused(request, clock);
    };
    const { same, tookMs } = await look(withoutEach(10, late));
    expect(same).toBe(COUNT - COUNT / 10);
    expect(tookMs).toBeLessThan(15 * SECOND);
  });

  test.each<[string, Answer, number]>([
    ["takes 12 at once", takes(12, refused), 6],
    ["takes 20 in a second", takesInSecond(20, refused), 60],
  ])("also of a store that %s", async (_, otherwise, seconds) => {
    const { same, tookMs } = await look(withoutEach(10, refused, otherwise));
    expect(same).toBe(COUNT - COUNT / 10);
    expect(tookMs).toBeLessThan(seconds * SECOND);
  });
});

describe("what is refused by chance costs little", () => {
  test.each(
    cases<readonly [number, string, Answer, number, number]>(
      [
        [0.1, "rests of 5 s", restAsked(5), COUNT, 15],
        // Five tries of a file may all be refused.
        [0.5, "503s", refused, 0.93 * COUNT, 100],
      ],
      [[0.1, "503s", refused, COUNT, 5]],
    ),
  )("%f by %s", async (share, _, refuse, least, seconds) => {
    const { same, tookMs } = await look(refusingShare(share, refuse));
    expect(same).toBeGreaterThanOrEqual(least);
    expect(tookMs).toBeLessThan(seconds * SECOND);
  });
});
