// What is known of files that have not changed since they were last read, without opening them; some are read all the same,
// as a check of what is known.
import { statSync } from "node:fs";
import { cancelled } from "../flow/clock";
import { digestIn } from "./digests/digest-column";
import { soundFinding, type Finding } from "./digests/finding";
import type { KnownFiles } from "./digests/known-files";
import { isSameStamp, putStamp, sizeIn, sizesIn, stampIn, stampLength } from "./digests/stamp";
import { pause, type Candidates, type Looked, type LookOptions } from "./look";
import { withFileWorkers } from "./workers/file-workers";
import { hashJobOf } from "./workers/jobs";

/** Not one for each: so many at once take a few ms. */
const filesAtOnce = 500;
/** More than this is hashed in a thread, so that the process stays awake. */
const maxBytesHere = 16 * 1024 * 1024;

interface Drawn {
  readonly absolutePath: string;
  readonly stamp: Float64Array;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Files that are known, one after the other, in which the same was found. */
export interface RecalledRun {
  /** The place of the first. */
  readonly start: number;
  readonly sizesBytes: Float64Array;
  /** As one text, 64 hex digits each. */
  readonly digests: string;
  readonly finding: Finding;
}

interface Listener {
  readonly onRun: (run: RecalledRun) => void;
  readonly onLooked: (place: number, looked: Looked) => void;
}

/**
 * Reports what a look would show of each file that is known, and returns the places of the others, which have to be looked at:
 * of all files, when one shows that what is known is wrong. Synchronous calls: one that goes through Node's threads takes five
 * times as long.
 */
export async function recallFiles(
  { paths, insideOf, absoluteOf }: Omit<Candidates, "isNamed">,
  { known, readsContent, signal }: LookOptions,
  { onRun, onLooked }: Listener,
): Promise<readonly number[]> {
  if (known === undefined || known.isEmpty()) {
    known?.expect(paths.map(insideOf));
    return [...paths.keys()];
  }
  const unknown: number[] = [];
  const runs: RecalledRun[] = [];
  const drawn: Drawn[] = [];
  const unread = readsContent ? undefined : soundFinding;
  const stamps = new Float64Array(filesAtOnce * stampLength);
  const draw = (path: string, n: number, sha256: string): void => {
    const stamp = stampIn(stamps, n).slice();
    drawn.push({ absolutePath: absoluteOf(path), stamp, sizeBytes: sizeIn(stamps, n), sha256 });
  };
  // Without a prefix the list is what the cache may know as it is.
  const isAll = paths.length > 0 && insideOf(paths[0] ?? "") === paths[0];
  for (let start = 0; start < paths.length; start += filesAtOnce) {
    await pause();
    if (signal?.aborted === true) throw cancelled("Looking at files");
    const some = paths.slice(start, start + filesAtOnce);
    readStamps(some.map(absoluteOf), stamps);
    const inside = isAll ? { list: paths, start } : { list: some.map(insideOf), start: 0 };
    const run = known.recallRun({ ...inside, count: some.length }, stamps);
    const found = run?.finding ?? unread;
    if (run !== undefined && found !== undefined) {
      some.forEach((path, n) => {
        if (known.isDrawn()) draw(path, n, digestIn(run.digests, n));
      });
      runs.push({ start, sizesBytes: sizesIn(stamps, some.length), ...run, finding: found });
      continue;
    }
    some.forEach((path, n) => {
      const { finding = unread, sha256 } = known.recall(insideOf(path), stamps, n) ?? {};
      if (finding === undefined || sha256 === undefined) {
        unknown.push(start + n);
        return;
      }
      if (known.isDrawn()) draw(path, n, sha256);
      onLooked(start + n, { sizeBytes: sizeIn(stamps, n), finding, sha256 });
    });
  }
  // What is made of a run outlives this, and would be copied at each collection of what was needed to ask about the others.
  runs.forEach(onRun);
  return (await isRefuted(known, drawn, signal)) ? [...paths.keys()] : unknown;
}

const statOptions = { throwIfNoEntry: false } as const;

/**
 * Puts the stamps of a few files into a list; of what can't be asked about or is not a file there is none, and a look at it says
 * why. Nothing else is done with a file between the calls: V8 would compile Node's part of them again for each function of ours
 * that they are made in, which takes as much processor time as 10,000 of them.
 */
function readStamps(absolutePaths: readonly string[], stamps: Float64Array): void {
  stamps.fill(0);
  for (let n = 0; n < absolutePaths.length; n++) {
    try {
      const stats = statSync(absolutePaths[n] ?? "", statOptions);
      if (stats?.isFile() === true) putStamp(stamps, n, stats);
    } catch {
      // As above.
    }
  }
}

/**
 * Of files of which the content was not what was said of them: where it was known from before, and one has other content although
 * it is as it was by all signs, all that is known is forgotten.
 */
export async function reviewKnown(
  known: KnownFiles,
  absolutePaths: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const stamps = new Float64Array(absolutePaths.length * stampLength);
  readStamps(absolutePaths, stamps);
  const doubted = absolutePaths.flatMap((absolutePath, n) => {
    const sha256 = known.recall(known.pathOf(absolutePath), stamps, n)?.sha256;
    const file = { absolutePath, stamp: stampIn(stamps, n), sizeBytes: sizeIn(stamps, n) };
    return sha256 === undefined ? [] : { ...file, sha256 };
  });
  await isRefuted(known, doubted, signal);
}

/** Reads what was drawn. What was known is refuted by a file that has other content and is as it was by all signs. */
async function isRefuted(
  known: KnownFiles,
  drawn: readonly Drawn[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (drawn.length === 0 || signal?.aborted === true) return false;
  const bytes = drawn.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return withFileWorkers(bytes > maxBytesHere ? 1 : 0, signal, async (workers) => {
    const { sha256, stamps } = await workers.hash(hashJobOf(drawn), () => undefined);
    const wrong = drawn.find(
      (one, index) =>
        isSameStamp(one.stamp, stampIn(stamps, index)) && sha256[index] !== one.sha256,
    );
    if (wrong !== undefined) await known.refute(wrong.absolutePath);
    return wrong !== undefined;
  });
}
