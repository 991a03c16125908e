// A batch from which files have gone to another one since: where a server keeps one place for both, a dataset that is made of
// it lacks them, and the name is used up.
import type { UploadResult } from "../../src/upload/result";
import { createBatchWorld, type BatchWorld, type Contents } from "../simulation/batch-world";

const FIRST: Contents = { "one.jpg": "one", "two.jpg": "two" };
const MORE: Contents = { ...FIRST, "three.jpg": "three" };

const whole = async (world: BatchWorld, contents: Contents): Promise<UploadResult> => {
  const result = await world.upload(contents);
  if (typeof result === "string") throw new Error(result);
  return result;
};

const inWorld = async (
  batches: "apart" | "marked" | "last" | "together",
  play: (world: BatchWorld) => Promise<void>,
): Promise<void> => {
  const world = createBatchWorld({ batches });
  await world.play(play(world));
};

const ALL_KINDS = ["apart", "marked", "last", "together"] as const;

describe("A batch of which files were sent in another since", () => {
  test.each([undefined, 0, 1, 2])(
    "is not confirmed, whether that run ended or was killed at presign %s",
    (killedAt) =>
      inWorld("marked", async (world) => {
        const first = await whole(world, FIRST);
        await world.upload(MORE, killedAt === undefined ? {} : { killedAt });
        const confirmed = await world.confirm(FIRST, first);
        expect(confirmed).toMatchObject({ outcome: "conflict" });
        expect(JSON.stringify(confirmed)).toMatch(/in another upload.*(one|two)\.jpg/);
        expect(world.server.datasets).toEqual([]);
      }),
  );

  test.each(ALL_KINDS)("is confirmed once it is sent again, batches: %s", (batches) =>
    inWorld(batches, async (world) => {
      const first = await whole(world, FIRST);
      await world.upload(MORE, { killedAt: 1 });
      const again = await whole(world, FIRST);
      const confirmed = await world.confirm(FIRST, again);
      expect(confirmed).toMatchObject({ outcome: "confirmed", isKnown: true });
      const [made] = world.server.datasets;
      // What a server adds that indexes whatever lies under the name is an error of the comparison.
      expect(made?.madeOf.size).toBeGreaterThanOrEqual(2);
      expect(first.isComplete).toBe(true);
    }),
  );

  test.each(ALL_KINDS)("is no obstacle to the batch that has them, batches: %s", (batches) =>
    inWorld(batches, async (world) => {
      await whole(world, FIRST);
      const more = await whole(world, MORE);
      const confirmed = await world.confirm(MORE, more);
      expect(confirmed).toMatchObject({ outcome: "confirmed", isKnown: true });
      expect(world.server.datasets[0]?.madeOf.size).toBe(3);
    }),
  );

  test("is not confirmed after a run back to it was killed before it sent anything", () =>
    inWorld("marked", async (world) => {
      const first = await whole(world, FIRST);
      await whole(world, MORE);
      expect(await world.upload(FIRST, { killedAt: 0 })).toBe("killed");
      expect(await world.confirm(FIRST, first)).toMatchObject({ outcome: "conflict" });
    }));
});
