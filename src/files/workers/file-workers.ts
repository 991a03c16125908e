// Worker threads for the jobs on files. Knows nothing of what the jobs are for.
import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { AvalaError } from "../../errors";
import { cancelled } from "../../flow/clock";
import {
  hash,
  inspect,
  type HashJob,
  type HashResult,
  type InspectJob,
  type InspectResult,
} from "./jobs";
import { canStartWorker, startWorker } from "./start-worker";
import type { JobReply } from "./worker";

export interface FileWorkers {
  readonly count: number;
  inspect(job: InspectJob): Promise<InspectResult>;
  /** `onBytes` is called while files are read, about every 16 MiB. */
  hash(job: HashJob, onBytes: (bytes: number) => void): Promise<HashResult>;
  /** Ends the threads; jobs under way reject with code `cancelled`. */
  close(): Promise<void>;
}

const MAX_WORKERS = 4; // more read against each other, and a disk feeds no more than a few cores of 1.8 GB/s

/** One thread for each core, at most four: the main one only waits for them. */
export function defaultWorkerCount(): number {
  return Math.min(MAX_WORKERS, availableParallelism());
}

/**
 * `count` threads, started when they are first needed; with 0 the jobs run here: a few files are done before a thread has
 * started. So they do where no thread may be started. `start` starts one; it may throw.
 */
export function createFileWorkers(count: number, start = startWorker): FileWorkers {
  const here = inPlace();
  if (count === 0 || !canStartWorker()) return here;
  const idle: Thread[] = [];
  const all: Thread[] = [];
  const nextThread = (): Thread | undefined => {
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      if (!free.hasEnded()) return free;
    }
    try {
      const thread = asThread(start());
      all.push(thread);
      return thread;
    } catch {
      return undefined; // the system's limit of threads, or of memory, is reached
    }
  };
  const run = async <T>(
    job: unknown,
    onBytes: (bytes: number) => void,
    runHere: () => Promise<T>,
  ): Promise<T> => {
    const thread = nextThread();
    if (thread === undefined) return runHere();
    const result = await thread.run(job, onBytes);
    idle.push(thread);
    return result as T;
  };
  return {
    count,
    inspect: (job) => run(job, ignore, () => here.inspect(job)),
    hash: (job, onBytes) => run(job, onBytes, () => here.hash(job, onBytes)),
    close: async () => {
      await Promise.all(all.map((thread) => thread.close()));
    },
  };
}

/** Does `work` with so many threads, which end with it, or at once when `signal` aborts. */
export async function withFileWorkers<T>(
  count: number,
  signal: AbortSignal | undefined,
  work: (workers: FileWorkers) => Promise<T>,
): Promise<T> {
  const workers = createFileWorkers(count);
  const close = (): void => void workers.close();
  signal?.addEventListener("abort", close, { once: true });
  try {
    return await work(workers);
  } finally {
    signal?.removeEventListener("abort", close);
    await workers.close();
  }
}

function ignore(): void {
  // An inspection is short and reports no progress.
}

function inPlace(): FileWorkers {
  return {
    count: 1,
    inspect: async (job) => Promise.resolve(inspect(job)),
    hash: async (job, onBytes) => Promise.resolve(hash(job, onBytes)),
    close: () => Promise.resolve(),
  };
}

interface Thread {
  /** By itself: a job that is given to it then would never end. */
  hasEnded(): boolean;
  run(job: unknown, onBytes: (bytes: number) => void): Promise<unknown>;
  close(): Promise<void>;
}

function asThread(worker: Worker): Thread {
  let stop: (error: Error) => void = ignore;
  let hasEnded = false;
  worker.on("error", (cause) =>
    stop(new AvalaError("file", "Reading files failed in a worker thread.", { cause })),
  );
  worker.on("exit", () => {
    hasEnded = true;
    stop(cancelled("Reading files"));
  });
  return {
    hasEnded: () => hasEnded,
    run: (job, onBytes) =>
      new Promise((resolve, reject) => {
        stop = reject;
        worker.removeAllListeners("message");
        worker.on("message", ({ bytes, result }: JobReply) => {
          if (bytes > 0) onBytes(bytes);
          if (result !== undefined) resolve(result);
        });
        worker.postMessage(job);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
