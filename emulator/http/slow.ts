// Bytes at a given rate, either way. Knows nothing of what they are.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const TICK_MS = 50;

/**
 * Lets the body come in at the rate at most. What one read of the socket brings is handed on once its time has come, and nothing
 * more is read until then, so that the sender is held up as well.
 */
export function slowDown(request: IncomingMessage, bytesPerSecond: number): void {
  const { socket } = request;
  const handOn = request.push.bind(request);
  const waiting: (Buffer | null)[] = [];
  const startedMs = Date.now();
  let received = 0;
  let isHandingOn = false;
  const handOnInTime = async (): Promise<void> => {
    isHandingOn = true;
    for (let bytes = waiting.shift(); bytes !== undefined; bytes = waiting.shift()) {
      socket.pause();
      received += bytes?.length ?? 0;
      const dueMs = startedMs + (received * 1000) / bytesPerSecond;
      await sleep(dueMs - Date.now(), undefined, { ref: false });
      handOn(bytes);
    }
    isHandingOn = false;
    socket.resume();
  };
  request.push = (bytes: Buffer | null) => {
    waiting.push(bytes);
    if (!isHandingOn) void handOnInTime();
    return false;
  };
  // A reader that wants more would have it read from the socket at once.
  request._read = () => undefined;
}

/** Writes a body at the rate, and ends the reply. */
export async function writeSlowly(
  response: ServerResponse,
  bytes: Buffer,
  bytesPerSecond: number,
): Promise<void> {
  const piece = Math.max(1, Math.floor((bytesPerSecond * TICK_MS) / 1000));
  for (let from = 0; from < bytes.length && !response.destroyed; from += piece) {
    response.write(bytes.subarray(from, from + piece));
    await sleep(TICK_MS);
  }
  response.end();
}
