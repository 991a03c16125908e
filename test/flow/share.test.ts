// What one run does when it sees that others use its key, and when it sees them no more.
import { createShare, nextShare, othersOf, type Share } from "../../src/flow/rate/share";

const START_MS = 1_000_000;
const RESET_MS = START_MS + 60_000;

interface Reply {
  readonly atMs: number;
  readonly used: number;
  readonly own: number;
  /** Own ones. */
  readonly refused?: number;
}

function reply(share: Share, { atMs, used, own, refused = 0 }: Reply): Share {
  const limits = { limit: 600, remaining: 600 - used, resetAtMs: RESET_MS };
  const seen = { atMs: START_MS + atMs, limits, started: own, underWay: 0, refused };
  return nextShare(share, { kind: "reply", seen });
}

function refused(share: Share, atMs: number, isOfSecond: boolean): Share {
  const times = { startMs: START_MS + atMs - 20, atMs: START_MS + atMs };
  const untilMs = START_MS + atMs + 1000;
  return nextShare(share, { kind: "refused", ...times, untilMs, chance: 0.5, isOfSecond });
}

const started = (share: Share, atMs: number): Share =>
  nextShare(share, { kind: "start", atMs, chance: 0.5 });

const alone = (): Share => reply(createShare(20), { atMs: 0, used: 1, own: 1 });
const beside = (): Share => reply(alone(), { atMs: 100, used: 4, own: 2 });

describe("a run", () => {
  test("is not held back while only its own calls are counted", () => {
    expect(alone().rate).toBe(Infinity);
    expect(reply(alone(), { atMs: 100, used: 2, own: 2 }).rate).toBe(Infinity);
  });

  test("spreads its calls by itself, so that another's find room", () => {
    let share = started(alone(), START_MS);
    for (let sent = 0; sent < 20; sent += 1) share = started(share, START_MS + 5000);
    expect(share.nextMs - START_MS - 5000).toBeGreaterThan(400);
    expect(share.nextMs - START_MS - 5000).toBeLessThan(1000);
  });

  test("leaves half of its first second to those that start with it", () => {
    let share = alone();
    for (let sent = 0; share.nextMs < START_MS + 1000; sent += 1) {
      expect(sent).toBeLessThan(12);
      share = started(share, Math.max(START_MS, share.nextMs));
    }
  });

  test("begins with a small share when another's call is counted, and leaves its calls a gap", () => {
    const share = beside();
    expect(share.rate).toBeLessThan(5);
    const { nextMs } = nextShare(share, { kind: "start", atMs: START_MS + 100, chance: 0.5 });
    expect(nextMs).toBeCloseTo(START_MS + 100 + 1000 / share.rate);
  });

  test("sees how many calls others make", () => {
    const share = reply(beside(), { atMs: 1100, used: 16, own: 4 });
    const later = reply(share, { atMs: 2100, used: 28, own: 6 });
    expect(othersOf(later)?.perSecond).toBeCloseTo(10);
  });

  test("counts what is refused among the calls of all, as often as its own are", () => {
    const perSecond = (refused: number): number => {
      const share = reply(beside(), { atMs: 1100, used: 22, own: 8 });
      const later = reply(share, { atMs: 2100, used: 42, own: 14, refused });
      return later.traffic.rates?.all ?? 0;
    };
    expect(perSecond(0)).toBeCloseTo(20);
    expect(perSecond(3)).toBeGreaterThan(25);
  });

  test("becomes faster while much is left, and slower when too much is used", () => {
    let share = beside();
    for (let second = 1; second <= 3; second += 1)
      share = reply(share, { atMs: 1000 * second, used: 4 + 6 * second, own: 2 + 2 * second });
    const before = share.rate;
    expect(before).toBeGreaterThan(beside().rate);
    for (let second = 4; second <= 6; second += 1)
      share = reply(share, { atMs: 1000 * second, used: 25 * second, own: 2 + 2 * second });
    expect(share.rate).toBeLessThan(before);
  });

  test("takes it for no room that others begin a minute a little later", () => {
    let share = beside();
    for (let second = 1; second <= 20; second += 1)
      share = reply(share, { atMs: 1000 * second, used: 4 + 18 * second, own: 2 + 2 * second });
    const { rate } = share;
    const turned = (atMs: number, used: number, own: number): Share => {
      const limits = { limit: 600, remaining: 600 - used, resetAtMs: RESET_MS + 60_000 };
      const seen = { atMs: RESET_MS + atMs, limits, started: 42 + own, underWay: 0, refused: 0 };
      return nextShare(share, { kind: "reply", seen });
    };
    for (let nth = 1; nth <= 3; nth += 1) share = turned(500 * nth, 2 * nth, nth);
    expect(share.rate).toBe(rate);
    for (let nth = 4; nth <= 8; nth += 1) share = turned(500 * nth, 9 * nth, nth);
    expect(share.rate).not.toBe(rate);
  });

  test("has the key to itself again when no other's call was counted for two seconds", () => {
    let share = beside();
    for (let at = 1; at <= 5; at += 1)
      share = reply(share, { atMs: 100 + 500 * at, used: 4 + at, own: 2 + at });
    expect(share.rate).toBe(Infinity);
  });

  test("soon has to itself the key that an earlier run has used", () => {
    const seenBefore = 10;
    let share = createShare(20);
    for (let own = 1; own <= 3; own += 1)
      share = reply(share, { atMs: 430 * (own - 1), used: seenBefore + own, own });
    expect(share.rate).toBe(Infinity);
  });

  test("does not have it to itself beside one that has just begun as well", () => {
    let share = createShare(20);
    for (let own = 1; own <= 5; own += 1)
      share = reply(share, { atMs: 430 * (own - 1), used: 10 + 2 * own, own });
    expect(share.rate).not.toBe(Infinity);
  });

  test("becomes slower by a refusal of the second, and waits as it was asked", () => {
    const share = refused(beside(), 500, true);
    expect(share.rate).toBeLessThan(beside().rate);
    expect(share.nextMs).toBeGreaterThan(START_MS + 1500);
  });

  test("keeps its rate by a refusal of the minute", () => {
    expect(refused(beside(), 500, false).rate).toBe(beside().rate);
  });
});

describe("a run whose server sends no headers", () => {
  test("takes one refusal for chance, and two for others", () => {
    const once = refused(createShare(20), 500, true);
    expect(once.rate).toBe(Infinity);
    expect(refused(once, 2000, true).rate).toBe(10);
    expect(refused(once, 60_000, true).rate).toBe(Infinity);
  });

  test("keeps its rate, and waits, by a refusal that takes longer than a second", () => {
    const share = refused(refused(createShare(20), 500, true), 2000, true);
    const times = { startMs: START_MS + 9980, atMs: START_MS + 10_000 };
    const untilMs = START_MS + 40_000;
    const held = nextShare(share, {
      kind: "refused",
      ...times,
      untilMs,
      chance: 0.5,
      isOfSecond: true,
    });
    expect(held.rate).toBe(share.rate);
    expect(held.nextMs).toBeGreaterThan(untilMs);
  });

  test("waits once for a minute that several refusals tell of at once", () => {
    const first = refused(refused(createShare(20), 500, true), 2000, true);
    const ratesBy = [1, 4].map((refusals) => {
      let share = first;
      for (let nth = 0; nth < refusals; nth += 1) {
        const times = { startMs: START_MS + 10_000, atMs: START_MS + 10_100 + nth };
        const asked = { untilMs: START_MS + 60_000, chance: 0.5, isOfSecond: true };
        share = nextShare(share, { kind: "refused", ...times, ...asked });
      }
      return nextShare(share, { kind: "unmeasured", atMs: START_MS + 65_000 }).rate;
    });
    expect(ratesBy[0]).toBeGreaterThan(first.rate);
    expect(ratesBy[1]).toBeCloseTo(ratesBy[0]!);
  });

  test("asks each five seconds while all is refused, never before the server said, and then begins anew", () => {
    let share = createShare(20);
    for (let atMs = 1000; atMs <= 60_000; atMs += 4000) share = refused(share, atMs, true);
    expect(share.nextMs).toBeGreaterThan(START_MS + 57_000 + 1000);
    expect(share.nextMs).toBeLessThanOrEqual(START_MS + 57_000 + 5000);
    expect(share.rate).toBeLessThan(0.1);
    const times = { startMs: START_MS + 62_000, atMs: START_MS + 62_100 };
    const asked = { untilMs: START_MS + 90_000, chance: 0.5, isOfSecond: true };
    const held = nextShare(share, { kind: "refused", ...times, ...asked });
    expect(held.nextMs).toBe(START_MS + 90_000);
    const served = nextShare(held, { kind: "served", atMs: START_MS + 90_100 });
    expect(served.rate).toBeGreaterThan(2);
    expect(served.nextMs).toBe(START_MS + 90_100);
  });

  test("waits longer by each refusal in a row that asks for no wait, but by the first", () => {
    let share = createShare(20);
    const waitsMs = [0, 1, 2, 3].map((nth) => {
      const atMs = START_MS + 20_000 * nth;
      const times = { startMs: atMs - 20, atMs, untilMs: atMs };
      share = nextShare(share, { kind: "refused", ...times, chance: 0, isOfSecond: true });
      return share.nextMs - atMs;
    });
    expect(waitsMs).toEqual([0, 1000, 1000, 2000]);
  });

  test("rises slowly near the rate that was refused, and faster the longer it is not", () => {
    let share = refused(refused(createShare(20), 500, true), 2000, true);
    share = refused(refused(share, 4000, true), 6000, true);
    const rates = [8, 10, 12].map((second) => {
      share = nextShare(share, { kind: "unmeasured", atMs: START_MS + 1000 * second });
      return share.rate;
    });
    const [first = 0, second = 0, third = 0] = rates;
    expect(second / first).toBeGreaterThan(1.1);
    expect(third / second).toBeGreaterThan(second / first);
  });

  test("becomes faster until nothing holds it back", () => {
    let share = refused(refused(createShare(20), 500, true), 2000, true);
    for (let second = 3; second <= 60; second += 1)
      share = nextShare(share, { kind: "unmeasured", atMs: START_MS + 1000 * second });
    expect(share.rate).toBe(Infinity);
  });
});
