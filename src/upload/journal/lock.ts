// A lock that runs of one state folder share: a file each that holds it or is about to. Whoever wants it makes a file of
// his own, looks whether another's is there, and if so takes his away again and waits: so nothing of a dead owner's is ever
// replaced, only ignored and removed, and no two can take over at once. Knows nothing of uploads.
import { basename, dirname, join } from "node:path";
import { TOUCH_MS, type Disk, type Held, type Listed } from "../../flow/disk/disk";
import { pidIn } from "../../flow/disk/process-mark";
import { cancelled, type Clock, type Random } from "../../flow/clock";
import { pastDeadline } from "../../flow/deadline";

interface LockPorts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
}

interface LockRequest {
  /** Of the lock's files, without their endings. */
  readonly path: string;
  /** What waits, for errors. */
  readonly what: string;
  /** Called once when another holds it, unless that has ended and only what it had sent is waited for. */
  readonly onWait: (owner: string) => void;
  /** Whether requests that a process sent before it was killed may still do harm. @default false */
  readonly lingers?: boolean | undefined;
}

/** It is free, another process has had it for {@link maxLockWaitMs}, or it is ours until it is released. */
export type Locked =
  | { readonly kind: "held"; readonly held: Held; readonly gone: AbortSignal }
  | { readonly kind: "taken"; readonly owner: string; readonly hasEnded: boolean };

/** As long as any other wait that a server may ask for: hanging for longer would be of no use. */
export const maxLockWaitMs = 15 * 60_000;
/** An owner that can't be asked, and whose file was not touched for six times as long as it should have been, is dead. */
export const maxSilenceMs = 60_000;
/** What a process had sent when it was killed, a server may carry out some time later. */
export const lingerMs = 5000;
const MIN_LOOK_MS = 500;

interface Sight {
  readonly touchedMs: number;
  readonly isRunning: boolean | undefined;
  readonly wasRunning: boolean;
  /** When it was first seen as it is: by our own clock, since others differ. */
  readonly sinceMs: number;
}

type Seen = Map<string, Sight>;

function markOf(name: string): string {
  return name.split(".").at(-3) ?? "";
}

function ownerOf(mark: string, disk: Disk): string {
  const pid = pidIn(mark);
  const isHere = mark.split("-")[0] === disk.ownMark().split("-")[0];
  if (pid === undefined) return "another process";
  return isHere ? `process ${pid}` : `process ${pid} of another machine`;
}

interface Looking extends LockPorts {
  readonly path: string;
  readonly lingers: boolean;
  readonly seen: Seen;
}

function look({ clock, disk, seen }: Looking, { name, touchedMs }: Listed): Sight {
  const isRunning = disk.isRunning(markOf(name));
  const before = seen.get(name);
  if (before?.touchedMs === touchedMs && before.isRunning === isRunning) return before;
  const wasRunning = before?.isRunning === true || before?.wasRunning === true;
  const sight = { touchedMs, isRunning, wasRunning, sinceMs: clock.now() };
  seen.set(name, sight);
  return sight;
}

function isAlive(looking: Looking, file: Listed): boolean {
  const { clock, lingers } = looking;
  const { isRunning, wasRunning, sinceMs } = look(looking, file);
  if (isRunning === true) return true;
  const silentMs = clock.now() - sinceMs;
  if (isRunning === undefined) return silentMs < maxSilenceMs;
  // Whose file was not touched when it should have been died before, by the clock of the machine that both are on.
  const mayLinger = wasRunning || file.silentMs < TOUCH_MS + lingerMs;
  return lingers && mayLinger && silentMs < lingerMs;
}

interface Other {
  readonly name: string;
  /** Whether only what it had sent may still do harm. */
  readonly hasEnded: boolean;
}

/** One that holds it and is not us, if possible one that lives. The files of the dead are removed on the way. */
async function findOther(looking: Looking, ownName?: string): Promise<Other | undefined> {
  const { disk, path } = looking;
  const folder = dirname(path);
  const listed = await disk.list(folder, `${basename(path)}.`);
  let other: Other | undefined;
  for (const file of listed) {
    if (file.name === ownName || !file.name.endsWith(".lock")) continue;
    if (!isAlive(looking, file)) {
      // One that can't be removed is ignored the next time as well.
      await disk.remove(join(folder, file.name)).catch(() => undefined);
      continue;
    }
    const hasEnded = looking.seen.get(file.name)?.isRunning === false;
    if (other === undefined || !hasEnded) other = { name: file.name, hasEnded };
  }
  return other;
}

/** Whether another process holds it or is about to, as far as that can be seen. */
export async function isLocked(disk: Disk, path: string): Promise<boolean> {
  const listed = await disk.list(dirname(path), `${basename(path)}.`);
  return listed
    .filter(({ name }) => name.endsWith(".lock"))
    .some(({ name, silentMs }) => disk.isRunning(markOf(name)) ?? silentMs < maxSilenceMs);
}

/** Removes what dead processes have left of a lock that is not needed any more. */
export async function sweepLock(disk: Disk, path: string): Promise<void> {
  const folder = dirname(path);
  for (const { name } of await disk.list(folder, `${basename(path)}.`)) {
    if (disk.isRunning(markOf(name)) === false) await disk.remove(join(folder, name));
  }
}

async function tryToHold(looking: Looking): Promise<Locked> {
  const { disk, random, path } = looking;
  const other = await findOther(looking);
  if (other !== undefined) return takenBy(other, disk);
  const name = `${basename(path)}.${disk.ownMark()}.${random.uuid().slice(0, 8)}.lock`;
  const gone = new AbortController();
  const held = await disk.hold(join(dirname(path), name), () => gone.abort());
  const rival = await findOther(looking, name).catch(async (error: unknown) => {
    await held.release();
    throw error;
  });
  if (rival === undefined) return { kind: "held", held, gone: gone.signal };
  await held.release();
  return takenBy(rival, disk);
}

function takenBy({ name, hasEnded }: Other, disk: Disk): Locked {
  return { kind: "taken", owner: ownerOf(markOf(name), disk), hasEnded };
}

/**
 * Waits for the lock, {@link maxLockWaitMs} at most. What a process that was killed has left is taken over on the same machine
 * at once, or when what it had sent is over, and after a minute without a touch elsewhere.
 * @throws the disk's own error where no lock can be made; AvalaError `cancelled`, and that of `pastDeadline`
 */
export async function acquireLock(ports: LockPorts, request: LockRequest): Promise<Locked> {
  const { clock, random, signal, deadlineMs = Number.POSITIVE_INFINITY } = ports;
  const untilMs = clock.now() + maxLockWaitMs;
  const { path, lingers = false } = request;
  const looking: Looking = { ...ports, path, lingers, seen: new Map() };
  let isReported = false;
  for (;;) {
    if (signal?.aborted === true) throw cancelled(request.what);
    const locked = await tryToHold(looking);
    if (locked.kind === "held") return locked;
    if (!isReported && !locked.hasEnded) {
      isReported = true;
      request.onWait(locked.owner);
    }
    // Two that looked at the same moment have both given way: chance decides who is first the next time.
    const waitMs = MIN_LOOK_MS + Math.round(2 * MIN_LOOK_MS * random.next());
    if (clock.now() + waitMs > deadlineMs) throw pastDeadline(request.what);
    if (clock.now() + waitMs > untilMs) return locked;
    await clock.sleep(waitMs, signal);
  }
}
