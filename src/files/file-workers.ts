// Worker threads for the jobs on files. Knows nothing of what the jobs are for.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AvalaError } from "../errors";
import { cancelled } from "../flow/clock";
import { endings } from "./endings";
import {
  hash,
  inspect,
  readerOf,
  type HashJob,
  type HashResult,
  type InspectJob,
  type InspectResult,
} from "./jobs";

export interface FileWorkers {
  readonly count: number;
  inspect(job: InspectJob): Promise<InspectResult>;
  /** `onBytes` is told while files are read, about each 16 MiB. */
  hash(job: HashJob, onBytes: (bytes: number) => void): Promise<HashResult>;
  /** Ends the threads; jobs under way reject with code `cancelled`. */
  close(): Promise<void>;
}

const MAX_WORKERS = 4; // more read against each other, and a disk feeds no more than a few cores of 1.8 GB/s

/** One thread beside the main one for each core, at most four. */
export function defaultWorkerCount(): number {
  return Math.min(MAX_WORKERS, Math.max(1, availableParallelism() - 1));
}

/** `count` threads, started when they are first needed; with 0 the jobs run here, for what is done before a thread has started. */
export function createFileWorkers(count: number): FileWorkers {
  if (count === 0) return inPlace();
  const idle: Thread[] = [];
  const all: Thread[] = [];
  const run = async <T>(job: unknown, onBytes: (bytes: number) => void): Promise<T> => {
    const thread = idle.pop() ?? startThread();
    if (!all.includes(thread)) all.push(thread);
    const result = await thread.run(job, onBytes);
    idle.push(thread);
    return result as T;
  };
  return {
    count,
    inspect: (job) => run<InspectResult>(job, ignore),
    hash: (job, onBytes) => run<HashResult>(job, onBytes),
    close: async () => {
      await Promise.all(all.map((thread) => thread.close()));
    },
  };
}

function ignore(): void {
  // An inspection is short and tells no progress.
}

function inPlace(): FileWorkers {
  const tools = { fs, createHash, endings, readerOf };
  return {
    count: 1,
    inspect: async (job) => Promise.resolve(inspect(tools, job)),
    hash: async (job, onBytes) => Promise.resolve(hash(tools, job, onBytes)),
    close: () => Promise.resolve(),
  };
}

interface Thread {
  run(job: unknown, onBytes: (bytes: number) => void): Promise<unknown>;
  close(): Promise<void>;
}

// What a thread runs. The functions come as text, so a bundler or a test's compiler may have renamed what is in them, but
// not what they are called by here.
function sourceOfThread(): string {
  const endingTexts = Object.entries(endings).map(
    ([name, isWhole]) => `${name}: (${isWhole.toString()})`,
  );
  return `"use strict";
const { parentPort } = require("node:worker_threads");
const endings = { ${endingTexts.join(", ")} };
const readerOf = (${readerOf.toString()});
const { createHash } = require("node:crypto");
const tools = { fs: require("node:fs"), createHash, endings, readerOf };
const jobs = { inspect: (${inspect.toString()}), hash: (${hash.toString()}) };
const PROGRESS_BYTES = ${16 * 1024 * 1024};
parentPort.on("message", (job) => {
  let untold = 0;
  const onBytes = (bytes) => {
    untold += bytes;
    if (untold < PROGRESS_BYTES) return;
    parentPort.postMessage({ bytes: untold });
    untold = 0;
  };
  const result = jobs[job.kind](tools, job, onBytes);
  parentPort.postMessage({ bytes: untold, result });
});`;
}

type ThreadMessage = { readonly bytes: number; readonly result?: unknown };

function startThread(): Thread {
  // Neither the caller's loaders (ts-node) nor its environment: each would cost a thread its start-up again.
  const worker = new Worker(sourceOfThread(), { eval: true, execArgv: [], env: {} });
  let stop: (error: Error) => void = ignore;
  worker.on("error", (cause) =>
    stop(new AvalaError("file", "Reading files failed in a worker thread.", { cause })),
  );
  worker.on("exit", () => stop(cancelled("Reading files")));
  return {
    run: (job, onBytes) =>
      new Promise((resolve, reject) => {
        stop = reject;
        worker.removeAllListeners("message");
        worker.on("message", ({ bytes, result }: ThreadMessage) => {
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
