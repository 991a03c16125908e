// When a process is to be killed, and when the server is done with those that were. Kills nothing.
import { setTimeout as sleep } from "node:timers/promises";
import type { ChildProcess } from "node:child_process";
import type { Emulator } from "../../../emulator";
import type { Kill } from "./plan";

export function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves at the moment, counted from now, or when `child` has ended. */
export async function whenDue(kill: Kill, emulator: Emulator, child: ChildProcess): Promise<void> {
  const from = emulator.requests().length;
  if ("afterMs" in kill) {
    await sleep(kill.afterMs);
    return;
  }
  while (!isGone(child) && emulator.requests().length - from < kill.afterRequests) await sleep(4);
  await sleep(kill.plusMs);
}

const QUIET_TURNS = 10;
const TURN_MS = 10;
const MAX_TURNS = 2_000;

/**
 * Resolves when the server has seen all that the dead have sent. The kernel keeps their bytes when they are gone, and on
 * busy cores the server reads them so late that they would be taken for requests of the next start.
 */
export async function settled(emulator: Emulator): Promise<void> {
  let seen = -1;
  let quiet = 0;
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    await sleep(TURN_MS);
    const requests = emulator.requests();
    const isEnded = requests.every(({ endTime }) => endTime !== undefined);
    quiet = isEnded && requests.length === seen ? quiet + 1 : 0;
    if (quiet === QUIET_TURNS) return;
    seen = requests.length;
  }
  throw new Error("The server is still at work on requests of processes that are dead.");
}
