// What is known of files that have not changed since they were last read, without opening them; some are read all the same,
// as a check of what is known.
import { constants, statSync, type BigIntStats } from "node:fs";
import { cancelled } from "../flow/clock";
import { soundFinding } from "./digests/finding";
import type { KnownFiles } from "./digests/known-files";
import { isSameStamp, putStamp, stampIn, stampLength } from "./digests/stamp";
import { pause, type Candidates, type Looked, type LookOptions } from "./look";
import { withFileWorkers } from "./workers/file-workers";
import { hashJobOf } from "./workers/jobs";

/** Not one for each: so many at once take a few ms. */
const filesAtOnce = 500;
/** More than this is hashed in a thread, so that the process stays awake. */
const maxBytesHere = 16 * 1024 * 1024;

interface Drawn {
  readonly absolutePath: string;
  readonly stamp: BigInt64Array;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/**
 * Calls `onLooked` with what a look would show of each file that is known, and returns the places of the others, which have
 * to be looked at: of all files, when one shows that what is known is wrong. Synchronous calls: one that goes through Node's
 * threads takes five times as long.
 */
export async function recallFiles(
  { paths, insideOf, absoluteOf }: Omit<Candidates, "isNamed">,
  { known, readsContent, signal }: LookOptions,
  onLooked: (index: number, looked: Looked) => void,
): Promise<readonly number[]> {
  if (known === undefined || known.isEmpty()) {
    known?.expect(paths.map(insideOf));
    return [...paths.keys()];
  }
  const unknown: number[] = [];
  const drawn: Drawn[] = [];
  const unread = readsContent ? undefined : soundFinding;
  const stamp = new BigInt64Array(stampLength);
  const recall = (path: string): Looked | undefined => {
    const absolutePath = absoluteOf(path);
    const stats = statOf(absolutePath);
    if (stats === undefined || !isFile(stats)) return undefined;
    putStamp(stamp, 0, stats);
    const { finding = unread, sha256 } = known.recall(insideOf(path), stamp) ?? {};
    if (finding === undefined || sha256 === undefined) return undefined;
    const sizeBytes = Number(stats.size);
    if (known.isDrawn()) drawn.push({ absolutePath, stamp: stamp.slice(), sizeBytes, sha256 });
    return { sizeBytes, finding, sha256 };
  };
  for (let start = 0; start < paths.length; start += filesAtOnce) {
    await pause();
    if (signal?.aborted === true) throw cancelled("Looking at files");
    const end = Math.min(start + filesAtOnce, paths.length);
    for (let index = start; index < end; index++) {
      const looked = recall(paths[index] ?? "");
      if (looked === undefined) unknown.push(index);
      else onLooked(index, looked);
    }
  }
  return (await isRefuted(known, drawn, signal)) ? [...paths.keys()] : unknown;
}

const statOptions = { bigint: true, throwIfNoEntry: false } as const;

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, statOptions);
  } catch {
    return undefined; // the look at it says why
  }
}

/** As its own method does it, which makes a BigInt three times. */
function isFile({ mode }: BigIntStats): boolean {
  return (Number(mode) & constants.S_IFMT) === constants.S_IFREG;
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
