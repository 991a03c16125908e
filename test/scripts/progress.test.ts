// What a person sees while a part is installed.
import { startProgress } from "../../scripts/parts/progress";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function written(isTTY: boolean, forMs: number): string[] {
  const lines: string[] = [];
  const done = startProgress("building", {
    stream: { isTTY, write: (text: string) => lines.push(text) > 0 },
  });
  jest.advanceTimersByTime(forMs);
  done("done in");
  return lines;
}

describe("a part that takes minutes", () => {
  test("moves where there is no terminal, by a line now and then", () => {
    const lines = written(false, 61_000);
    expect(lines[0]).toBe("building\n");
    expect(lines.slice(1, -1).length).toBeGreaterThanOrEqual(3);
    expect(lines.at(-1)).toContain("done in 1:01");
  });

  test("has one line with a clock on a terminal", () => {
    const lines = written(true, 3_000);
    expect(lines.slice(1, -1)).toEqual(["\rbuilding 0:01", "\rbuilding 0:02", "\rbuilding 0:03"]);
    expect(lines.at(-1)).toBe("\rbuilding done in 0:03\n");
  });
});
