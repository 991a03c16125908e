// What belongs to one batch of a set: which one it is, and what has become of the files in it so far. Another batch
// begins with a new one. Decides nothing.
import type { Presigned } from "../api/endpoints/uploads/presign";
import type { AvalaError, FileFailure } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import type { PlaceTag } from "./check/place-tag";
import { createTagList, type TagList } from "./check/tag-list";
import type { DoubtfulAt } from "./journal/doubtful-at";
import type { Begun } from "./journal/file-journal";
import type { ProgressTracker } from "./progress";
import type { SentFile } from "./send/attempt";
import type { CompletionRefusedError } from "./send/completion";
import type { SourceFile } from "./send/source";
import type { OtherRun } from "./send/watch-other";

// So many were tried to the end and none got through: the server is gone, and trying each remaining file for minutes
// would be of no use. Fewer may be what only a few files meet, also when files go one by one; more than the ten that can
// be under way would only be tried to the end in a second round.
export const MAX_FAILURES_IN_A_ROW = 8;

/** A file that was sent, and may count as landed. */
export interface Landing {
  readonly file: SourceFile;
  readonly sent: SentFile;
  /** When the server had said how, ms since the epoch: no wait for that call is in it. */
  readonly begunMs: number;
}

/**
 * A file that a store has refused once, that the server has not completed, or whose open session it calls gone: it is tried again
 * before it counts as failed, for that may have been a moment's.
 */
export interface Held {
  readonly file: SourceFile;
  readonly error: AvalaError;
  /** When it was refused, ms since the epoch. */
  readonly atMs: number;
}

/** A file that was sent, and that the server has refused to complete twice. */
interface Uncompleted {
  readonly file: SourceFile;
  readonly error: CompletionRefusedError;
}

/** Which batch it is, and what is known of it before anything goes. */
export interface ChosenBatch {
  /** `undefined`: by the first protocol. */
  readonly uid: string | undefined;
  /** Whether runs on other machines may send in it. */
  readonly isShared: boolean;
  /** The batch that they begin after it. */
  readonly following: string | undefined;
  /** Whether the digest of the set is in the dataset's name, so that other content has another place. */
  readonly isNamedByContent: boolean;
  /** What is known to have landed in it otherwise than by the journal. */
  readonly stored: ReadonlyMap<string, ManifestEntry>;
}

export interface Batch extends ChosenBatch {
  readonly otherRun: OtherRun;
  readonly progress: ProgressTracker;
  readonly sent: ManifestEntry[];
  readonly unchanged: ManifestEntry[];
  failures: FileFailure[];
  /**
   * Files in a row that failed although each was tried to the end, that a store refused, or that were not completed later either;
   * one that is sent ends it.
   */
  readonly inARow: FileFailure[];
  /** Oldest first. */
  readonly held: Held[];
  /** Paths of which an earlier run has begun a session in this batch, and has not completed it. */
  readonly leftOpen: Set<string>;
  /** Sent, and not completed later either: theirs alone, as soon as another file is completed. */
  readonly uncompleted: Uncompleted[];
  /** Whether as many of these as make a row were refused before any file was sent and completed: that is no moment's. */
  completesNone: boolean;
  /** Files in a row that the server refused to presign; one that is sent sets it back. */
  presignsRefused: number;
  /** Whether the server takes any file of it, asked where it has refused one before it took any. */
  takesAny: Promise<boolean> | undefined;
  /** The one after it, once that was asked about. */
  next: string | undefined;
  checkedByStore: number;
  /** Whether a file went in a session of the second protocol. */
  hasSessions: boolean;
  /** How the server takes the files that were asked about before all others. */
  readonly asked: Map<string, Presigned>;
  /** Paths that were begun and have not landed: of the others it is enough to be among the sent or the unchanged. */
  readonly begun: Map<string, Begun>;
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
  /** By host: the smallest file that went there by form, and had an ETag. */
  readonly heard: Map<string, ManifestEntry>;
  /** By path, of what is sent again once all have been sent: what replied last. */
  readonly replies: Map<string, NonNullable<SentFile["reply"]>>;
  /** Whether all have been sent, and what may not be kept is sent again. */
  isSettling: boolean;
  /** What counted although it was doubtful, and has proved wrong: path → its digest. To be sent again. */
  readonly wrong: Map<string, string>;
  /** Complete on the server, and no record of ours says that we sent them: none counts before another file shows that the batch is open. */
  readonly unproven: Landing[];
}

/** Before anything is known of the set's content. */
export const UNCHOSEN: ChosenBatch = {
  uid: undefined,
  isShared: false,
  following: undefined,
  isNamedByContent: false,
  stored: new Map(),
};

export function createBatch(chosen: ChosenBatch, progress: ProgressTracker): Batch {
  return {
    ...chosen,
    otherRun: { isAtWork: false, isReported: false },
    progress,
    sent: [],
    unchanged: [],
    failures: [],
    inARow: [],
    held: [],
    leftOpen: new Set(),
    uncompleted: [],
    completesNone: false,
    presignsRefused: 0,
    takesAny: undefined,
    next: undefined,
    checkedByStore: 0,
    hasSessions: false,
    asked: new Map(),
    begun: new Map(),
    tags: createTagList(),
    controls: new Map(),
    mayReplace: false,
    doubtful: [],
    presumed: new Map(),
    heard: new Map(),
    replies: new Map(),
    isSettling: false,
    wrong: new Map(),
    unproven: [],
  };
}

/** The batch `uid` of the same set, where `last` is given up. */
export function chosenAfter(last: ChosenBatch, uid: string | undefined): ChosenBatch {
  const isShared = uid !== undefined && uid === last.following;
  return { ...UNCHOSEN, uid, isShared, isNamedByContent: last.isNamedByContent };
}

/** What has become of the files stays, where the server knows no batches: nothing has gone in one. */
export function withoutUid(batch: Batch): Batch {
  return { ...batch, uid: undefined, stored: new Map() };
}

/** Whether what another run has completed in the batch counts only once that run is known to be at work. */
export function mayMeetOther({ isShared, isNamedByContent }: ChosenBatch): boolean {
  return isShared && !isNamedByContent;
}

/** How far each file came in the batch. One that was found there may have been recorded since the journal was opened. */
export function begunIn({ begun, unchanged, sent }: Batch): ReadonlyMap<string, Begun> {
  const all = new Map(begun);
  for (const { path } of unchanged) all.set(path, "asked");
  for (const { path } of sent) all.set(path, "taken");
  return all;
}
