// What an upload is asked to do, checked before anything is sent. Knows nothing of how it is done.
import { InputError, type InputProblem } from "../errors";
import { MAX_CONCURRENCY, MAX_FILE_BYTES } from "../api/limits";
import { replacedNameProblem } from "../files/manifest/dataset-name";
import { isAscending } from "../files/manifest/manifest";
import { pathProblem } from "../files/names";
import { shown } from "../text";
import type { FileDestination } from "./send/attempt";
import type { LandedInBatch } from "./journal/batch";
import type { SourceFile } from "./send/source";

export type UploadFile = SourceFile;

export interface UploadRequest extends FileDestination {
  readonly files: readonly UploadFile[];
  /** Of the whole set. @default made of `files` */
  readonly digest?: string | undefined;
  /** What is known to have landed otherwise than by the journal. */
  readonly stored?: LandedInBatch | undefined;
  /**
   * Whether a dataset of the name exists by now: asked while another run that sends these files, on any machine, is waited for,
   * and now and then while files go to a name that other content may have. When it does, the upload ends, and is not complete. @default only the other run's signs of life are looked for
   */
  readonly isMade?: (() => Promise<boolean>) | undefined;
  /** Files under way at once, 1 to 10 (contract, "Rate limits"). @default 8 */
  readonly concurrency?: number | undefined;
  /** Where the journal is kept; absent: none, and an interrupted run starts over. */
  readonly stateDirectory?: string | undefined;
  /** Ms since the epoch: then nothing more is started, nothing waits beyond it, and requests under way end. */
  readonly deadlineMs?: number | undefined;
}

const DEFAULT_CONCURRENCY = 8;

export function concurrencyOf(request: UploadRequest): number {
  return request.concurrency ?? DEFAULT_CONCURRENCY;
}

/** @throws InputError for everything that is wrong with it, all at once */
export function checkRequest(request: UploadRequest): void {
  const concurrency = concurrencyOf(request);
  const problems: InputProblem[] = [];
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    problems.push({
      input: "concurrency",
      text: `must be a whole number from 1 to ${MAX_CONCURRENCY}`,
    });
  }
  const named = replacedNameProblem(request.datasetName);
  if (named !== undefined) problems.push({ input: "dataset name", text: named });
  // A table of 100,000 paths takes 4 MB, and those of a set are sorted.
  const seen = isAscending(request.files) ? undefined : new Set<string>();
  for (const { path, sizeBytes } of request.files) {
    if (sizeBytes > MAX_FILE_BYTES) {
      const text = `has ${sizeBytes} bytes, more than the ${MAX_FILE_BYTES} that 10,000 parts of 128 MiB carry`;
      problems.push({ input: path, text });
    }
    const problem = pathProblem(path);
    if (problem !== undefined) problems.push({ input: shown(path), text: problem });
    if (seen?.has(path) === true)
      problems.push({ input: path, text: "two files would have this path" });
    seen?.add(path);
  }
  if (problems.length > 0) throw new InputError(problems);
}
