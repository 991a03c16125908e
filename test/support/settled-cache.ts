// A digest cache as a process has it that has just been started, on files that were written some time before.
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDigestCache, type DigestCache } from "../../src/files/digests/digest-cache";
import type { ClockMark } from "../../src/files/digests/clock-mark";

export type CacheOptions = NonNullable<Parameters<typeof createDigestCache>[0]>;

/** A clock that is ahead: so the files' times are past. */
export function settled(aheadMs = 100_000): ClockMark {
  return { wallMs: Date.now() + aheadMs, bootedMs: 1000, boot: "this one" };
}

/**
 * Until a change has another time than what was written before. What is looked at is old, as the clock is ahead; but on a busy
 * machine the clock of the file system may stand still for 60 ms, and a file that took another's name then shows no change.
 */
export function passTick(folder: string): void {
  const timeOf = (name: string): bigint => {
    const file = join(folder, name);
    writeFileSync(file, name);
    const { ctimeNs } = statSync(file, { bigint: true });
    rmSync(file);
    return ctimeNs;
  };
  const before = timeOf("before");
  while (timeOf("after") === before);
}

/** On a disk that shows each change; nothing is drawn as a sample. */
export function startSettledCache(options: CacheOptions): DigestCache {
  return createDigestCache({
    isSteady: () => true,
    random: { next: () => 1 },
    markClock: () => settled(),
    writingBackMs: 60_000,
    ...options,
  });
}
