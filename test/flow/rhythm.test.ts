import { createRhythm } from "../../src/flow/rhythm";

interface Work {
  readonly seconds: number;
  /** Of the work, at a second. */
  readonly share?: (second: number) => number;
}

/** The seconds at which lines come, of work that asks ten times a second. */
function linesOf({ seconds, share = () => 0 }: Work): readonly number[] {
  let nowMs = 0;
  const isDue = createRhythm({ minMs: 1_000, maxMs: 60_000, now: () => nowMs });
  const lines: number[] = [];
  for (; nowMs <= seconds * 1000; nowMs += 100)
    if (isDue(share(nowMs / 1000))) lines.push(nowMs / 1000);
  return lines;
}

test("the first lines come each after the shortest pause", () => {
  expect(linesOf({ seconds: 5 })).toEqual([1, 2, 3, 4, 5]);
});

test("then the pauses grow, to the longest and no further", () => {
  const lines = linesOf({ seconds: 3600 });
  const pauses = lines.slice(1).map((second, index) => second - (lines[index] ?? 0));
  expect(pauses.every((pause, index) => pause >= (pauses[index - 1] ?? 0) - 0.1)).toBe(true);
  expect(pauses.at(-1)).toBeCloseTo(60, 0);
  expect(lines.length).toBeLessThan(90);
});

test("each tenth of the work is worth a line at once", () => {
  const lines = linesOf({ seconds: 1000, share: (second) => second / 1000 });
  for (const tenth of [100, 200, 300, 400, 500, 600, 700, 800, 900]) expect(lines).toContain(tenth);
});

test("tenths that come in quick succession have no more lines than the shortest pause allows", () => {
  expect(linesOf({ seconds: 2, share: (second) => second / 2 })).toEqual([1, 2]);
});

test("other work begins with its first tenth again", () => {
  const share = (second: number): number => (second < 600 ? second / 600 : (second - 600) / 400);
  expect(linesOf({ seconds: 1000, share })).toContain(640);
});

test("work that is done at once has no line", () => {
  expect(linesOf({ seconds: 0.9, share: () => 1 })).toEqual([]);
});
