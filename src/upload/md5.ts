// The MD5 of bytes on their way, in this thread or beside it. Knows nothing of what it is held against.
import { createHash, type Hash } from "node:crypto";
import { Worker } from "node:worker_threads";

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

// MD5 takes a core at 300 to 650 MB/s, twice to three times as long as SHA-256: in one thread it would halve what a large
// file is sent at.
const THREAD = `"use strict";
const { parentPort } = require("node:worker_threads");
const { createHash } = require("node:crypto");
const hashes = new Map();
parentPort.on("message", ({ id, chunk }) => {
  const hash = hashes.get(id) ?? createHash("md5");
  hashes.set(id, hash);
  if (chunk !== undefined) {
    hash.update(chunk);
    parentPort.postMessage({ id, bytes: chunk.length });
    return;
  }
  hashes.delete(id);
  parentPort.postMessage({ id, md5: hash.digest("hex") });
});`;

// So much may wait for the thread before the sender does.
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

type FromThread =
  | { readonly id: number; readonly bytes: number; readonly md5?: undefined }
  | { readonly id: number; readonly bytes?: undefined; readonly md5: string };

interface Pending {
  waitingBytes: number;
  resume: () => void;
  finish: (md5: string | undefined) => void;
}

/**
 * In a thread of its own, which is started by the first chunk. Bytes in a `SharedArrayBuffer` are read where they are;
 * they must stay until the digest is there. Others are copied.
 */
export class Md5Thread implements Md5Maker {
  private worker: Worker | undefined;
  private isGone = false;
  private lastId = 0;
  private readonly pending = new Map<number, Pending>();

  start(): RunningMd5 {
    const id = (this.lastId += 1);
    const one: Pending = { waitingBytes: 0, resume: () => undefined, finish: () => undefined };
    const isOver = (): boolean => this.isGone;
    return {
      add: (chunk) => {
        if (isOver()) return undefined;
        this.pending.set(id, one);
        one.waitingBytes += chunk.length;
        this.post({ id, chunk });
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
          this.post({ id });
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

  private readonly onMessage = ({ id, bytes, md5 }: FromThread): void => {
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

  private post(message: { readonly id: number; readonly chunk?: Uint8Array }): void {
    if (this.worker === undefined) {
      this.worker = new Worker(THREAD, { eval: true, execArgv: [], env: {} });
      this.worker.on("message", this.onMessage).on("error", this.giveUp).on("exit", this.giveUp);
    }
    this.worker.postMessage(message);
  }
}
