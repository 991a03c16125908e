// The MD5 of bytes on their way, in this thread or beside it. Knows nothing of what it is held against.
import { createHash, type Hash } from "node:crypto";
import type { Worker } from "node:worker_threads";
import { canStartWorker, startWorker } from "../../files/workers/start-worker";
import type { Md5Reply, Md5Step } from "../../files/workers/worker";

/** One MD5 that grows. */
export interface RunningMd5 {
  /** A promise asks to wait before the next, so that what is not hashed yet stays little. */
  add(chunk: Buffer): Promise<void> | undefined;
  /** `undefined` where this machine takes no MD5. */
  digest(): Promise<string | undefined>;
}

export interface Md5Maker {
  start(): RunningMd5;
  close(): void;
}

const NONE: RunningMd5 = { add: () => undefined, digest: () => Promise.resolve(undefined) };

function startHere(): RunningMd5 {
  let hash: Hash;
  try {
    hash = createHash("md5");
  } catch {
    return NONE; // FIPS forbids it
  }
  return {
    add: (chunk) => void hash.update(chunk),
    digest: () => Promise.resolve(hash.digest("hex")),
  };
}

/** In this thread: for little, since another takes longer to start. */
export const md5Here: Md5Maker = { start: startHere, close: () => undefined };

// So much may wait for the thread before the sender does.
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

interface Pending {
  waitingBytes: number;
  resume: () => void;
  finish: (md5: string | undefined) => void;
}

/**
 * In a thread beside the main one, which is started by the first chunk: MD5 takes a core at 300 to 650 MB/s, twice to
 * three times as long as SHA-256, and in one thread it would halve what a large file is sent at. Bytes in a `SharedArrayBuffer` are read where they are;
 * they must stay until the digest is there. Others are copied.
 */
export class Md5Thread implements Md5Maker {
  private worker: Worker | undefined;
  private isGone = false;
  private lastId = 0;
  private readonly pending = new Map<number, Pending>();

  start(): RunningMd5 {
    if (!canStartWorker()) return startHere();
    const id = (this.lastId += 1);
    const one: Pending = { waitingBytes: 0, resume: () => undefined, finish: () => undefined };
    const isOver = (): boolean => this.isGone;
    return {
      add: (chunk) => {
        if (isOver()) return undefined;
        this.pending.set(id, one);
        one.waitingBytes += chunk.length;
        this.post({ kind: "md5", id, chunk });
        if (one.waitingBytes <= MAX_WAITING_BYTES) return undefined;
        return new Promise((resolve) => {
          one.resume = resolve;
        });
      },
      digest: () =>
        new Promise((resolve) => {
          if (isOver()) {
            resolve(undefined);
            return;
          }
          this.pending.set(id, one);
          one.finish = resolve;
          this.post({ kind: "md5", id });
        }),
    };
  }

  close(): void {
    this.giveUp();
    void this.worker?.terminate();
  }

  private readonly giveUp = (): void => {
    this.isGone = true;
    for (const { resume, finish } of this.pending.values()) {
      resume();
      finish(undefined);
    }
    this.pending.clear();
  };

  private readonly onMessage = ({ id, bytes, md5 }: Md5Reply): void => {
    const one = this.pending.get(id);
    if (one === undefined) return;
    if (md5 !== undefined) {
      this.pending.delete(id);
      one.finish(md5);
      return;
    }
    one.waitingBytes -= bytes;
    if (one.waitingBytes <= MAX_WAITING_BYTES) one.resume();
  };

  private post(message: Md5Step): void {
    if (this.worker === undefined) {
      this.worker = startWorker();
      this.worker.on("message", this.onMessage).on("error", this.giveUp).on("exit", this.giveUp);
    }
    this.worker.postMessage(message);
  }
}
