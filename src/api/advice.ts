// Look-ups that a run can do without: they are cut short, a request under way as well. Knows no endpoint.
import { AvalaError, isAvalaError } from "../errors";
import { startTimer } from "../flow/clock";
import { withDeadline, withSignal, type Avala } from "./connection";

/** All tries of one look-up together. A silent server cost a run 61 s of its rights, and 122 s of its quota. */
export const maxAdviceMs = 10_000;

/**
 * A 429 says something of the key (contract, "Rate limits"), so it holds all calls. One of advice that asks for longer than the
 * advice is waited for does not: the next call that a run needs asks for itself. If the limit is the key's, that costs one more
 * refusal, which then holds all. If it is one of that route alone, the run is spared a wait for nothing.
 */
function holdingBriefly(avala: Avala): Avala {
  return { ...avala, call: (request) => avala.call({ maxHoldMs: maxAdviceMs, ...request }) };
}

/**
 * What `ask` finds out in {@link maxAdviceMs}. The request itself is stopped by the system's time, and the waits between
 * tries end by the session's.
 * @throws AvalaError `timeout` when that is over; as `ask`
 */
export async function withinAdvice<T>(
  avala: Avala,
  what: string,
  ask: (avala: Avala) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const cancelTimer = startTimer(maxAdviceMs, () => stop.abort());
  const inTime = withDeadline(avala, avala.clock.now() + maxAdviceMs);
  try {
    return await ask(holdingBriefly(withSignal(inTime, stop.signal)));
  } catch (error) {
    if (!stop.signal.aborted || avala.signal?.aborted === true) throw error;
    const seconds = maxAdviceMs / 1000;
    throw new AvalaError("timeout", `Could not ${what}: no response within ${seconds} seconds.`, {
      cause: error,
    });
  } finally {
    cancelTimer();
  }
}

/** For `.catch` of a look-up that is never more than advice. @throws `cancelled`, `authentication`, what is not ours */
export function ignoreAdvice(error: unknown): undefined {
  if (!isAvalaError(error) || error.code === "cancelled" || error.code === "authentication")
    throw error;
  return undefined;
}
