// What an upload is asked to do, checked before anything is sent. Knows nothing of how it is done.
import type { InputProblem } from "../errors";
import { MAX_CONCURRENCY, MAX_FILE_BYTES } from "../api/limits";
import { replacedNameProblem } from "../files/manifest/dataset-name";
import { anEntryList, isAscending } from "../files/manifest/manifest";
import { pathProblem } from "../files/names";
import { isRecord } from "../json";
import {
  aFunction,
  aNumberIn,
  aText,
  maybe,
  optionsOf,
  partOf,
  type Members,
  type Shape,
} from "../shapes";
import { shown } from "../text";
import { mustBe, numberProblem } from "../wrong-value";
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

/** The numbers of an upload that may be left out. */
export const TIMING = {
  concurrency: maybe(aNumberIn({ least: 1, most: MAX_CONCURRENCY, isWhole: true })),
  deadlineMs: maybe(aNumberIn({ least: 0 })),
};

export const OF_LANDED: Members<LandedInBatch> = {
  uploadUid: maybe(aText),
  entries: anEntryList,
};

export const aLanded = partOf<LandedInBatch>(OF_LANDED);

const someFiles: Shape<readonly UploadFile[]> = (input, value) =>
  Array.isArray(value) && value.length > 0
    ? []
    : [{ input, text: "must be a list of at least one file" }];

const UPLOAD_REQUEST = optionsOf<UploadRequest>({
  datasetName: aText,
  organizationUid: maybe(aText),
  digest: maybe(aText),
  stored: maybe(aLanded),
  isMade: maybe(aFunction),
  ...TIMING,
  stateDirectory: maybe(aText),
  files: someFiles,
});

function sizeProblem(sizeBytes: unknown): string | undefined {
  return typeof sizeBytes === "number" && sizeBytes > MAX_FILE_BYTES
    ? `is ${sizeBytes}, more than the ${MAX_FILE_BYTES} that 10,000 parts of 128 MiB carry`
    : numberProblem(sizeBytes, { least: 0, isWhole: true });
}

// All of its 64 digits, or the first 20 of an unpacked manifest.
const DIGEST = /^[0-9a-f]{20,64}$/;

function digestProblem(sha256: unknown): string | undefined {
  const isDigest = sha256 === undefined || (typeof sha256 === "string" && DIGEST.test(sha256));
  return isDigest ? undefined : mustBe("64 hex digits in lower case, or left out", sha256);
}

/** A program without types may give anything. */
function isFile(file: UploadFile | undefined): file is UploadFile {
  return typeof file?.path === "string" && typeof file.absolutePath === "string";
}

function fileProblems(files: readonly UploadFile[]): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  let areFiles = true;
  for (let index = 0; index < files.length; index += 1) {
    const file = files[index];
    if (!isFile(file)) {
      areFiles = false;
      problems.push({ input: `files[${index}]`, text: NO_FILE });
      continue;
    }
    const { path, sizeBytes, sha256 } = file;
    const size = sizeProblem(sizeBytes);
    if (size !== undefined) problems.push({ input: path, text: `sizeBytes ${size}` });
    const digest = digestProblem(sha256);
    if (digest !== undefined) problems.push({ input: path, text: `sha256 ${digest}` });
    const problem = pathProblem(path);
    if (problem !== undefined) problems.push({ input: shown(path), text: problem });
  }
  return areFiles ? [...problems, ...sharedPaths(files)] : problems;
}

const NO_FILE = "must be an object with path, absolutePath, sizeBytes";

function sharedPaths(files: readonly UploadFile[]): readonly InputProblem[] {
  // A table of 100,000 paths takes 4 MB, and those of a set are sorted.
  if (isAscending(files)) return [];
  const seen = new Set<string>();
  return files.flatMap(({ path }) => {
    const isTwin = seen.has(path);
    seen.add(path);
    return isTwin ? [{ input: path, text: "two files would have this path" }] : [];
  });
}

/** Everything that is wrong with it. */
export function requestProblems(request: UploadRequest): readonly InputProblem[] {
  const problems = UPLOAD_REQUEST("request", request);
  // Without these two there is nothing more to look at.
  if (!isRecord(request) || typeof request.datasetName !== "string") return problems;
  const named = replacedNameProblem(request.datasetName);
  return [
    ...problems,
    ...(named === undefined ? [] : [{ input: "dataset name", text: named }]),
    ...(Array.isArray(request.files) ? fileProblems(request.files) : []),
  ];
}
