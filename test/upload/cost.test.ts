import { describeCost, estimateCost, formatBytes, formatDuration } from "../../src/upload/cost";

describe("what sending costs", () => {
  test("is one call a file, and the time that the default limit allows", () => {
    const cost = estimateCost({ files: 1234, bytes: 5_100_000_000, otherCalls: 6 });
    expect(cost).toMatchObject({ calls: 1240, limitPerMinute: 100, minutesAtLimit: 12.4 });
    expect(describeCost(cost)).toBe(
      "1,234 files, 5.1 GB, 1,240 API calls: at least 12 min at 100 calls a minute",
    );
  });

  test("follows the live limit", () => {
    const rateLimit = { limit: 600, remaining: 1, resetAtMs: 0 };
    expect(estimateCost({ files: 300, bytes: 1, rateLimit }).minutesAtLimit).toBe(0.5);
  });

  test("of nothing is said without calls or time", () => {
    expect(describeCost(estimateCost({ files: 0, bytes: 0 }))).toBe("0 files, 0 bytes");
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
  ])("%d seconds read as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
