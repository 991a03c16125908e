// Whether what was presigned may be used once more. Each presign is a call of the key's budget, which all its runs share: while a
// store throttles, one for each try would use up all of that and store nothing.
import { isAvalaError } from "../../errors";
import { signedUntil } from "./signed-until";

// What it takes beyond the store's own wait: the longest of ours, a clock that is a little wrong, and a large file on its way.
const AHEAD_MS = 5 * 60_000;

/** A URL, and the fields of a form. */
interface Signed {
  readonly url: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/**
 * After `error`, the refusal of a try with it: a store that throttles has done nothing with it. Where it does not say how long it
 * is valid, or not for long, the next try presigns again, as after any other refusal.
 */
export function isStillSigned(presigned: Signed, error: unknown, nowMs: number): boolean {
  if (!isAvalaError(error) || error.code !== "storage" || !error.isThrottled) return false;
  const until = signedUntil({ ...presigned, url: new URL(presigned.url) }) ?? 0;
  return until - nowMs > AHEAD_MS + (error.retryAfterMs ?? 0);
}

interface Trying<Presigned, T> {
  readonly presign: () => Promise<Presigned>;
  readonly use: (presigned: Presigned) => Promise<T>;
  readonly nowMs: () => number;
}

/**
 * Runs each try with what is presigned then, or once more with what the one before had, where that is {@link isStillSigned}.
 * @param first for the first try
 * @throws as `presign` and `use`
 */
export function presignedTries<Presigned>(
  signedOf: (presigned: Presigned) => Signed,
  first?: Presigned,
): <T>(trying: Trying<Presigned, T>) => Promise<T> {
  let known = first;
  return async ({ presign, use, nowMs }) => {
    const presigned = known ?? (await presign());
    known = undefined;
    try {
      return await use(presigned);
    } catch (error) {
      if (isStillSigned(signedOf(presigned), error, nowMs())) known = presigned;
      throw error;
    }
  };
}
