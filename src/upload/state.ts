// What a running upload has come to so far: the one thing that changes while it runs. Decides nothing.
import type { Mutex } from "../flow/mutex";
import type { Avala } from "../api/connection";
import type { Presigned } from "../api/endpoints/uploads/presign";
import type { FileFailure } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import type { FileDigests } from "../files/workers/digest-thread";
import { readUntil } from "../flow/disk/reading-disk";
import type { RetryTally } from "../flow/retry-tally";
import type { ByteCounter, Sending, SentFile } from "./send/attempt";
import type { SourceFile } from "./send/source";
import { isIn } from "./journal/batch";
import {
  createFileJournal,
  type Begun,
  type FileJournal,
  type JournaledFile,
  type Lies,
} from "./journal/file-journal";
import type { DoubtfulAt } from "./journal/doubtful-at";
import type { Journal } from "./journal/journal";
import type { JournalWrites } from "./journal/journal-writes";
import type { PartSigning } from "./send/part-signer";
import type { PartMemories, Rings } from "./send/piece-memory";
import { report, trackFiles, type ProgressTracker } from "./progress";
import type { UploadRequest } from "./request";
import type { OtherRun } from "./send/watch-other";
import type { StoreCheck } from "./check/store-check";
import type { PlaceTag } from "./check/place-tag";
import type { TagList } from "./check/tag-list";

/** A file that was sent, and may count as landed. */
export interface Landing {
  readonly file: SourceFile;
  readonly sent: SentFile;
  /** When the server had said how, ms since the epoch: no wait for that call is in it. */
  readonly begunMs: number;
}

/** What was asked of the server so far, and when last whether the dataset exists by now. */
interface Looks {
  calls: number;
  lastMs: number;
  callsAtLast: number;
}

export interface Run {
  readonly avala: Avala;
  readonly request: UploadRequest;
  readonly journal: Journal | undefined;
  readonly writes: JournalWrites;
  /** The batch of the set; `undefined`: by the first protocol. */
  batch: string | undefined;
  /** Whether runs on other machines may send in it. */
  isBatchShared: boolean;
  /** The batch that they begin after it. */
  following: string | undefined;
  readonly otherRun: OtherRun;
  /** Whether another run has made the dataset since this one began. */
  isMade: boolean;
  readonly looks: Looks;
  /** What is known to have landed in the batch otherwise than by the journal. */
  stored: ReadonlyMap<string, ManifestEntry>;
  /** How often another batch may still be begun for the whole set. */
  batchesLeft: number;
  isNamedByContent: boolean;
  readonly signing: PartSigning;
  readonly partMemories: PartMemories;
  readonly rings: Rings;
  progress: ProgressTracker;
  readonly sent: ManifestEntry[];
  readonly unchanged: ManifestEntry[];
  failures: FileFailure[];
  readonly retries: RetryTally;
  readonly check: StoreCheck;
  /** Keeps for later runs what this one has seen of the stores by now. Never rejects. */
  readonly noteSeen: () => Promise<void>;
  /** Of the files as they are read. */
  readonly sha256: FileDigests;
  /** How the server takes the files that were asked about before all others. */
  readonly asked: Map<string, Presigned>;
  checkedByStore: number;
  /** Of files to whose places other runs can write: what the store called what it kept there. */
  readonly tags: TagList;
  /** Under a name of the content: a few files that the store has shown to keep, by which it is known what its ETags are. */
  readonly controls: Map<string, PlaceTag>;
  /** Whether files went by form to such places: what lay there was replaced. */
  mayReplace: boolean;
  /** Sent, and not landed before the store has shown what its ETags are. */
  readonly doubtful: Landing[];
  /** Those among the sent and the unchanged that count only as long as none of these stores is known to return MD5s. */
  readonly presumed: Map<DoubtfulAt, ManifestEntry[]>;
  /** What counted although it was doubtful, and has proved wrong: path → its digest. To be sent again. */
  readonly wrong: Map<string, string>;
  /** Whether a file went in a session of the second protocol. */
  hasSessions: boolean;
  /** Complete on the server, and no record of ours says that we sent them: none counts before another file shows that the batch is open. */
  readonly unproven: Landing[];
  /** Paths at which something else may lie than what this run sent there. */
  readonly disowned: Map<string, Lies>;
  /** Paths that were begun in the batch and have not landed: of most files it is enough to be among the sent. */
  readonly begun: Map<string, Begun>;
  /** Paths of those among the unchanged that were begun in the batch, and found to be there. */
  readonly found: Set<string>;
  /** Paths that were begun in the batches that this run has given up. */
  readonly begunBefore: Map<string, Begun>;
  /** Files that go by parts do so one after the other: each keeps some of its parts in memory. */
  readonly partsMutex: Mutex;
  /** Files in a row that failed although each was tried to the end; one that lands sets it back. */
  failuresInARow: number;
}

/** What of `file` has landed in the batch of the set. */
export function findLanded(run: Run, file: SourceFile): ManifestEntry | undefined {
  const { path, sizeBytes, sha256 } = file;
  if (sha256 === undefined) return undefined;
  if (!isIn(run.batch, file, { records: run.journal, stored: run.stored })) return undefined;
  return { path, sizeBytes, sha256 };
}

/** Whether what another run has completed in the batch counts only once that run is known to be at work. */
export function mayMeetOther({ isBatchShared, isNamedByContent }: Run): boolean {
  return isBatchShared && !isNamedByContent;
}

/** Begins another batch for the whole set: what landed in the one before is sent again. */
export function beginAnother(run: Run, batch: string | undefined): void {
  run.batch = batch;
  run.isBatchShared = batch !== undefined && batch === run.following;
  run.following = undefined;
  Object.assign(run.otherRun, { isAtWork: false, isReported: false });
  run.stored = new Map();
  run.progress = trackFiles(run.request.files, run.avala);
  const { sent, unchanged, failures, doubtful, unproven, begun, found, begunBefore } = run;
  for (const path of found) begun.set(path, "asked");
  for (const { path } of sent) begun.set(path, "taken");
  for (const [path, how] of begun)
    if (begunBefore.get(path) !== "taken") begunBefore.set(path, how);
  for (const known of [begun, found, run.presumed, run.wrong, run.controls]) known.clear();
  for (const list of [sent, unchanged, failures, doubtful, unproven]) list.length = 0;
  run.asked.clear();
  run.tags.clear();
  run.mayReplace = false;
  run.checkedByStore = 0;
  run.hasSessions = false;
  run.failuresInARow = 0;
}

/** What sends the files of a pool, which its `signal` stops. */
export function sendingOf(run: Run, signal: AbortSignal): Sending {
  const { request, check, sha256, batch, isNamedByContent, isBatchShared, otherRun } = run;
  const { signing, partMemories, rings } = run;
  const { datasetName, organizationUid } = request;
  const avala = { ...run.avala, disk: readUntil(run.avala.disk, signal) };
  const destination = { datasetName, organizationUid };
  return {
    avala,
    destination,
    batch,
    isNamedByContent,
    isBatchShared,
    isMade: request.isMade,
    otherRun,
    signing,
    partMemories,
    rings,
    check,
    sha256,
    bytes: bytesOf(run),
    signal,
  };
}

function bytesOf(run: Run): ByteCounter {
  return {
    add: (count) => {
      run.progress.addBytes(count);
      report(run.avala, run.progress);
    },
    takeBack: (count) => run.progress.takeBackBytes(count),
  };
}

export function journalOf(run: Run, file: JournaledFile): FileJournal {
  const { batch, journal, writes, disowned, begunBefore } = run;
  return createFileJournal(file, batch, journal, { ...writes, disowned, begunBefore });
}
