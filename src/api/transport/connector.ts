// Makes connections, and keeps what is open, so that closing ends also what is still connecting: the library lets that hold
// a process until it gives up. Knows nothing of requests.
import { Socket } from "node:net";
import type * as undici from "undici";
import { withLateOptimizing } from "./late-optimizing";
import { undiciParts } from "./undici-parts";

const connectTimeoutMs = 20_000;

export interface Connector {
  readonly connect: undici.buildConnector.connector;
  readonly close: () => void;
}

type Callback = undici.buildConnector.Callback;

let hasParser = false;

/** The library makes its parser when it is first given a connection, in the process once. */
function makingParser(callback: Callback): Callback {
  if (hasParser) return callback;
  return (...outcome) => {
    hasParser ||= outcome[1] !== null;
    withLateOptimizing(() => callback(...outcome));
  };
}

export function createConnector(): Connector {
  // Not before something connects: the library is read then, and most mistakes are found without it.
  let connect: undici.buildConnector.connector | undefined;
  const open = new Set<Socket>();
  return {
    connect: (options, callback) => {
      connect ??= undiciParts().buildConnector({ timeout: connectTimeoutMs });
      // It returns what it makes, though its type does not say so.
      const socket: unknown = connect(options, makingParser(callback));
      if (!(socket instanceof Socket)) return;
      open.add(socket);
      socket.once("close", () => open.delete(socket));
    },
    close: () => {
      for (const socket of open) socket.destroy();
    },
  };
}
