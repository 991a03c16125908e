// Bytes at a given rate, either way. Knows nothing of what they are.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const TICK_MS = 50;

/** Lets the body come in at the rate at most, give or take what one read of the socket brings. */
export function slowDown(request: IncomingMessage, bytesPerSecond: number): void {
  const { socket } = request;
  const startedMs = Date.now();
  const before = socket.bytesRead;
  const timer = setInterval(() => {
    if (request.readableEnded || socket.destroyed) {
      clearInterval(timer);
      return;
    }
    const allowed = ((Date.now() - startedMs) * bytesPerSecond) / 1000;
    if (socket.bytesRead - before > allowed) socket.pause();
    else socket.resume();
  }, TICK_MS);
  timer.unref();
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
