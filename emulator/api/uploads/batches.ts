// Which files are in which batch, as the dialect has it. Knows nothing of how they are sent.
import type { World } from "../request";

/** Stands for the first protocol among the batches of a file. */
const NO_BATCH = "";

function batchesOf(key: string, { state }: World): readonly string[] {
  return [state.batches.get(key) ?? NO_BATCH].flat();
}

/** Notes that the file was presigned in the batch. */
export function noteBatch(key: string, batch: string = NO_BATCH, world: World): void {
  const before = world.state.batches.has(key) ? batchesOf(key, world) : [];
  if (before.at(-1) === batch) return;
  world.state.batches.set(key, [...before.filter((other) => other !== batch), batch]);
}

function isIn(key: string, batch: string, world: World): boolean {
  const batches = batchesOf(key, world);
  return world.config.dialect.batches === "last"
    ? batches.at(-1) === batch
    : batches.includes(batch);
}

/** Whether a confirm of the batch indexes the file; one that was never presigned is of none. */
export function isIndexedIn(key: string, batch: string = NO_BATCH, world: World): boolean {
  return world.config.dialect.batches === "together" || isIn(key, batch, world);
}

/** How many files are in the batch. */
export function countFiles(batch: string, world: World): number {
  let count = 0;
  for (const [key] of world.state.batches.entries()) if (isIn(key, batch, world)) count += 1;
  return count;
}
