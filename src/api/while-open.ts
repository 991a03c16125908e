// What a session sends and waits for, until it is closed. Knows nothing of what that is.
import { AvalaError } from "../errors";
import type { Clock } from "../flow/clock";
import { joinerWith } from "../flow/signals";
import type { Transport } from "./transport/transport";

class Closed extends AvalaError {}

/** Whether it is the error of what its session was closed under. */
export function isClosedUnder(error: unknown): boolean {
  return error instanceof Closed;
}

function closed(): AvalaError {
  return new Closed("cancelled", "The session is closed, so nothing more is sent with it.", {
    hint: "Call close() after the last use of a session, or connect again.",
  });
}

/** @throws AvalaError `cancelled` once the session is closed, also of what that broke off: another try would not help */
export async function whileOpen<T>(closing: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (closing.aborted) throw closed();
  try {
    return await work();
  } catch (error) {
    throw closing.aborted ? closed() : error;
  }
}

export function sendingWhileOpen(closing: AbortSignal, transport: Transport): Transport {
  return {
    send: (request) => whileOpen(closing, () => transport.send(request)),
    open: (request) => whileOpen(closing, () => transport.open(request)),
    close: () => transport.close(),
  };
}

/** The same clock; who sleeps by it is woken when the session is closed. */
export function sleepingWhileOpen(closing: AbortSignal, clock: Clock): Clock {
  const join = joinerWith(closing);
  return {
    now: () => clock.now(),
    sleep: (ms, signal) => whileOpen(closing, () => clock.sleep(ms, join(signal))),
  };
}
