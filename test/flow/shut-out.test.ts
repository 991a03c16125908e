// Another program has all of the limit for minutes, so that each call is refused. When it stops, what is free is used within seconds.
import { cases } from "../support/night";
import { middle, several } from "../support/several";
import { equal, shareKey } from "../support/sharing-runs";

const FROM_MS = 5000;

const servers = cases(
  [
    { kind: "fixed", signals: "all" },
    { kind: "sliding", signals: "none" },
    { kind: "bucket", signals: "retry-after" },
  ],
  [
    { kind: "sliding", signals: "all" },
    { kind: "bucket", signals: "all" },
    { kind: "bucket", signals: "none" },
  ],
);

describe.each(servers)("on a server that counts by $kind and sends $signals headers", (server) => {
  // At these times, windows have room for the next seconds.
  test.each([
    { runs: 1, minutes: 1 },
    { runs: 1, minutes: 3 },
    { runs: 1, minutes: 5 },
    { runs: 4, minutes: 3 },
  ])("$runs shut out for $minutes minutes", async ({ runs, minutes }) => {
    const untilMs = FROM_MS + minutes * 60_000;
    const limits = {
      ...{ perMinute: 600, perSecond: 20, ...server },
      rival: { fromMs: FROM_MS, untilMs },
    };
    const played = await several(async (seed) => {
      const shared = await shareKey(equal(runs, Math.ceil(400 / runs)), seed, limits);
      const sum = (fromMs: number, toMs: number): number =>
        shared.servedIn(fromMs, toMs).reduce((all, count) => all + count);
      return { during: sum(FROM_MS, untilMs), after: sum(untilMs, untilMs + 20_000) };
    });
    expect(middle(played.map(({ during }) => during))).toBeLessThan(40 * minutes);
    expect(middle(played.map(({ after }) => after))).toBeGreaterThan(100);
  });
});
