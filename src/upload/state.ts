// What a running upload knows: what lasts for all of it, and its batch. Decides nothing.
import type { Avala } from "../api/connection";
import type { ManifestEntry } from "../files/manifest/manifest";
import { readUntil } from "../flow/disk/reading-disk";
import { createMutex, type Mutex } from "../flow/mutex";
import type { RetryTally } from "../flow/retry-tally";
import { UNCHOSEN, begunIn, chosenAfter, createBatch, type Batch } from "./batch-state";
import { anotherBatch, isIn } from "./journal/batch";
import {
  createFileJournal,
  type FileJournal,
  type JournaledFile,
  type KnownPlaces,
} from "./journal/file-journal";
import type { Journal } from "./journal/journal";
import { createJournalWrites, type JournalWrites } from "./journal/journal-writes";
import { report, trackProgress, type ProgressTracker } from "./progress";
import type { UploadRequest } from "./request";
import type { ByteCounter, Sending } from "./send/attempt";
import { createSendingTools, type SendingTools } from "./send/sending-tools";
import type { SourceFile } from "./send/source";

/** What was asked of the server so far, and when last whether the dataset exists by now. */
interface Looks {
  calls: number;
  lastMs: number;
  callsAtLast: number;
}

/** What it is begun with. */
interface Given {
  readonly avala: Avala;
  readonly request: UploadRequest;
  readonly journal: Journal | undefined;
  readonly retries: RetryTally;
  /** Keeps for later runs what this one has seen of the stores by now. Never rejects. */
  readonly noteSeen: () => Promise<void>;
  readonly looks: Looks;
}

export interface Run extends Given {
  readonly writes: JournalWrites;
  readonly tools: SendingTools;
  /** Files that go by parts do so one after the other: each keeps some of its parts in memory. */
  readonly partsMutex: Mutex;
  readonly places: KnownPlaces;
  /** Paths at which a run that was taken for dead has left its files, in whatever batch. */
  readonly abandoned: Set<string>;
  /** Whether another run has made the dataset since this one began. */
  isMade: boolean;
  /** How often another batch may still be begun for the whole set. */
  batchesLeft: number;
  batch: Batch;
}

// Each sends all files again: another one helps when the first was lost by chance, or had been complete before.
const MAX_BATCHES = 3;

function trackerFor({ files }: UploadRequest, { clock, pace }: Avala): ProgressTracker {
  const bytes = files.reduce((total, file) => total + file.sizeBytes, 0);
  return trackProgress({ files: files.length, bytes }, () => clock.now(), pace);
}

export function createRun(given: Given): Run {
  const { avala, request, journal } = given;
  return {
    ...given,
    writes: createJournalWrites(journal, avala),
    tools: createSendingTools(avala),
    partsMutex: createMutex(),
    places: { disowned: new Map(), begunBefore: new Map() },
    abandoned: new Set(),
    isMade: false,
    batchesLeft: MAX_BATCHES - 1,
    batch: createBatch(UNCHOSEN, trackerFor(request, avala)),
  };
}

/** The batch that is begun should `uid`, which is that of now, be given up. */
export function nextBatch({ avala, batch }: Run, uid: string): string {
  return (batch.next ??= batch.following ?? anotherBatch(uid, avala.random));
}

/** Begins another batch for the whole set: what landed in the one before is sent again. */
export function beginAnother(run: Run, uid: string | undefined): void {
  const { avala, request, places, batch } = run;
  const { begunBefore } = places;
  for (const [path, how] of begunIn(batch))
    if (begunBefore.get(path) !== "taken") begunBefore.set(path, how);
  batch.progress.end();
  run.batch = createBatch(chosenAfter(batch, uid), trackerFor(request, avala));
}

/** What of `file` has landed in the batch of the set. */
export function findLanded({ batch, journal }: Run, file: SourceFile): ManifestEntry | undefined {
  const { path, sizeBytes, sha256 } = file;
  if (sha256 === undefined) return undefined;
  if (!isIn(batch.uid, file, { records: journal, stored: batch.stored })) return undefined;
  return { path, sizeBytes, sha256 };
}

/** @param signal what stops the pool that sends. @default what stops the run */
export function sendingOf(
  run: Run,
  signal: AbortSignal = run.avala.signal ?? new AbortController().signal,
): Sending {
  const { request, batch, abandoned, tools } = run;
  const { datasetName, organizationUid } = request;
  return {
    ...tools,
    avala: { ...run.avala, disk: readUntil(run.avala.disk, signal) },
    destination: { datasetName, organizationUid },
    uploadUid: batch.uid,
    isNamedByContent: batch.isNamedByContent,
    isBatchShared: batch.isShared,
    isMade: request.isMade,
    otherRun: batch.otherRun,
    isSettling: batch.isSettling,
    abandoned,
    bytes: bytesOf(run),
    signal,
  };
}

function bytesOf({ avala, batch: { progress } }: Run): ByteCounter {
  return {
    add: (count) => {
      progress.addBytes(count);
      report(avala, progress);
    },
    takeBack: (count) => progress.takeBackBytes(count),
  };
}

export function journalOf(run: Run, file: JournaledFile): FileJournal {
  const { batch, journal, writes, places } = run;
  return createFileJournal(file, batch.uid, journal, { ...writes, ...places });
}
