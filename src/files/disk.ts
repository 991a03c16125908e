// The disk as a parameter of the upload: the journal's file and the files that are sent.
// A simulation hands in one that loses what was not synced. Knows nothing of what is written.
import { constants, type Stats } from "node:fs";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "../errors";

/** Two equal stamps: nobody has written the file, or put another in its place, in between. */
export interface FileStamp {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
  readonly inode: number;
}

export interface ReadHandle {
  stamp(): Promise<FileStamp>;
  /** Fills `buffer` from `position`; resolves to the bytes read, less than asked for only at the end of the file. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface AppendHandle {
  append(data: string): Promise<void>;
  /** Resolves when what was appended outlives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  /** Opens a file that is sent. Rejects at once for what is no file. */
  openToRead(path: string): Promise<ReadHandle>;
  /** The whole of a small file, `undefined` when there is none. */
  readIfPresent(path: string): Promise<Buffer | undefined>;
  /** Opens for appending; makes the file, readable by its owner alone, and its folders. */
  openToAppend(path: string): Promise<AppendHandle>;
  /** Removes the file when it is there. */
  remove(path: string): Promise<void>;
}

async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder; its file system keeps the entry with the file's own sync.
  const folder = await open(path, "r").catch(() => undefined);
  if (folder === undefined) return;
  try {
    await folder.sync();
  } catch {
    // Some network file systems can't sync a folder: the entry is then as safe as they make it.
  } finally {
    await folder.close();
  }
}

async function readFully(
  handle: Awaited<ReturnType<typeof open>>,
  buffer: Buffer,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(
      buffer,
      filled,
      buffer.length - filled,
      position + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

// Not blocking: a pipe that took the place of a file would be waited on for ever. Windows has neither.
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): FileStamp {
  return { sizeBytes: size, modifiedMs: mtimeMs, changedMs: ctimeMs, inode: ino };
}

/** What it is at the moment of opening. @throws Error when it is something else than a file */
async function statFile(handle: Awaited<ReturnType<typeof open>>): Promise<Stats> {
  const stats = await handle.stat();
  if (stats.isFile()) return stats;
  await handle.close();
  throw new Error("it is no longer a file");
}

export const systemDisk: Disk = {
  openToRead: async (path) => {
    const handle = await open(path, READ_FLAGS);
    const opened = await statFile(handle);
    // The first stamp is asked for at once: another call a file would only say the same.
    let first: FileStamp | undefined = stampOf(opened);
    return {
      stamp: async () => {
        const stamp = first ?? stampOf(await handle.stat());
        first = undefined;
        return stamp;
      },
      read: (buffer, position) => readFully(handle, buffer, position),
      close: () => handle.close(),
    };
  },
  readIfPresent: async (path) => {
    try {
      return await readFile(path);
    } catch (error) {
      // Any other error is not «empty»: a journal taken for empty would be written over.
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  openToAppend: async (path) => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, "a", 0o600);
    await syncFolder(dirname(path));
    return {
      append: async (data) => {
        await handle.appendFile(data);
      },
      sync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
  remove: async (path) => {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  },
};
