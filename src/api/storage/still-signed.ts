// Whether what was presigned may be used once more. Each presign is a call of the key's budget, which all its runs share: while a
// store throttles, one for each try would use up all of that and store nothing. Pure.
import { isAvalaError } from "../../errors";
import { signedUntil } from "./signed-until";

// What it takes beyond the store's own wait: the longest of ours, a clock that is a little wrong, and a large file on its way.
const AHEAD_MS = 5 * 60_000;

/**
 * After `error`, the refusal of a try with it: a store that throttles has done nothing with it. Where it does not say how long it
 * is valid, or not for long, the next try presigns again, as after any other refusal.
 * @param presigned a URL, and the fields of a form
 */
export function isStillSigned(
  presigned: {
    readonly url: string;
    readonly fields?: readonly (readonly [name: string, value: string])[];
  },
  error: unknown,
  nowMs: number,
): boolean {
  if (!isAvalaError(error) || error.code !== "storage" || !error.isThrottled) return false;
  const until = signedUntil({ ...presigned, url: new URL(presigned.url) }) ?? 0;
  return until - nowMs > AHEAD_MS + (error.retryAfterMs ?? 0);
}
