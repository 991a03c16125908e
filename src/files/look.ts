// Opens files once each: can they be read, how large are they, and what does their content show? Judges nothing.
import { systemClock } from "../flow/clock";
import { runPool } from "../flow/pool";
import { headProblem } from "./content/content";
import { endingOf } from "./content/formats";
import { HEAD_BYTES } from "./content/open-file";
import { soundFinding, type Finding } from "./digests/finding";
import type { KnownFiles } from "./digests/known-files";
import { stampIn } from "./digests/stamp";
import { hasPrivateKeyHead } from "./scan/credentials";
import {
  createFileWorkers,
  defaultWorkerCount,
  withFileWorkers,
  type FileWorkers,
} from "./workers/file-workers";
import type { InspectJob, InspectResult } from "./workers/jobs";

/** Files to be looked at. An object for each would outlive the look at it, and so cost more than all that is done with it. */
export interface Candidates {
  /** In the dataset, in order. */
  readonly paths: readonly string[];
  /** Under the root, POSIX. */
  readonly insideOf: (path: string) => string;
  readonly absoluteOf: (path: string) => string;
  /** Whether a pattern names it in full, so that it is meant even if it looks like a credential. */
  readonly isNamed: (path: string) => boolean;
}

/** A file to be looked at. */
interface LookedFor {
  /** Among the candidates. */
  readonly place: number;
  /** In the dataset. */
  readonly path: string;
  readonly absolutePath: string;
}

/** What a look at a file showed. */
export interface Looked {
  readonly sizeBytes: number;
  /** Why it can't be read: the system's code, or `CHANGED`. */
  readonly faultCode?: string | undefined;
  readonly finding: Finding;
  /** Where it was taken, or is known from before. */
  readonly sha256?: string | undefined;
}

export interface LookOptions {
  /** Whether anything is read but the size. */
  readonly readsContent: boolean;
  readonly known?: KnownFiles | undefined;
  readonly signal?: AbortSignal | undefined;
}

// A thread takes 60 to 80 ms of processor time to start and compiles all of it once more, and a file takes 50 µs: of so many
// that lie in the system's cache two threads take three times as much, and none less time. A disk that keeps this thread
// waiting for longer does better with several.
const FEW_FILES = 4000;
const MAX_HERE_MS = 2000;
const PORTION_FILES = 500;
// Here nothing else happens meanwhile, and Ctrl-C is not heard: so a pause after a few, and only a short look at each.
const PORTION_FILES_HERE = 25;
const SHORT_LOOK = { maxReads: 512, maxReadBytes: 2 * 1024 * 1024 };
// In a thread, which can be ended at any moment. The formats' own bounds are lower, but for a file made to stall.
const LONG_LOOK = { maxReads: 50_000, maxReadBytes: 300 * 1024 * 1024 };

/**
 * Looks at the files at these places. Calls `onLooked` for each, as each was looked at: a list of what a million showed would be
 * large. The path that was looked at comes with it, since another text of the same would stay with each file.
 * @throws AvalaError `cancelled`
 */
export async function lookAtFiles(
  { paths, absoluteOf }: Candidates,
  places: readonly number[],
  options: LookOptions,
  onLooked: (place: number, looked: Looked, absolutePath: string) => void,
): Promise<void> {
  const { signal, readsContent } = options;
  if (places.length === 0) return;
  const isFew = places.length <= FEW_FILES;
  const portionFiles = isFew ? PORTION_FILES_HERE : PORTION_FILES;
  const sampleBytes = readsContent ? HEAD_BYTES : 0;
  const starts = Array.from({ length: Math.ceil(places.length / portionFiles) }, (_, n) => n);
  const startedMs = systemClock.now();
  const isHere = (): boolean => isFew && systemClock.now() - startedMs < MAX_HERE_MS;
  await withFileWorkers(defaultWorkerCount(), signal, async (threads) => {
    await runPool(starts, { concurrency: threads.count, signal }, async (n) => {
      const portion = places.slice(n * portionFiles, (n + 1) * portionFiles).map((place) => {
        const path = paths[place] ?? "";
        return { place, path, absolutePath: absoluteOf(path) };
      });
      const sinceMs = options.known?.nowMs() ?? 0;
      const look = { portion, sampleBytes, threads };
      const result = await (isHere() ? lookHere(look) : lookInThread(look));
      const looked = await lookedOf({ portion, sampleBytes, sinceMs, result }, options);
      portion.forEach(({ place, absolutePath }, index) => {
        const one = looked[index];
        if (one !== undefined) onLooked(place, one, absolutePath);
      });
    });
  });
}

interface Look {
  readonly portion: readonly LookedFor[];
  readonly sampleBytes: number;
  readonly threads: FileWorkers;
}

/** Lets what waits for its turn have it: timers, sockets, and the signal that stops this. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function jobOf({ portion, sampleBytes }: Look, bounds: typeof SHORT_LOOK): InspectJob {
  const paths = portion.map(({ absolutePath }) => absolutePath);
  const endings = portion.map(({ path }) => endingOf(path) ?? "");
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
  const portion = look.portion.filter((_, index) => here.undecided.includes(index));
  const there = await lookInThread({ ...look, portion });
  const flaws = there.flaws.flatMap(({ index, flaw }) => {
    const ours = here.undecided[index];
    return ours === undefined ? [] : { index: ours, flaw };
  });
  return { ...here, flaws: [...here.flaws, ...flaws], undecided: [] };
}

interface Result extends Pick<Look, "portion" | "sampleBytes"> {
  readonly sinceMs: number;
  readonly result: InspectResult;
}

async function lookedOf(
  { portion, sampleBytes, sinceMs, result }: Result,
  { readsContent, known }: LookOptions,
): Promise<readonly Looked[]> {
  const flaws = new Map(result.flaws.map(({ index, flaw }) => [index, flaw]));
  const faults = new Map(result.faults.map(({ index, code }) => [index, code]));
  const looked: Looked[] = [];
  for (const [index, { path, absolutePath }] of portion.entries()) {
    const sizeBytes = result.sizesBytes[index] ?? 0;
    const faultCode = faults.get(index);
    const head = headOf(result, { index, sizeBytes, sampleBytes });
    const finding = readsContent
      ? findingOf(await headProblem(path, { sizeBytes, head }), head, flaws.get(index))
      : soundFinding;
    const stamp = stampIn(result.stamps, index);
    if (faultCode !== undefined) {
      looked.push({ sizeBytes, faultCode, finding });
      continue;
    }
    const taken = result.sha256[index] === "" ? undefined : result.sha256[index];
    // Of what changed since it was asked about, the digest is not known any more.
    const before = known?.recall(known.pathOf(absolutePath), result.stamps, index);
    const file = { absolutePath, stamp, sinceMs };
    if (readsContent) known?.noteFinding(file, finding);
    if (taken !== undefined) known?.noteDigest(file, taken);
    looked.push({ sizeBytes, finding, sha256: taken ?? before?.sha256 });
  }
  return looked;
}

function findingOf(problem: Finding["head"], head: Buffer, flaw: Finding["flaw"]): Finding {
  const isPrivateKey = hasPrivateKeyHead(head);
  if (problem === undefined && flaw === undefined && !isPrivateKey) return soundFinding;
  return { head: problem, flaw, isPrivateKey };
}

function headOf(
  { samples }: InspectResult,
  at: { readonly index: number; readonly sizeBytes: number; readonly sampleBytes: number },
): Buffer {
  const length = Math.min(at.sizeBytes, at.sampleBytes);
  return Buffer.from(samples.buffer, samples.byteOffset + at.index * at.sampleBytes, length);
}
