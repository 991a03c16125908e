// What runs in a worker thread: jobs on files, and digests of bytes that are sent to it. A file of its own in lib/ and in the
// Action's bundle. Knows nothing of who asks.
import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { hash, inspect, type HashJob, type InspectJob } from "./jobs";

export type Algorithm = "md5" | "sha256";

/** The next bytes of one of several digests under way, or the question what it is; it is kept until it is whole. */
export type DigestStep = {
  readonly kind: "digest";
  readonly algorithm: Algorithm;
  readonly id: number;
} & (
  | { readonly chunk: Uint8Array; readonly ask?: undefined }
  | { readonly chunk?: undefined; readonly ask: "so far" | "whole" }
);

export interface DigestReply {
  readonly digest?: string;
}

/** Bytes that were read since the last reply; the last one has the result. */
export interface JobReply {
  readonly bytes: number;
  readonly result?: unknown;
}

const PROGRESS_BYTES = 16 * 1024 * 1024;

const hashes = new Map<number, Hash>();

function addToDigest({ algorithm, id, chunk, ask }: DigestStep): DigestReply {
  const hash = hashes.get(id) ?? createHash(algorithm);
  if (ask === "whole") hashes.delete(id);
  else hashes.set(id, hash);
  if (chunk === undefined) return { digest: hash.copy().digest("hex") };
  hash.update(chunk);
  return {};
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

parentPort?.on("message", (message: InspectJob | HashJob | DigestStep) => {
  const reply = (answer: JobReply | DigestReply): void => parentPort?.postMessage(answer);
  if (message.kind === "digest") reply(addToDigest(message));
  else runJob(message, reply);
});
