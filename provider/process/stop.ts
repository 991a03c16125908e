// When the provider's work should end before it is done: on Ctrl-C, and when the engine is gone. Knows nothing of the work.
import { EventEmitter } from "node:events";

// The engine waits for what is under way, however long that takes, and asks every provider to hurry by this call. The
// SDK answers it and does not pass it to the provider's code, so it is seen where it comes in: at the process's own server.
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

// Long enough to write down what has landed. Without an engine nothing else would end the process.
const ORPHANED_MS = 5_000;

interface Stop {
  readonly signal: AbortSignal;
  /** To be called when the engine answers no more: stops the work, and then the process. */
  readonly engineIsGone: () => void;
}

/** Servers of this process that take HTTP/2 streams. Undocumented in Node: where it is absent, Ctrl-C waits as before. */
function streamServers(): readonly EventEmitter[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] };
  const emitters = (handles?.call(process) ?? []).filter(
    (handle): handle is EventEmitter => handle instanceof EventEmitter,
  );
  return emitters.filter((emitter) => emitter.listenerCount("stream") > 0);
}

/** Call it when the provider's server is up, as it is when the provider's code is loaded. */
export function watchForStop(): Stop {
  const controller = new AbortController();
  for (const server of streamServers()) {
    server.on("stream", (_stream: unknown, headers: Readonly<Record<string, unknown>>) => {
      if (headers[":path"] === CANCEL) controller.abort();
    });
  }
  return {
    signal: controller.signal,
    engineIsGone: () => {
      controller.abort();
      setTimeout(() => process.exit(1), ORPHANED_MS).unref();
    },
  };
}
