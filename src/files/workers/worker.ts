// What runs in a worker thread: jobs on files, and MD5 of bytes that are sent to it. A file of its own in lib/ and in the
// Action's bundle. Knows nothing of who asks.
import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { hash, inspect, type HashJob, type InspectJob } from "./jobs";

/** The next bytes of one of several MD5s under way; without bytes, its end. */
export interface Md5Step {
  readonly kind: "md5";
  readonly id: number;
  readonly chunk?: Uint8Array;
}

/** Bytes that were read since the last reply; the last one has the result. */
export interface JobReply {
  readonly bytes: number;
  readonly result?: unknown;
}

export type Md5Reply =
  | { readonly id: number; readonly bytes: number; readonly md5?: undefined }
  | { readonly id: number; readonly bytes?: undefined; readonly md5: string };

const PROGRESS_BYTES = 16 * 1024 * 1024;

const hashes = new Map<number, Hash>();

function addToMd5({ id, chunk }: Md5Step): Md5Reply {
  const digest = hashes.get(id) ?? createHash("md5");
  if (chunk === undefined) {
    hashes.delete(id);
    return { id, md5: digest.digest("hex") };
  }
  hashes.set(id, digest.update(chunk));
  return { id, bytes: chunk.length };
}

function runJob(job: InspectJob | HashJob, reply: (message: JobReply) => void): void {
  let bytes = 0;
  const onBytes = (more: number): void => {
    bytes += more;
    if (bytes < PROGRESS_BYTES) return;
    reply({ bytes });
    bytes = 0;
  };
  const result = job.kind === "hash" ? hash(job, onBytes) : inspect(job);
  reply({ bytes, result });
}

parentPort?.on("message", (message: InspectJob | HashJob | Md5Step) => {
  const reply = (answer: JobReply | Md5Reply): void => parentPort?.postMessage(answer);
  if (message.kind === "md5") reply(addToMd5(message));
  else runJob(message, reply);
});
