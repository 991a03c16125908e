// A disk in memory that can lose what was not synced, tear a write, fill up, and be carried to another machine.
import type { Disk } from "../../src/files/disk";
import type { Seeded } from "./seeded";

interface StoredFile {
  synced: string;
  unsynced: string;
}

export interface DiskModel extends Disk {
  /** What is on the disk after the power went: all that was synced, and of the rest a piece of any length. */
  crash(random: Seeded): void;
  isFull: boolean;
  /** Every byte that was ever written to a journal, to be searched for secrets. */
  readonly written: string[];
  readonly journals: () => readonly string[];
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

export function createDiskModel(sources: ReadonlyMap<string, Buffer>): DiskModel {
  const files = new Map<string, StoredFile>();
  const written: string[] = [];
  const model: DiskModel = {
    isFull: false,
    written,
    journals: () => [...files.keys()].filter((path) => path.includes("/journals/")),
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
    remove: async (path) => {
      files.delete(path);
    },
  };
  return model;
}
