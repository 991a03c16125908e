// How far a batch has come, found with few looks.
import { findFrontier, hasMoved, type Frontier } from "../../src/upload/frontier";

async function find(
  count: number,
  complete: number,
  before?: Frontier,
): Promise<{ readonly found: Frontier; readonly looks: number }> {
  let looks = 0;
  const look = async (index: number) => {
    looks += 1;
    return { isComplete: index < complete };
  };
  return { found: await findFrontier(count, look, before), looks };
}

describe("how far a batch has come", () => {
  test("is found by halving, wherever it is", async () => {
    for (const count of [0, 1, 2, 7, 100, 1000]) {
      for (let complete = 0; complete <= count; complete += Math.ceil(count / 50) || 1) {
        const { found, looks } = await find(count, complete);
        expect(found.index).toBe(complete);
        expect(looks).toBeLessThanOrEqual(Math.ceil(Math.log2(count + 1)));
      }
    }
  });

  test("costs one look where nothing has moved, and few where a little has", async () => {
    const before = { index: 40 };
    expect(await find(1000, 40, before)).toEqual({ found: { index: 40 }, looks: 1 });
    const { found, looks } = await find(1000, 50, before);
    expect(found.index).toBe(50);
    expect(looks).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(11)) + 1);
  });

  test("costs nothing once all is complete", async () => {
    expect(await find(100, 100, { index: 100 })).toEqual({ found: { index: 100 }, looks: 0 });
  });

  test("has moved when a part of the same file was stored", async () => {
    const look = async () => ({ isComplete: false, parts: 4 });
    const now = await findFrontier(3, look, { index: 0, parts: 3 });
    expect(now).toEqual({ index: 0, parts: 4 });
    expect(hasMoved({ index: 0, parts: 3 }, now)).toBe(true);
    expect(hasMoved(now, now)).toBe(false);
  });
});
