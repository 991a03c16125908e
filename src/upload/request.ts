// What an upload is asked to do, checked before anything is sent. Knows nothing of how it is done.
import { InputError, type InputProblem } from "../errors";
import { MAX_CONCURRENCY, MAX_FILE_BYTES } from "../api/limits";
import { replacedNameProblem } from "../files/manifest/dataset-name";
import { isAscending } from "../files/manifest/manifest";
import { pathProblem } from "../files/names";
import { shown } from "../text";
import { numberProblem } from "../wrong-value";
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

const MOMENT = { least: 0 };

/** The numbers of an upload that may be left out. */
export function timingProblems({
  concurrency,
  deadlineMs,
}: Pick<UploadRequest, "concurrency" | "deadlineMs">): readonly InputProblem[] {
  const workers = { least: 1, most: MAX_CONCURRENCY, isWhole: true };
  const given = [
    ["concurrency", concurrency, workers],
    ["deadlineMs", deadlineMs, MOMENT],
  ] as const;
  return given.flatMap(([input, value, bounds]) => {
    const text = value === undefined ? undefined : numberProblem(value, bounds);
    return text === undefined ? [] : [{ input, text }];
  });
}

/** @throws InputError before anything is asked */
export function requireTiming(options: Pick<UploadRequest, "concurrency" | "deadlineMs">): void {
  const problems = timingProblems(options);
  if (problems.length > 0) throw new InputError(problems);
}

function sizeProblem(sizeBytes: unknown): string | undefined {
  return typeof sizeBytes === "number" && sizeBytes > MAX_FILE_BYTES
    ? `is ${sizeBytes}, more than the ${MAX_FILE_BYTES} that 10,000 parts of 128 MiB carry`
    : numberProblem(sizeBytes, { least: 0, isWhole: true });
}

/** A program without types may give anything. */
export function isSet(files: unknown): boolean {
  return Array.isArray(files) && files.length > 0;
}

function fileProblems(files: readonly UploadFile[]): readonly InputProblem[] {
  if (!isSet(files)) return [{ input: "files", text: "must be a list of at least one file" }];
  const problems: InputProblem[] = [];
  // A table of 100,000 paths takes 4 MB, and those of a set are sorted.
  const seen = isAscending(files) ? undefined : new Set<string>();
  for (const { path, sizeBytes } of files) {
    const size = sizeProblem(sizeBytes);
    if (size !== undefined) problems.push({ input: path, text: `sizeBytes ${size}` });
    const problem = pathProblem(path);
    if (problem !== undefined) problems.push({ input: shown(path), text: problem });
    if (seen?.has(path) === true)
      problems.push({ input: path, text: "two files would have this path" });
    seen?.add(path);
  }
  return problems;
}

/** @throws InputError for everything that is wrong with it, all at once */
export function checkRequest(request: UploadRequest): void {
  const named = replacedNameProblem(request.datasetName);
  const problems = [
    ...timingProblems(request),
    ...(named === undefined ? [] : [{ input: "dataset name", text: named }]),
    ...fileProblems(request.files),
  ];
  if (problems.length > 0) throw new InputError(problems);
}
