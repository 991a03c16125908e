// Which limit a reply's headers speak of, a minute's or a bucket's, and whether they are believed. Pure.
import type { RateLimit } from "../../errors";
import { isBucket, isTelling } from "./bucket";

interface Heard {
  /** What the last headers were of. */
  readonly kind: "minute" | "bucket";
  /** What the reply says, as far as it is believed. */
  readonly limits: RateLimit | undefined;
}

export const NOTHING_HEARD: Heard = { kind: "minute", limits: undefined };

/**
 * After one more reply. Headers of a minute that follow those of a bucket are believed when a second reply has them too: a server
 * that shows now one, now the other would stop the run for each.
 */
export function hear(
  before: Heard,
  limits: RateLimit | undefined,
  perSecond: number,
  nowMs: number,
): Heard {
  if (limits === undefined) return { kind: before.kind, limits };
  if (isBucket(limits, perSecond, nowMs))
    return isTelling(limits)
      ? { kind: "bucket", limits }
      : { kind: before.kind, limits: undefined };
  return { kind: "minute", limits: before.kind === "bucket" ? undefined : limits };
}
