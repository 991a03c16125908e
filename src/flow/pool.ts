// How many things are done at once: n workers share one iterator. Knows nothing of files, retries or rates.
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
  /** Resolves when the pool is stopped, so that a worker that waits for an item doesn't keep it open. */
  readonly stopped: Promise<"stopped">;
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
  const stopped = new Promise<"stopped">((resolve) => {
    inner.signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
  if (outer?.aborted === true) onAbort();
  else outer?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: forMany(inner.signal),
    stopped,
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
    return next instanceof Promise ? Promise.race([next, stop.stopped]) : next;
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
