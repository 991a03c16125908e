// Whether what was presigned may be used once more. Each presign is a call of the key's budget, which all its runs share: while a
// store throttles, one for each try would use up all of that and store nothing.
import { isAvalaError } from "../../errors";
import { signedUntil } from "./signed-until";

// By then the server may sign for another store, of which only those hear who ask.
const MAX_AGE_MS = 60_000;
// What is left is for a file on its way and for a clock that is behind: by up to all of its life, and it is still used in time.
const USED_PART = 0.5;

/** A URL, and the fields of a form. */
interface Signed {
  readonly url: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** Whether `error`, the refusal of a try, leaves what was presigned as it was: a store that throttles has done nothing with it. */
export function leavesSigned(error: unknown): boolean {
  return isAvalaError(error) && error.code === "storage" && error.isThrottled;
}

/** Of what came at `sinceMs`. Where it does not say how long it is valid, the next try presigns again. */
export function isStillSigned(presigned: Signed, sinceMs: number, nowMs: number): boolean {
  const untilMs = signedUntil({ ...presigned, url: new URL(presigned.url) }) ?? sinceMs;
  return nowMs - sinceMs < Math.min(MAX_AGE_MS, USED_PART * (untilMs - sinceMs));
}

interface Trying<Presigned, T> {
  readonly presign: () => Promise<Presigned>;
  readonly use: (presigned: Presigned) => Promise<T>;
}

/**
 * Runs each try with what is presigned then, or with what the one before had and {@link leavesSigned}, while that
 * {@link isStillSigned}.
 * @param first for the first try
 * @throws as `presign` and `use`
 */
export function presignedTries<Presigned>(
  signedOf: (presigned: Presigned) => Signed,
  nowMs: () => number,
  first?: Presigned,
): <T>(trying: Trying<Presigned, T>) => Promise<T> {
  const held = (presigned: Presigned) => ({ presigned, sinceMs: nowMs() });
  let last = first === undefined ? undefined : held(first);
  let isTried = false;
  const usable = (): typeof last => {
    if (last === undefined || !isTried) return last;
    return isStillSigned(signedOf(last.presigned), last.sinceMs, nowMs()) ? last : undefined;
  };
  return async ({ presign, use }) => {
    last = usable() ?? held(await presign());
    isTried = true;
    try {
      return await use(last.presigned);
    } catch (error) {
      if (!leavesSigned(error)) last = undefined;
      throw error;
    }
  };
}
