// What a session sends, until it is closed. Knows nothing of what is sent.
import { AvalaError } from "../errors";
import type { Transport } from "./transport/transport";

function closed(): AvalaError {
  return new AvalaError("cancelled", "The session is closed, so nothing more is sent with it.", {
    hint: "Call close() after the last use of a session, or connect again.",
  });
}

/** @throws AvalaError `cancelled` once the session is closed, also of what that broke off: another try would not help */
export async function whileOpen<T>(isClosed: () => boolean, work: () => Promise<T>): Promise<T> {
  if (isClosed()) throw closed();
  try {
    return await work();
  } catch (error) {
    throw isClosed() ? closed() : error;
  }
}

export function sendingWhileOpen(isClosed: () => boolean, transport: Transport): Transport {
  return {
    send: (request) => whileOpen(isClosed, () => transport.send(request)),
    open: (request) => whileOpen(isClosed, () => transport.open(request)),
    close: () => transport.close(),
  };
}
