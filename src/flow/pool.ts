// How many things are done at once: n workers share one iterator. Knows nothing of files, retries or rates.
// By hand and not by p-map: when one item fails, that rejects while others still run, gives them no signal, and keeps a result for
// each item. Here all have ended when the pool throws, and nothing is kept.
import { cancelled } from "./clock";
import { forMany } from "./signals";

export interface PoolOptions {
  /** Workers; each takes the next item when it is done with its last. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

type Source<T> = Iterable<T> | AsyncIterable<T>;
type Pulled<T> = IteratorResult<T, unknown> | "stopped";

function iteratorOf<T>(items: Source<T>): Iterator<T, unknown> | AsyncIterator<T, unknown> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

interface Stop {
  readonly signal: AbortSignal;
  /** The item, or that the pool was stopped, so that a worker that waits for an item doesn't keep it open. */
  orStopped<T>(next: Promise<T>): Promise<T | "stopped">;
  fail(error: unknown): void;
  /** Throws what stopped the pool, if anything did. */
  rethrow(): void;
  release(): void;
}

function createStop(outer: AbortSignal | undefined): Stop {
  const inner = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    inner.abort(error);
  };
  const onAbort = (): void => fail(cancelled("The work"));
  // No Promise.race with one promise for the whole pool: that would hold every item until the pool ends.
  const waiting = new Set<() => void>();
  inner.signal.addEventListener("abort", () => waiting.forEach((stop) => stop()), { once: true });
  if (outer?.aborted === true) onAbort();
  else outer?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: forMany(inner.signal),
    orStopped: (next) =>
      new Promise((resolve, reject) => {
        const stop = (): void => resolve("stopped");
        waiting.add(stop);
        next.then(resolve, reject).finally(() => waiting.delete(stop));
      }),
    fail,
    rethrow: () => {
      if (failure !== undefined) throw failure.error;
    },
    release: () => outer?.removeEventListener("abort", onAbort),
  };
}

/**
 * Calls `work` on every item, at most `concurrency` at once. The first rejection (of `work` or of the iterator) aborts
 * the signal that the others were given, and is thrown when all of them have ended; the caller's signal does the same
 * with code `cancelled`. Nothing is tried again here.
 */
export async function runPool<T>(
  items: Source<T>,
  options: PoolOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = createStop(options.signal);
  const iterator = iteratorOf(items);
  const pull = (): Pulled<T> | Promise<Pulled<T>> => {
    const next = iterator.next();
    return next instanceof Promise ? stop.orStopped(next) : next;
  };
  const worker = async (): Promise<void> => {
    try {
      while (!stop.signal.aborted) {
        const pulled = await pull();
        if (pulled === "stopped" || pulled.done === true) return;
        await work(pulled.value, stop.signal);
      }
    } catch (error) {
      stop.fail(error);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, options.concurrency) }, worker));
    stop.rethrow();
  } finally {
    stop.release();
    // Not awaited: an async generator that hangs in `next` would never answer.
    if (stop.signal.aborted) void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
