// One `up` on the real engine that is broken on its way: by a signal to the engine or to the provider's process. Knows
// nothing of what it uploads.
import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../../../emulator";
import type { EngineRun, StartedEngine } from "../../support/engine";
import { isGone, whenDue } from "./moments";
import { commandOf, descendants, isAlive } from "./processes";
import { hasLoaded, type Place } from "./pulumi-place";
import type { Break, Broken } from "./pulumi-plan";

// With the engine's address behind it: what only looks for the program names it too.
const isProvider = (command: string): boolean => /cmd\/dynamic-provider\S* \S+:\d+/.test(command);
const isProgram = (command: string): boolean => command.includes("cmd/run");
const isOurs = (command: string): boolean => isProvider(command) || isProgram(command);
const isAny = (): boolean => true;
const IMPATIENT_MS = 300;

async function signal(by: Break, engine: ChildProcess): Promise<void> {
  if (by === "engine killed") engine.kill("SIGKILL");
  if (by === "interrupt" || by === "impatience") engine.kill("SIGINT");
  if (by === "impatience") {
    await sleep(IMPATIENT_MS);
    engine.kill("SIGINT");
  }
  if (by !== "provider killed") return;
  let found: readonly number[] = [];
  while (found.length === 0 && !isGone(engine)) {
    found = descendants(isProvider, engine.pid);
    if (found.length === 0) await sleep(50);
  }
  for (const pid of found) process.kill(pid, "SIGKILL");
}

function end(pids: readonly number[]): void {
  for (const pid of pids.filter(isAlive)) process.kill(pid, "SIGKILL");
}

// Long: on busy cores everything is late. Nobody waits for it but where something is wrong.
const MAX_ORPHANED_MS = 60_000;
const LOOK_MS = 20;

/** Resolves when none that `canSee` that its engine is gone lives, with those that had to be ended. */
async function gone(
  pids: readonly number[],
  canSee: (pid: number) => boolean,
): Promise<readonly string[]> {
  const left = (): readonly number[] => pids.filter((pid) => isAlive(pid) && canSee(pid));
  for (let waited = 0; waited < MAX_ORPHANED_MS && left().length > 0; waited += LOOK_MS)
    await sleep(LOOK_MS);
  const commands = left().map((pid) => commandOf(pid) ?? "");
  end(pids);
  return commands;
}

// Whatever takes so long will never end.
const MAX_MS = 240_000;

/** @throws Error when the engine hangs; its processes are ended then */
async function endOf({ child, ended }: StartedEngine): Promise<EngineRun> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<"hangs">((resolve) => {
    timer = setTimeout(resolve, MAX_MS, "hangs");
  });
  const first = await Promise.race([ended, hangs]);
  clearTimeout(timer);
  if (first !== "hangs") return first;
  end([...descendants(isAny, child.pid), ...(child.pid === undefined ? [] : [child.pid])]);
  throw new Error(`the engine hangs: ${(await ended).output}`);
}

export interface EndedUp {
  readonly run: EngineRun;
  /** Whether the signal met an engine that was still at work. */
  readonly wasBroken: boolean;
  /** Processes of ours that outlived their engine, although nobody was left to work for. */
  readonly leftRunning: readonly string[];
}

/** Lets an `up` that was started end, or breaks it when that is due. No process of it is left then. */
export async function endUp(
  started: StartedEngine,
  broken: Broken | undefined,
  emulator: Emulator,
  place: Place,
): Promise<EndedUp> {
  const { child } = started;
  if (broken !== undefined) await whenDue(broken.when, emulator, child);
  if (broken === undefined || isGone(child))
    return { run: await endOf(started), wasBroken: false, leftRunning: [] };
  const providers = new Set(descendants(isProvider, child.pid));
  const programs = descendants(isProgram, child.pid);
  const others = descendants((command) => !isOurs(command), child.pid);
  await signal(broken.by, child);
  const run = await endOf(started);
  const leftRunning = await gone(
    [...providers, ...programs],
    (pid) => !providers.has(pid) || hasLoaded(place, pid),
  );
  // The engine's own host of programs may wait for ever when its engine was killed. It works at nothing.
  end(others);
  return { run, wasBroken: true, leftRunning };
}
