// Questions whose answer holds for as long as a session lasts: who asks while another does waits for the same answer. Knows
// no endpoint.
import { unlessAborted } from "../flow/signals";
import type { Answer, Asked, Bounds } from "./remembered";

function isSame(one: Bounds, other: Bounds): boolean {
  const { signal, deadlineMs, maxTries } = one;
  return signal === other.signal && deadlineMs === other.deadlineMs && maxTries === other.maxTries;
}

const endOf = ({ deadlineMs = Number.POSITIVE_INFINITY }: Bounds): number => deadlineMs;

function isInTime<T>({ isAnswered, bounds }: Asked<T>, within: Bounds): boolean {
  return isAnswered || endOf(bounds) <= endOf(within);
}

async function askAlone<T>(avala: Bounds, kept: Answer<T>, ask: () => Promise<T>): Promise<T> {
  const asked: Asked<T> = { answer: ask(), bounds: avala, isAnswered: false };
  kept.asked = asked;
  try {
    const answer = await asked.answer;
    asked.isAnswered = true;
    // One who had to end sooner may have asked since.
    kept.asked = asked;
    return answer;
  } catch (error) {
    if (kept.asked === asked) delete kept.asked;
    throw error;
  }
}

/**
 * The answer that is kept, or else that of `ask`. A failure is not kept; nor is one shared that may come of the bounds of
 * who asked, such as its signal: who waited asks then.
 * @throws as `ask`; AvalaError `cancelled` at once when the session's signal aborts
 */
export async function askOnce<T>(
  avala: Bounds,
  kept: Answer<T>,
  ask: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const { asked } = kept;
    if (asked === undefined || !isInTime(asked, avala)) return askAlone(avala, kept, ask);
    try {
      return await unlessAborted(asked.answer, avala.signal, "A look-up");
    } catch (error) {
      if (avala.signal?.aborted === true || isSame(asked.bounds, avala)) throw error;
    }
  }
}
