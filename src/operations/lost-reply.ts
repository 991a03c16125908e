// Makes something that must not be made twice, over a server whose reply can be lost (contract, "Errors").
// Knows nothing of what is made.
import type { Avala } from "../api/connection";
import { AvalaError, isAvalaError } from "../errors";
import { ambiguousIfLate } from "../flow/deadline";
import { DEFAULT_TRIES, isBearable, retry } from "../flow/retry";
import { retryOn } from "../upload/send/attempt";

interface CreateOnce<T> {
  /** `start export release` */
  readonly what: string;
  /** One creation. Where the server said that nothing was done, it has tried that again itself. */
  readonly make: () => Promise<T>;
  /** Looks whether a creation, whose reply was lost as `lost` says, was done all the same. */
  readonly find: (lost: AvalaError) => Promise<T | undefined>;
}

export interface Made<T> {
  readonly made: T;
  /**
   * The reply to its creation was lost, and it was there then: what only that reply contained is not known, nor whether it is
   * ours or another run's, made in the same moment.
   */
  readonly wasFound: boolean;
}

// A gateway that gave up waiting says nothing of the server behind it, which may end what it does a moment later.
const MIN_WAIT_MS = 2000;
const MAX_WAIT_MS = 30_000;

function isTaken({ code }: AvalaError): boolean {
  return code === "conflict" || code === "validation";
}

/** The wait before the look, and then the next try. What the server asked for is kept, where a run can wait so long. */
function waitAfter(error: AvalaError, attempt: number): number {
  const own = Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** (attempt - 1));
  return isBearable(error) ? Math.max(own, error.retryAfterMs ?? 0) : own;
}

function mayBeTriedAgain(error: AvalaError, attempt: number): boolean {
  return attempt <= DEFAULT_TRIES && isBearable(error);
}

function toBeLookedFor(error: AvalaError, attempt: number): AvalaError {
  const { code, message, hint } = error;
  const retryAfterMs = waitAfter(error, attempt);
  return new AvalaError(code, message, { hint, retryAfterMs, retryable: true, cause: error });
}

/**
 * Makes it, or finds that it was made. After a lost reply the order is: wait, look, and only then another try, so that
 * what the server did meanwhile is found; a refusal that the name is taken is looked up at once, for it may be taken by
 * our own first try.
 * @throws AvalaError; still `ambiguous` when the last reply was lost and nothing was found, or a deadline came before the look
 */
export async function makeOnce<T>(
  avala: Avala,
  { what, make, find }: CreateOnce<T>,
): Promise<Made<T>> {
  let lost: AvalaError | undefined;
  const attempt = async (count: number): Promise<Made<T> | { refused: AvalaError }> => {
    const found = lost && (await find(lost));
    if (found !== undefined) return { made: found, wasFound: true };
    if (lost !== undefined && !mayBeTriedAgain(lost, count)) return { refused: lost };
    try {
      return { made: await make(), wasFound: false };
    } catch (error) {
      if (!isAvalaError(error)) throw error;
      if (error.ambiguous) {
        lost = error;
        throw toBeLookedFor(error, count);
      }
      const ours = lost !== undefined && isTaken(error) ? await find(lost) : undefined;
      return ours === undefined ? { refused: error } : { made: ours, wasFound: true };
    }
  };
  // One more than the tries: the last lost reply is waited for and looked up like the others.
  const options = { ...retryOn(avala, what, avala.signal), maxTries: DEFAULT_TRIES + 1 };
  const ended = await retry(attempt, options).catch((error: unknown) => {
    throw lost === undefined ? error : ambiguousIfLate(error);
  });
  if ("refused" in ended) throw ended.refused;
  return ended;
}

interface CreateOnceAmong<T> {
  readonly what: string;
  readonly make: () => Promise<T>;
  /** Those like the one that is made: only being new distinguishes it from them. */
  readonly alike: () => Promise<readonly T[]>;
  /** What `alike` returned before; `undefined` when the key may not list them. */
  readonly before: readonly T[] | undefined;
  /** For when that makes it impossible to know whether one was made. */
  readonly unknownOutcomeError: (lost: AvalaError) => AvalaError;
}

/** As {@link makeOnce}, for what may have others like it: after a lost reply the one that was not there before is taken. */
export async function makeOnceAmong<T extends { readonly uid: string }>(
  avala: Avala,
  { what, make, alike, before, unknownOutcomeError }: CreateOnceAmong<T>,
): Promise<Made<T>> {
  const known = new Set(before?.map(({ uid }) => uid));
  return makeOnce(avala, {
    what,
    make,
    find: async (lost) => {
      if (before === undefined) throw unknownOutcomeError(lost);
      return (await alike()).find(({ uid }) => !known.has(uid));
    },
  });
}

/** Whether two lists that are sets are the same set: most of what shows whether two things are alike. */
export function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  const [some, others] = [new Set(left), new Set(right)];
  return some.size === others.size && [...some].every((uid) => others.has(uid));
}
