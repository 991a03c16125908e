// A file that landed in one batch, then in one of other content, and goes in the first again, where its session is complete:
// a server that keeps one place for both has it in the second alone.
import type { UploadResult } from "../../src/upload/result";
import {
  createBatchWorld,
  type BatchWorld,
  type Contents,
  type How,
} from "../simulation/batch-world";

const FIRST: Contents = { "same.jpg": "always the same", "other.jpg": "content A" };
const CHANGED: Contents = { ...FIRST, "other.jpg": "content B" };

/** Begins the first set, of which one file lands; then sends the changed one. */
async function changeMidway({ upload }: BatchWorld): Promise<void> {
  let puts = 0;
  expect(await upload(FIRST, { isRefused: () => (puts += 1) > 1 })).toBe("failed");
  expect(await upload(CHANGED)).toMatchObject({ isComplete: true });
}

async function expectWhole(world: BatchWorld, how: How = {}): Promise<void> {
  const result = await world.upload(FIRST, how);
  expect(result).toMatchObject({ isComplete: true });
  const { uploadUid } = result as UploadResult;
  expect(world.lies(uploadUid)).toEqual(world.digestsOf(FIRST));
}

describe("a file that another batch has taken from the one that it goes in again", () => {
  test("is sent again, though its session there is complete", async () => {
    const world = createBatchWorld();
    const run = async (): Promise<void> => {
      await changeMidway(world);
      await expectWhole(world);
    };
    await world.play(run());
  });

  test("is sent again by the next run, too, when the first to go back was killed before it asked", async () => {
    const world = createBatchWorld();
    const run = async (): Promise<void> => {
      await changeMidway(world);
      expect(await world.upload(FIRST, { killedAt: 0 })).toBe("killed");
      await expectWhole(world);
    };
    await world.play(run());
  });

  test("is sent again at once then: what the killed run has begun is no other run's", async () => {
    const world = createBatchWorld();
    const run = async (): Promise<void> => {
      await changeMidway(world);
      expect(await world.upload(FIRST, { killedAt: 0 })).toBe("killed");
      const startedMs = world.now();
      await expectWhole(world);
      expect(world.now() - startedMs).toBeLessThan(60_000);
      expect(world.warnings.join("\n")).not.toMatch(/another run|Waiting/);
    };
    await world.play(run());
  });

  test.each(["last", "together"] as const)(
    "is no obstacle to going back where nothing is replaced, and the change was killed, batches: %s",
    async (batches) => {
      const world = createBatchWorld({ batches });
      const run = async (): Promise<void> => {
        await world.upload(FIRST);
        const more = { ...FIRST, "more.jpg": "one more" };
        expect(await world.upload(more, { killedAt: 1 })).toBe("killed");
        expect(await world.upload(FIRST)).toMatchObject({ isComplete: true });
        expect(await world.upload(more)).toMatchObject({ isComplete: true });
      };
      await world.play(run());
    },
  );

  test("is sent again although the caller knows it to have landed there, when a run back was killed", async () => {
    const world = createBatchWorld();
    const run = async (): Promise<void> => {
      await changeMidway(world);
      const stored = world.stored(FIRST, "same.jpg");
      expect(await world.upload(FIRST, { stored, killedAt: 0 })).toBe("killed");
      await expectWhole(world, { stored });
    };
    await world.play(run());
  });
});
