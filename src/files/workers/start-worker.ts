// Starts the one kind of worker thread that there is. Knows where its file is, and nothing of its jobs.
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";

// Beside this file, in lib/ and in the Action's bundle; in tests it is TypeScript too, and their set-up compiles it.
const file = join(__dirname, `worker${extname(__filename)}`);

/** `false` in a bundle that somebody made of this package without its files: the work is then done in the main thread. */
export function canStartWorker(): boolean {
  return existsSync(file);
}

export function startWorker(): Worker {
  // Neither the caller's loaders (ts-node) nor its environment: each would cost a thread its start-up again.
  return new Worker(file, { execArgv: [], env: {} });
}
