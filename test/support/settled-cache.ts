// A digest cache as a process has it that has just been started, on files that were written some time before.
import { createDigestCache, type DigestCache } from "../../src/files/digests/digest-cache";
import type { ClockMark } from "../../src/files/digests/clock-mark";

export type CacheOptions = NonNullable<Parameters<typeof createDigestCache>[0]>;

/** A clock that is ahead: so the files' times are past. */
export function settled(aheadMs = 100_000): ClockMark {
  return { wallMs: Date.now() + aheadMs, bootedMs: 1000, boot: "this one" };
}

/** On a disk that shows each change; nothing is drawn as a sample. */
export function startSettledCache(options: CacheOptions): DigestCache {
  return createDigestCache({
    isSteady: () => true,
    random: { next: () => 1 },
    markClock: () => settled(),
    ...options,
  });
}
