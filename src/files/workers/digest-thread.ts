// Digests of bytes on their way: in a thread, or here. Knows nothing of where the bytes come from or go to.
import { createHash, hash, type Hash } from "node:crypto";
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
  let growing: Hash;
  try {
    growing = createHash(algorithm);
  } catch {
    // FIPS forbids MD5.
    const none = (): Promise<undefined> => Promise.resolve(undefined);
    return { add: none, soFar: none, digest: none };
  }
  const soFar = (): Promise<string> => Promise.resolve(growing.copy().digest("hex"));
  return {
    add: (bytes) => {
      growing.update(bytes);
      return Promise.resolve();
    },
    soFar,
    digest: soFar,
  };
}

/** Of bytes that are few, in one call: what a digest that grows costs before its first byte is ten times as much. */
export function digestAtOnce(algorithm: Algorithm, bytes: Buffer): string | undefined {
  try {
    return hash(algorithm, bytes);
  } catch {
    return undefined; // FIPS forbids MD5
  }
}

interface DigestThread {
  prepare(): void;
  start(): RunningDigest;
  close(): void;
}

/** The thread ended before it did a step. */
const NOT_DONE = "not-done";
type Answer = DigestReply | typeof NOT_DONE;

/** In the thread or, from the first step on, here: what the thread has not done is still in memory, and in order. */
function digestBy(
  post: (step: DigestStep) => Promise<Answer>,
  step: Pick<DigestStep, "kind" | "algorithm" | "id">,
  isClosed: () => boolean,
): RunningDigest {
  // Once the thread has taken some of the bytes, its digest can't be continued elsewhere.
  let isInThread = false;
  let here: RunningDigest | undefined;
  let whole: Promise<string | undefined> | undefined;
  const take = async (
    one: DigestStep,
    doHere: (digest: RunningDigest) => Promise<string | undefined | void>,
  ): Promise<string | undefined> => {
    const answer = await post(one);
    if (answer !== NOT_DONE) {
      isInThread = true;
      return answer.digest;
    }
    if (isInThread || isClosed()) return undefined;
    return (await doHere((here ??= digestHere(step.algorithm)))) ?? undefined;
  };
  return {
    add: async (chunk) => void (await take({ ...step, chunk }, (digest) => digest.add(chunk))),
    soFar: () => take({ ...step, ask: "so far" }, (digest) => digest.soFar()),
    digest: () => (whole ??= take({ ...step, ask: "whole" }, (digest) => digest.digest())),
  };
}

/**
 * In a thread beside the main one, which is started by the first bytes if not before. A core takes SHA-256 at 1.4 GB/s and MD5 at 0.6, so
 * that in the main thread they would bound what a large file is sent at. Bytes in a `SharedArrayBuffer` are read where they
 * are; others are copied. Where no thread can be started the digests are taken here.
 */
function createDigestThread(algorithm: Algorithm, startThread: () => Worker): DigestThread {
  let worker: Worker | undefined;
  let isGone = false;
  let isClosed = false;
  let lastId = 0;
  // What waits for the thread, which replies in the order of the steps.
  const waiting: ((answer: Answer) => void)[] = [];
  const giveUp = (): void => {
    isGone = true;
    for (const resume of waiting.splice(0)) resume(NOT_DONE);
  };
  /** `false`: no thread is allowed here, or none is left. */
  const withThread = (work: (thread: Worker) => void): boolean => {
    if (isGone) return false;
    try {
      worker ??= startThread()
        .on("message", (reply: DigestReply) => waiting.shift()?.(reply))
        .on("error", giveUp)
        .on("exit", giveUp);
      work(worker);
    } catch {
      giveUp();
    }
    return !isGone;
  };
  const post = (step: DigestStep): Promise<Answer> => {
    if (!withThread((thread) => thread.postMessage(step))) return Promise.resolve(NOT_DONE);
    return new Promise((resolve) => waiting.push(resolve));
  };
  return {
    prepare: () => void withThread(() => undefined),
    start: () => {
      const id = (lastId += 1);
      return digestBy(post, { kind: "digest", algorithm, id }, () => isClosed);
    },
    close: () => {
      isClosed = true;
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
  /** Starts the thread before a large file is read: it takes as long as some calls do, and may do so meanwhile. */
  prepare(): void;
  start(file: { readonly sizeBytes: number }): RunningDigest;
  close(): void;
}

/** `startThread`: how the thread is started; it may throw. */
export function createFileDigests(algorithm: Algorithm, startThread = startWorker): FileDigests {
  const thread = createDigestThread(algorithm, startThread);
  return {
    prepare: () => {
      if (canStartWorker()) thread.prepare();
    },
    start: (file) =>
      isHashedInThread(file) && canStartWorker() ? thread.start() : digestHere(algorithm),
    close: () => thread.close(),
  };
}
