// Digests of bytes on their way: in a thread, or here. Knows nothing of where the bytes come from or go to.
import { createHash, type Hash } from "node:crypto";
import type { Worker } from "node:worker_threads";
import { canStartWorker, startWorker } from "./start-worker";
import type { Algorithm, DigestReply, DigestStep } from "./worker";

/** A digest that grows. */
export interface RunningDigest {
  /** Resolves when the bytes have been read: their memory may be used again. */
  add(bytes: Buffer): Promise<void>;
  /**
   * Hex digits of what has been added so far. `undefined` where this machine does not take such a digest, and where the
   * thread has ended.
   */
  soFar(): Promise<string | undefined>;
  /** The same of all: nothing may be added after it. */
  digest(): Promise<string | undefined>;
}

/** In this thread: for little, since another takes longer to start. */
export function digestHere(algorithm: Algorithm): RunningDigest {
  let hash: Hash;
  try {
    hash = createHash(algorithm);
  } catch {
    // FIPS forbids MD5.
    const none = (): Promise<undefined> => Promise.resolve(undefined);
    return { add: none, soFar: none, digest: none };
  }
  const soFar = (): Promise<string> => Promise.resolve(hash.copy().digest("hex"));
  return {
    add: (bytes) => {
      hash.update(bytes);
      return Promise.resolve();
    },
    soFar,
    digest: soFar,
  };
}

interface DigestThread {
  start(): RunningDigest;
  close(): void;
}

/**
 * In a thread beside the main one, which is started by the first bytes. A core takes SHA-256 at 1.4 GB/s and MD5 at 0.6, so
 * that in the main thread they would bound what a large file is sent at. Bytes in a `SharedArrayBuffer` are read where they
 * are; others are copied.
 */
function createDigestThread(algorithm: Algorithm): DigestThread {
  let worker: Worker | undefined;
  let isGone = false;
  let lastId = 0;
  // What waits for the thread, which replies in the order of the steps.
  const waiting: ((digest?: string) => void)[] = [];
  const giveUp = (): void => {
    isGone = true;
    for (const resume of waiting.splice(0)) resume();
  };
  const start = (): Worker => {
    const started = startWorker();
    started.on("message", ({ digest }: DigestReply) => waiting.shift()?.(digest));
    started.on("error", giveUp).on("exit", giveUp);
    return started;
  };
  const post = (step: DigestStep): Promise<string | undefined> => {
    if (isGone) return Promise.resolve(undefined);
    worker ??= start();
    worker.postMessage(step);
    return new Promise((resolve) => waiting.push(resolve));
  };
  return {
    start: () => {
      const id = (lastId += 1);
      const step = { kind: "digest", algorithm, id } as const;
      let whole: Promise<string | undefined> | undefined;
      return {
        add: async (chunk) => void (await post({ ...step, chunk })),
        soFar: () => post({ ...step, ask: "so far" }),
        digest: () => (whole ??= post({ ...step, ask: "whole" })),
      };
    },
    close: () => {
      giveUp();
      void worker?.terminate();
    },
  };
}

// A smaller file costs a call, so that the budget of a hundred a minute bounds all of them together at some 200 MB/s:
// one thread hashes faster. A larger one may go as fast as the network does.
const IN_A_THREAD_FROM_BYTES = 128 * 1024 * 1024;

/** Whether a file's digests are taken in threads, best from memory that they share. */
export function isHashedInThread({ sizeBytes }: { readonly sizeBytes: number }): boolean {
  return sizeBytes >= IN_A_THREAD_FROM_BYTES;
}

/** The digests of files: of large ones in one thread for all, of others here. */
export interface FileDigests {
  start(file: { readonly sizeBytes: number }): RunningDigest;
  close(): void;
}

export function createFileDigests(algorithm: Algorithm): FileDigests {
  const thread = createDigestThread(algorithm);
  return {
    start: (file) =>
      isHashedInThread(file) && canStartWorker() ? thread.start() : digestHere(algorithm),
    close: () => thread.close(),
  };
}
