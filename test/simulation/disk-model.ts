// A disk in memory that can lose what was not synced, tear a write, fill up, and be carried to another machine.
import { TOUCH_MS, type Disk, type Held } from "../../src/flow/disk/disk";
import type { Clock } from "../../src/flow/clock";
import type { Seeded } from "./seeded";

interface StoredFile {
  synced: string;
  unsynced: string;
}

/** A held file, of a process that may be killed: then nobody touches or removes it any more. */
export interface HeldFile extends Held {
  abandon(): void;
}

/** Which process asks is not the disk's to know. */
export interface DiskModel extends Omit<Disk, "ownMark" | "isRunning"> {
  hold(path: string, onGone: () => void): Promise<HeldFile>;
  /** What is on the disk after the power went: all that was synced, and of the rest a piece of any length. */
  crash(random: Seeded): void;
  isFull: boolean;
  /** Every byte that was ever written to a journal, to be searched for secrets. */
  readonly written: string[];
  readonly journals: () => readonly string[];
  readonly locks: () => readonly string[];
  /** Somebody writes to the journals who has no key. */
  poison(lines: string): void;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

interface Holding {
  readonly onGone: () => void;
  readonly sinceMs: number;
  /** The time of the last touch, once its process was killed. */
  lastMs?: number;
}

export function createDiskModel(
  sources: ReadonlyMap<string, Buffer>,
  clock: Pick<Clock, "now"> = { now: () => 0 },
): DiskModel {
  const files = new Map<string, StoredFile>();
  const holdings = new Map<string, Holding>();
  const touchedMs = ({ sinceMs, lastMs }: Holding): number =>
    lastMs ?? sinceMs + Math.floor((clock.now() - sinceMs) / TOUCH_MS) * TOUCH_MS;
  const written: string[] = [];
  const model: DiskModel = {
    isFull: false,
    written,
    journals: () =>
      [...files.keys()].filter((path) => path.includes("/journals/") && !path.endsWith(".lock")),
    locks: () => [...files.keys()].filter((path) => path.endsWith(".lock")),
    poison: (lines) => {
      for (const path of model.journals()) {
        const file = files.get(path);
        if (file !== undefined) file.synced += Buffer.from(lines, "utf8").toString("latin1");
      }
    },
    crash: (random) => {
      for (const file of files.values()) {
        const kept = file.unsynced.slice(0, random.integer(file.unsynced.length + 1));
        file.synced += kept;
        file.unsynced = "";
      }
    },
    openToRead: async (path) => {
      const source = sources.get(path);
      if (source === undefined) throw systemError("ENOENT");
      const stamp = { sizeBytes: source.length, modifiedMs: 0, changedMs: 0, inode: 0 };
      return {
        stamp: async () => stamp,
        read: async (buffer, position) =>
          source.copy(buffer, 0, position, position + buffer.length),
        close: async () => undefined,
      };
    },
    readWhole: async (path, sizeBytes) => {
      const source = sources.get(path);
      if (source === undefined) throw systemError("ENOENT");
      const stamp = { sizeBytes: source.length, modifiedMs: 0, changedMs: 0, inode: 0 };
      return { bytes: Buffer.from(source.subarray(0, sizeBytes + 1)), before: stamp, after: stamp };
    },
    readIfPresent: async (path) => {
      const file = files.get(path);
      return file === undefined ? undefined : Buffer.from(file.synced + file.unsynced, "latin1");
    },
    openToAppend: async (path) => {
      const file = files.get(path) ?? { synced: "", unsynced: "" };
      files.set(path, file);
      return {
        append: async (data) => {
          const bytes = Buffer.from(data, "utf8").toString("latin1");
          written.push(data);
          if (model.isFull) {
            file.unsynced += bytes.slice(0, Math.floor(bytes.length / 2));
            throw systemError("ENOSPC");
          }
          file.unsynced += bytes;
        },
        sync: async () => {
          file.synced += file.unsynced;
          file.unsynced = "";
        },
        close: async () => undefined,
      };
    },
    rewrite: async (path, data) => {
      if (model.isFull) throw systemError("ENOSPC");
      written.push(data);
      files.set(path, { synced: Buffer.from(data, "utf8").toString("latin1"), unsynced: "" });
    },
    remove: async (path) => {
      files.delete(path);
      const holding = holdings.get(path);
      holdings.delete(path);
      if (holding?.lastMs === undefined) holding?.onGone();
    },
    hold: async (path, onGone) => {
      if (files.has(path)) throw systemError("EEXIST");
      files.set(path, { synced: "", unsynced: "" });
      const holding: Holding = { onGone, sinceMs: clock.now() };
      holdings.set(path, holding);
      return {
        release: async () => {
          files.delete(path);
          holdings.delete(path);
        },
        abandon: () => {
          holding.lastMs = touchedMs(holding);
        },
      };
    },
    list: async (folder, prefix) =>
      [...holdings].flatMap(([path, holding]) =>
        path.startsWith(`${folder}/${prefix}`)
          ? [
              {
                name: path.slice(folder.length + 1),
                touchedMs: touchedMs(holding),
                silentMs: clock.now() - touchedMs(holding),
              },
            ]
          : [],
      ),
  };
  return model;
}
