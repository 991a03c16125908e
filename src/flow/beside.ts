// A check beside longer work, which ends when the check fails. Knows nothing of either.
import { forMany } from "./signals";

export interface Beside {
  /** Stops the work. */
  readonly signal: AbortSignal;
  /** Begins the check, if it is not begun yet. Work need not wait for what it comes to. */
  readonly begin: () => Promise<void>;
}

/**
 * What `work` comes to, or what `check` fails with while it runs: then `work` is stopped. Where `work` fails first, the check is.
 * @param outer stops the work, too
 */
export async function withCheckBeside<T>(
  outer: AbortSignal | undefined,
  check: (signal: AbortSignal) => Promise<void>,
  work: (beside: Beside) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  const refusals: unknown[] = [];
  let checking: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    if (checking !== undefined) return checking;
    checking = check(stop.signal);
    checking.catch((error: unknown) => {
      refusals.push(error);
      stop.abort();
    });
    return checking;
  };
  try {
    return await work({ signal: forMany(signal), begin });
  } catch (error) {
    const [first = error] = refusals;
    stop.abort();
    throw first;
  }
}
