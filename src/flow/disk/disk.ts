// The disk as a parameter of the upload: the journal's file and the files that are sent.
// A simulation hands in one that loses what was not synced. Knows nothing of what is written.
import { constants, writeSync } from "node:fs";
import { open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemErrorCode } from "../../system-error";
import { repeatEvery, wallClockMs } from "../clock";
import { makeFolder } from "./folders";
import { isMarkRunning, ownMark } from "./process-mark";
import {
  NOT_BLOCKING,
  openFile,
  READ_FLAGS,
  readFully,
  readWhole,
  statFile,
  type ReadHandle,
  type WholeFile,
} from "./read-handle";

export interface AppendHandle {
  append(data: string): Promise<void>;
  /** Resolves when what was appended outlives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file that is there as long as whoever made it holds it. */
export interface Held {
  /** Removes it. */
  release(): Promise<void>;
}

export interface Listed {
  readonly name: string;
  /** Ms of some clock: another value says that it was touched in between. */
  readonly touchedMs: number;
  /** Since then, by this machine's clock. */
  readonly silentMs: number;
}

export interface Disk {
  /** Opens a file that is sent. Rejects at once for what is not a file. */
  openToRead(path: string): Promise<ReadHandle>;
  /**
   * The first `sizeBytes` of a file that is sent and the byte beyond, or all of it when it has no more. Rejects at once for what is
   * no file.
   */
  readWhole(path: string, sizeBytes: number): Promise<WholeFile>;
  /**
   * The whole of a file, `undefined` when there is none. Rejects for what is not a file, and for one that is larger.
   * @default maxBytes 256 MiB
   */
  readIfPresent(path: string, maxBytes?: number): Promise<Buffer | undefined>;
  /** Opens for appending; makes the file, readable only by its owner, and its folders. Rejects what is not a file. */
  openToAppend(path: string): Promise<AppendHandle>;
  /**
   * Gives the file this content in one step: who reads it, and who is killed meanwhile, leaves the old one or this one there,
   * whole. What others append to the old one from then on is lost, and no two may do it at once.
   */
  rewrite(path: string, data: string): Promise<void>;
  /** Removes the file when it is there. */
  remove(path: string): Promise<void>;
  /**
   * Makes an empty file and its folders, and touches it every {@link TOUCH_MS} until it is released. `onGone`: somebody has
   * removed it. Rejects when it is there already.
   */
  hold(path: string, onGone: () => void): Promise<Held>;
  /** The files of a folder whose names begin with `prefix`; none when there is no folder. */
  list(folder: string, prefix: string): Promise<readonly Listed[]>;
  /** A word for this process, of letters, digits and dashes. */
  ownMark(): string;
  /** Whether the process of that word runs; `undefined` where that can't be known from here. */
  isRunning(mark: string): boolean | undefined;
}

/** How often a held file is touched. */
export const TOUCH_MS = 10_000;

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

// The journal of a million files, rewritten each time, has some 200 MB.
const MAX_READ_BYTES = 256 * 1024 * 1024;

// A link in the place of a file of ours could lead into any file of the user's.
const NOT_FOLLOWING = constants.O_NOFOLLOW ?? 0;
const { O_WRONLY, O_APPEND, O_CREAT, O_TRUNC } = constants;
const WRITE_FLAGS = O_WRONLY | O_CREAT | NOT_BLOCKING | NOT_FOLLOWING;

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(path, READ_FLAGS | NOT_FOLLOWING);
  const { size } = await statFile(handle);
  try {
    if (size > maxBytes) throw new Error(`it has ${size} bytes, more than ${maxBytes}`);
    // What others append meanwhile is read the next time.
    const buffer = Buffer.allocUnsafe(size);
    return buffer.subarray(0, await readFully(handle, buffer, 0));
  } finally {
    await handle.close();
  }
}

/** A few lines, which are in the system's cache in 5 µs; their sync is what takes time. */
function appendFully(file: number, data: Buffer): void {
  for (let done = 0; done < data.length;) done += writeSync(file, data, done);
}

const OWNERS_FOLDER = { mode: 0o700 };

async function rewriteFile(path: string, data: string): Promise<void> {
  await makeFolder(dirname(path), OWNERS_FOLDER);
  // Always of this name: what a process leaves that is killed here, the next one writes over.
  const aside = `${path}.partial`;
  try {
    const handle = await open(aside, WRITE_FLAGS | O_TRUNC, 0o600);
    await statFile(handle);
    try {
      appendFully(handle.fd, Buffer.from(data));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
  await syncFolder(dirname(path));
}

/** Touches the file now and then. @returns how to stop */
function keepTouched(path: string, onGone: () => void): () => void {
  const touch = async (): Promise<void> => {
    const seconds = wallClockMs() / 1000;
    try {
      await utimes(path, seconds, seconds);
    } catch (error) {
      // Where a file can't be touched it is known by its process, or taken for one that was left.
      if (systemErrorCode(error) === "ENOENT") onGone();
    }
  };
  return repeatEvery(TOUCH_MS, () => void touch());
}

async function listFiles(folder: string, prefix: string): Promise<readonly Listed[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
  const own = names.filter((name) => name.startsWith(prefix));
  const listed = await Promise.all(
    own.map(async (name) => {
      const stats = await stat(join(folder, name)).catch(() => undefined); // it went meanwhile
      return stats && { name, touchedMs: stats.mtimeMs, silentMs: wallClockMs() - stats.mtimeMs };
    }),
  );
  return listed.filter((one) => one !== undefined);
}

export const systemDisk: Disk = {
  openToRead: openFile,
  readWhole,
  readIfPresent: async (path, maxBytes = MAX_READ_BYTES) => {
    try {
      return await readBounded(path, maxBytes);
    } catch (error) {
      // Any other error is not «empty»: a journal taken for empty would be written over.
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  openToAppend: async (path) => {
    await makeFolder(dirname(path), OWNERS_FOLDER);
    const handle = await open(path, WRITE_FLAGS | O_APPEND, 0o600);
    await statFile(handle);
    try {
      await syncFolder(dirname(path));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return {
      append: async (data) => {
        appendFully(handle.fd, Buffer.from(data));
      },
      sync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
  rewrite: rewriteFile,
  remove: async (path) => {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  },
  hold: async (path, onGone) => {
    await makeFolder(dirname(path), OWNERS_FOLDER);
    await (await open(path, "wx", 0o600)).close();
    const stop = keepTouched(path, onGone);
    return {
      release: async () => {
        stop();
        await rm(path, { force: true });
      },
    };
  },
  list: listFiles,
  ownMark,
  isRunning: isMarkRunning,
};
