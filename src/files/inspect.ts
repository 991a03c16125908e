// Opens every file of a set once: can it be read, how large is it, and is its content what its name says?
import type { InputProblem } from "../errors";
import { cancelled } from "../flow/clock";
import { runPool } from "../flow/pool";
import { contentProblem, type ContentFault, type Sample } from "./content/content";
import { endingOf } from "./content/formats";
import { startsAsPrivateKey } from "./scan/credentials";
import type { ContentPolicy } from "./file-set-options";
import type { LocalFile, Notice } from "./local-file";
import { createFileWorkers, defaultWorkerCount, type FileWorkers } from "./workers/file-workers";
import type { InspectJob, InspectResult } from "./workers/jobs";
import { MAX_FILE_BYTES } from "../api/limits";
import { shown } from "../text";
import { HEAD_BYTES } from "./content/open-file";

export interface Candidate {
  /** In the dataset. */
  readonly path: string;
  readonly absolutePath: string;
  /** Whether a pattern names it in full, so that it is meant even if it looks like a credential. */
  readonly isNamed: boolean;
}

export interface Inspection {
  readonly files: readonly LocalFile[];
  readonly problems: readonly InputProblem[];
  readonly notices: readonly Notice[];
  /** What is wrong with contents, all of it; warned of or refused, as was asked for. */
  readonly contents: readonly ContentFinding[];
  /** Paths of the PLY files whose header has nothing of a splat. */
  readonly otherThanSplats: readonly string[];
}

export interface ContentFinding {
  readonly path: string;
  readonly fault: ContentFault;
  readonly problem: string;
}

interface InspectOptions {
  readonly checkContent: ContentPolicy;
  /** Whether the data type was given as `splat`: else another PLY than one of splats is not wrong in itself. */
  readonly wantsSplats?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

// A thread takes about 30 ms to start, and a file about 40 µs: fewer than this are looked at sooner here.
const FEW_FILES = 500;
const BATCH_FILES = 500;
// Here nothing else happens meanwhile, and Ctrl-C is not heard: so a pause after a few, and only a short look at each.
const BATCH_FILES_HERE = 25;
const SHORT_LOOK = { maxReads: 512, maxReadBytes: 2 * 1024 * 1024 };
// In a thread, which can be ended at any moment. The formats' own bounds are lower, but for a file made to stall.
const LONG_LOOK = { maxReads: 50_000, maxReadBytes: 300 * 1024 * 1024 };

/** Looks at each candidate; what comes back is in their order. @throws AvalaError `cancelled` */
export async function inspectFiles(
  candidates: readonly Candidate[],
  options: InspectOptions,
): Promise<Inspection> {
  const { signal, checkContent } = options;
  if (signal?.aborted === true) throw cancelled("Looking at files");
  const sampleBytes = checkContent === "off" ? 0 : HEAD_BYTES;
  const isFew = candidates.length <= FEW_FILES;
  const threads = createFileWorkers(isFew ? 1 : defaultWorkerCount());
  const close = (): void => void threads.close();
  signal?.addEventListener("abort", close, { once: true });
  const parts: Inspection[] = [];
  const batchFiles = isFew ? BATCH_FILES_HERE : BATCH_FILES;
  try {
    const starts = Array.from({ length: Math.ceil(candidates.length / batchFiles) }, (_, n) => n);
    await runPool(starts, { concurrency: threads.count, signal }, async (n) => {
      const batch = candidates.slice(n * batchFiles, (n + 1) * batchFiles);
      const look = { batch, sampleBytes, threads };
      const result = await (isFew ? lookHere(look) : lookInThread(look));
      parts[n] = await judge(batch, result, { ...options, sampleBytes });
    });
  } finally {
    signal?.removeEventListener("abort", close);
    await threads.close();
  }
  return {
    files: parts.flatMap((part) => part.files),
    problems: parts.flatMap((part) => part.problems),
    notices: parts.flatMap((part) => part.notices),
    contents: parts.flatMap((part) => part.contents),
    otherThanSplats: parts.flatMap((part) => part.otherThanSplats),
  };
}

interface Look {
  readonly batch: readonly Candidate[];
  readonly sampleBytes: number;
  readonly threads: FileWorkers;
}

/** Lets what waits for its turn have it: timers, sockets, and the signal that stops this. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function jobOf({ batch, sampleBytes }: Look, bounds: typeof SHORT_LOOK): InspectJob {
  const paths = batch.map(({ absolutePath }) => absolutePath);
  const endings = batch.map(({ path }) => endingOf(path) ?? "");
  return { kind: "inspect", paths, sampleBytes, endings, ...bounds };
}

function lookInThread(look: Look): Promise<InspectResult> {
  return look.threads.inspect(jobOf(look, LONG_LOOK));
}

/** A short look here, and a long one in a thread at the files that it did not suffice for. */
async function lookHere(look: Look): Promise<InspectResult> {
  await pause();
  const here = await createFileWorkers(0).inspect(jobOf(look, SHORT_LOOK));
  if (here.undecided.length === 0) return here;
  const batch = look.batch.filter((_, index) => here.undecided.includes(index));
  const there = await lookInThread({ ...look, batch });
  const flaws = there.flaws.flatMap(({ index, flaw }) => {
    const ours = here.undecided[index];
    return ours === undefined ? [] : { index: ours, flaw };
  });
  return { ...here, flaws: [...here.flaws, ...flaws], undecided: [] };
}

async function judge(
  batch: readonly Candidate[],
  result: InspectResult,
  options: InspectOptions & { readonly sampleBytes: number },
): Promise<Inspection> {
  const { checkContent, sampleBytes, wantsSplats = false } = options;
  const flaws = new Map(result.flaws.map(({ index, flaw }) => [index, flaw]));
  const faults = new Map(result.faults.map(({ index, code }) => [index, code]));
  const files: LocalFile[] = [];
  const refused: InputProblem[] = [];
  const contents: ContentFinding[] = [];
  const otherThanSplats: string[] = [];
  for (const [index, candidate] of batch.entries()) {
    const { path, absolutePath } = candidate;
    const sizeBytes = result.sizesBytes[index] ?? 0;
    files.push({ path, absolutePath, sizeBytes, modifiedMs: result.modifiedMs[index] ?? 0 });
    const head = headOf(result, { index, sizeBytes, sampleBytes });
    const refusal = faultText(faults.get(index)) ?? refusalOf(candidate, sizeBytes, head);
    if (refusal !== undefined) refused.push({ input: shown(path), text: refusal, path });
    if (refusal !== undefined || checkContent === "off") continue;
    const flaw = flaws.get(index);
    if (flaw === "not a splat") otherThanSplats.push(path);
    const isWrong = wantsSplats || flaw !== "not a splat";
    const sample: Sample = { sizeBytes, head, flaw: isWrong ? flaw : undefined };
    const found = await contentProblem(path, sample);
    if (found !== undefined) contents.push({ path, fault: found.fault, problem: found.text });
  }
  const asProblems = checkContent === "error" ? contents : [];
  const asNotices = checkContent === "error" ? [] : contents;
  return {
    files,
    problems: [
      ...refused,
      ...asProblems.map(({ path, problem }) => ({ input: shown(path), text: problem, path })),
    ],
    notices: asNotices.map(({ path, problem }) => ({ path, text: problem })),
    contents,
    otherThanSplats,
  };
}

function headOf(
  { samples }: InspectResult,
  at: { readonly index: number; readonly sizeBytes: number; readonly sampleBytes: number },
): Buffer {
  const length = Math.min(at.sizeBytes, at.sampleBytes);
  return Buffer.from(samples.buffer, samples.byteOffset + at.index * at.sampleBytes, length);
}

function faultText(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (code === "CHANGED") return "It is no longer a file.";
  if (code === "ENOENT") return "It was there a moment ago and is gone (ENOENT).";
  return `It can't be read (${code}): make it readable, or leave it out.`;
}

function refusalOf(candidate: Candidate, sizeBytes: number, head: Buffer): string | undefined {
  if (sizeBytes > MAX_FILE_BYTES) {
    return `It has ${sizeBytes} bytes, more than the ${MAX_FILE_BYTES} (10,000 parts of 128 MiB) that any upload can carry.`;
  }
  return !candidate.isNamed && startsAsPrivateKey(head) ? credentialText : undefined;
}

export const credentialText =
  "It looks like a credential, and what is stored can't be removed: leave it out, or name it in full to send it.";
