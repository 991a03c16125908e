// Signals that many wait for, and two signals as one. Knows nothing of what they stop.
import { setMaxListeners } from "node:events";
import { cancelled } from "./clock";

/** Says that many listeners on `signal` are meant: Node warns of a leak from the eleventh on. */
export function forMany<T extends AbortSignal | undefined>(signal: T): T {
  if (signal !== undefined) setMaxListeners(0, signal);
  return signal;
}

/**
 * Joins `base` with whatever signal a call brings. Each pair is joined once and not at every call: a joined signal is
 * held by its parts as long as they live, and thousands of calls share two.
 */
export function joinerWith(
  base: AbortSignal | undefined,
): (given: AbortSignal | undefined) => AbortSignal | undefined {
  if (base === undefined) return forMany;
  forMany(base);
  const joined = new WeakMap<AbortSignal, AbortSignal>([[base, base]]);
  return (given) => {
    if (given === undefined) return base;
    const both = joined.get(given) ?? forMany(AbortSignal.any([base, given]));
    joined.set(given, both);
    return both;
  };
}

/** What `work` comes to, for as long as `signal` is not aborted. @throws AvalaError `cancelled` */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(cancelled(what));
    const release = (): void => signal.removeEventListener("abort", stop);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(release);
  });
}
