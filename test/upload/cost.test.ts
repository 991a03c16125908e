import { describeCost, estimateCost } from "../../src/upload/cost";
import { createLimiter } from "../support/limiters";
import {
  describeTransfer,
  formatBytes,
  formatCount,
  formatDuration,
  formatElapsed,
} from "../../src/text";

function filesOf(count: number, sizeBytes: number): { readonly sizeBytes: number }[] {
  return Array.from({ length: count }, () => ({ sizeBytes }));
}

const left = (remaining: number) => ({ limit: 100, remaining, resetAtMs: 40_000, nowMs: 0 });

describe("what sending costs", () => {
  test("is one call a file, some for its dataset, and the time after the first minute's calls", () => {
    const toSend = filesOf(1_217, 4_000_000);
    const cost = estimateCost([{ toSend, fileCount: 1_217 }]);
    // Four for the run, four for the dataset, and its items come in thirteen pages.
    expect(cost).toMatchObject({ calls: 1_238, limitPerMinute: 100 });
    expect(cost.minutesAtLimit).toBeCloseTo(12, 1);
    expect(describeCost(cost)).toBe(
      "1,217 files, 4.9 GB, 1,238 API calls (2,455 if the server takes PUTs): about 12 min at 100 calls a minute if no other run shares the limit",
    );
  });

  test("is told as no wait where the calls that are left of this minute cover it", () => {
    const datasets = [{ toSend: filesOf(90, 1_000), fileCount: 90 }];
    expect(describeCost(estimateCost(datasets))).toBe(
      "90 files, 90.0 kB, 99 API calls (189 if the server takes PUTs): no wait at 100 calls a minute if no other run shares the limit",
    );
    expect(estimateCost(datasets, left(99)).minutesAtLimit).toBe(0);
  });

  test("says that it is more where the server may take a file in parts", () => {
    const datasets = [{ toSend: filesOf(2, 9_000_000), fileCount: 2 }];
    expect(describeCost(estimateCost(datasets))).toContain(
      "11 API calls (13 if the server takes PUTs, more for files in parts)",
    );
  });

  test("is told with the time until the reset where the server says it, and then with whole minutes", () => {
    const costing = (calls: number) =>
      describeCost(estimateCost([{ toSend: filesOf(calls - 9, 1_000), fileCount: 90 }], left(49)));
    // Eleven go within a second of the reset.
    expect(costing(60)).toContain(": up to about 41 s at 100 calls a minute");
    expect(costing(100)).toContain(": up to about 43 s at 100 calls a minute");
    expect(costing(120)).toContain(": about 44 s at 100 calls a minute");
    expect(costing(150)).toContain(": up to about 2 min at 100 calls a minute");
    expect(costing(150)).toMatch(/; 49 calls left in this minute$/);
  });

  test("counts of this minute's calls only those that the limit of the second leaves time for", () => {
    const of = (resetAtMs: number) => {
      const limit = { limit: 100, remaining: 90, resetAtMs, nowMs: 0 };
      return describeCost(estimateCost([{ toSend: filesOf(700, 1), fileCount: 700 }], limit));
    };
    expect(of(300)).toContain(": up to about 7 min at 100 calls a minute");
    expect(of(10_000)).toContain(": about 6 min at 100 calls a minute");
  });

  test("is told in the same way whatever others have used of the minute, and says that it counts on none", () => {
    const datasets = [{ toSend: filesOf(80, 1_000), fileCount: 80 }];
    for (const remaining of [100, 89, 88, 3])
      expect(describeCost(estimateCost(datasets, left(remaining)))).toMatch(
        /: (no wait|(up to )?about 4\d s) at 100 calls a minute if no other run shares the limit/,
      );
  });

  test.each([
    ["fixed", 102, "up to about 60 s"],
    ["sliding", 102, "up to about 60 s"],
    ["bucket", 102, "up to about 60 s"],
    ["fixed", 1_238, "about 12 min"],
    ["sliding", 1_238, "about 12 min"],
    ["bucket", 1_238, "about 12 min"],
  ] as const)("is true of a server that counts so: %s, %d calls", (kind, calls, said) => {
    const cost = estimateCost([{ toSend: filesOf(calls - 9, 1), fileCount: 1 }]);
    expect(describeCost(cost)).toContain(`: ${said} at`);
    const limiter = createLimiter({ kind, perMinute: 100, perSecond: 20 });
    const tookMs = limiter.boundMs(calls);
    expect(tookMs).toBeLessThan(1.05 * cost.minutesAtLimit * 60_000 + 5_000);
    const leastMinutes = said.startsWith("up to") ? 0 : 0.9 * cost.minutesAtLimit;
    expect(tookMs).toBeGreaterThan(leastMinutes * 60_000);
  });

  test.each([
    [128, 600, "about 6 s at 20 calls a second"],
    [1_100, 600, "up to about 85 s at 600 calls a minute"],
    [3_000, 1_200, "about 3 min at 20 calls a second"],
    [10_000, 3_000, "about 8 min at 20 calls a second"],
    [600, 6_000, "about 30 s at 20 calls a second"],
  ])("keeps to 20 calls a second: %d calls at %d a minute", (calls, limit, said) => {
    const known = { limit, remaining: limit, resetAtMs: 60_000, nowMs: 0 };
    const toSend = filesOf(calls - 9, 1);
    const cost = estimateCost([{ toSend, fileCount: 1 }], known);
    expect(describeCost(cost)).toContain(`: ${said} if no other run shares the limit`);
    const limiter = createLimiter({ kind: "fixed", perMinute: limit, perSecond: 20 });
    const estimatedMs = cost.minutesAtLimit * 60_000;
    expect(limiter.boundMs(calls)).toBeGreaterThan(0.9 * estimatedMs - 1_000);
    expect(limiter.boundMs(calls)).toBeLessThan(1.05 * estimatedMs);
    // What is left counts where the minute is what bounds it.
    const begun = estimateCost([{ toSend, fileCount: 1 }], { ...known, remaining: limit - 1 });
    expect(describeCost(begun).endsWith("left in this minute")).toBe(said.endsWith("a minute"));
  });

  test("knows no second where the limit is so high that it would leave most of it out of reach", () => {
    const rateLimit = { limit: 6_001, remaining: 6_001, resetAtMs: 60_000, nowMs: 0 };
    const datasets = [{ toSend: filesOf(5_000, 1), fileCount: 1 }];
    expect(describeCost(estimateCost(datasets, rateLimit))).toContain(
      ": no wait at 6,001 calls a minute",
    );
  });

  test("of a file that no form can carry is what its parts need", () => {
    const of = (sizeBytes: number): number =>
      estimateCost([{ toSend: filesOf(1, sizeBytes), fileCount: 1 }]).calls;
    expect(of(200_000_000)).toBe(of(1_000));
    expect(of(5 * 1024 ** 3 + 1) - of(1_000)).toBe(2);
  });

  test("counts a dataset's own calls once for each that is sent, and none for one that lacks nothing", () => {
    const lacksNothing = { toSend: [], fileCount: 500 };
    const two = [1, 2].map(() => ({ toSend: filesOf(3, 10), fileCount: 3 }));
    expect(estimateCost([lacksNothing]).calls).toBe(0);
    expect(estimateCost([lacksNothing, ...two]).calls).toBe(4 + 2 * (3 + 4 + 1));
    const sought = two.map((one) => ({ ...one, isSoughtBeforeConfirm: true }));
    expect(estimateCost(sought).calls).toBe(4 + 2 * (3 + 5 + 1));
  });

  test("reads all items back when a few files are added to many", () => {
    expect(estimateCost([{ toSend: filesOf(1, 10), fileCount: 5_000 }]).calls).toBe(1 + 4 + 4 + 50);
  });

  test("follows the live limit", () => {
    const rateLimit = { limit: 600, remaining: 1, resetAtMs: 0 };
    const datasets = [{ toSend: filesOf(291, 1), fileCount: 94 }];
    const cost = estimateCost(datasets, rateLimit);
    expect(cost.limitPerMinute).toBe(600);
    // After the reset it takes 15 s to make 300 calls.
    expect(describeCost(cost)).toContain(": up to about 75 s at 600 calls a minute");
  });

  test.each([
    [1_400_000, 80, "1.4 MB in less than a second"],
    [1_400_000, 8_000, "1.4 MB in 8 s, 175 kB/s"],
    [5_100_000_000, 600_000, "5.1 GB in 10 min, 8.5 MB/s"],
  ])("%d bytes that took %d ms are told with a rate that the time bears out", (bytes, ms, text) => {
    expect(describeTransfer(bytes, ms)).toBe(text);
  });

  test("of nothing is said without calls or time", () => {
    expect(describeCost(estimateCost([]))).toBe("0 files, 0 bytes");
  });

  test.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [999_499, "999 kB"],
    [999_600, "1.0 MB"],
    [2 ** 31, "2.1 GB"],
  ])("%d bytes read as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [0.2, "1 s"],
    [89, "89 s"],
    [90, "2 min"],
    [5 * 3600, "5 h"],
    [12_000, "3 h 20 min"],
    [365 * 24 * 3600, "8760 h"],
    [Number.POSITIVE_INFINITY, "more than a year"],
  ])("%d seconds read as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test.each([
    [89, "89 s"],
    [291, "4 min 51 s"],
    [317.4, "5 min 17 s"],
    [600, "10 min"],
    [3_599.8, "60 min"],
    [12_000, "3 h 20 min"],
  ])("%d seconds that were measured read as %s", (seconds, text) => {
    expect(formatElapsed(seconds)).toBe(text);
  });

  test.each([
    [0, "0"],
    [999, "999"],
    [1_000, "1,000"],
    [1_234_567, "1,234,567"],
  ])("a count of %d reads as %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});
