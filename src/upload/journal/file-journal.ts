// What the journal knows of one file, and what this run knows besides, should there be no journal. Decides nothing.
import type { ManifestEntry } from "../../files/manifest/manifest";
import { isBegunElsewhere, isOfContent } from "./batch";
import type { Journal } from "./journal";
import {
  BEGUN,
  type LandedEntry,
  type PartRecord,
  type PartsByBatch,
  type Records,
} from "./journal-lines";
import type { JournalWrites, Write } from "./journal-writes";

export interface FileJournal {
  /** What has landed of the file in the batch that is sent, or was on its way: part 1 of a file that goes whole. */
  parts(): ReadonlyMap<number, PartRecord>;
  /** Whether other content than this file's may lie at its path, as far as the journal knows. */
  mayHoldOther(): boolean;
  /** Whether other content than this file's is known to have gone to its path. */
  holdsOther(): boolean;
  /** Whether it landed, or was begun, last in a batch of other content: a server that keeps one place for both may have it there. */
  isTakenAway(): boolean;
  /** Whether this content was sent to its path before, in whatever batch: what lies there then is it. */
  wasSentBefore(): boolean;
  /** Whether this run's bytes of it were taken there, in a batch that it has given up. */
  wasTakenBefore(): boolean;
  record(part: PartRecord): Promise<void>;
  /** Before other bytes take the place of the part that is recorded, if one is. @throws AvalaError `journal` */
  takeBackUnless(part: PartRecord): Promise<void>;
  /** Before what is recorded otherwise is overwritten: other content, or this one's in another batch. @throws AvalaError `journal` */
  takeBackOthers(): Promise<void>;
  /** What lies at its place may be something else, whatever is recorded. @throws AvalaError `journal` */
  disown(lies: Lies): Promise<void>;
  /** Reads what other runs wrote meanwhile, as far as that can be read; the entry, should one have landed the file. */
  reread(): Promise<LandedEntry | undefined>;
}

/** What lies at a file's place that is not known to be the file. */
type Lies = "other" | "unknown";

/** How far this run came with a file: the server was asked how it takes it, or a store has taken bytes of it. */
export type Begun = "asked" | "taken";

/** A file may be sent before its content is known. */
export type JournaledFile = Omit<ManifestEntry, "sha256"> & {
  readonly sha256?: string | undefined;
};

/** What this run knows of the places of files, whatever batch they went in, should there be no journal. */
export interface KnownPlaces {
  /** Paths at which something else may lie than what this run sent there. */
  readonly disowned: Map<string, Lies>;
  /** Paths that were begun in batches which this run has given up. */
  readonly begunBefore: Map<string, Begun>;
}

function isOf(sha256: string | undefined, part: PartRecord | undefined): boolean {
  return sha256 !== undefined && part?.sha256 === sha256;
}

/** Only parts of this content in this batch, and none where the file was begun in one of other content since. */
function partsIn(parts: PartsByBatch | undefined, batch: string): Map<number, PartRecord> {
  for (const [uid, ofBatch] of parts ?? [])
    if (!isOfContent(batch, uid) && ofBatch.has(BEGUN)) return new Map();
  const ofBatch = new Map(parts?.get(batch));
  ofBatch.delete(BEGUN);
  return ofBatch;
}

/** Whether all that went in a batch of other content is this file: what is begun there has landed before, with the same content. */
function isSameBegun(
  ofBatch: ReadonlyMap<number, PartRecord>,
  sha256: string | undefined,
): boolean {
  return ofBatch.has(BEGUN) && [...ofBatch.values()].every((part) => isOf(sha256, part));
}

/** What the journal says of a file's place: that something else may have been sent there, or this very content. */
function lastOf(
  { path, sizeBytes, sha256 }: JournaledFile,
  batch: string | undefined,
  journal: Journal | undefined,
): Readonly<Record<"isClaimed" | "wasSent" | "isInAnother" | "isTakenAway", boolean>> {
  const parts = [...(journal?.parts.get(path) ?? [])];
  const landed = journal?.landed.get(path);
  const isSame = landed?.sha256 === sha256 && landed?.sizeBytes === sizeBytes;
  const hasOther = landed !== undefined && !isSame;
  const inOthers = parts.filter(([uid]) => !isOfSame(batch, uid));
  const hasOtherParts = inOthers.some(
    ([, ofBatch]) => batch === undefined || !isSameBegun(ofBatch, sha256),
  );
  const isBegun = parts.some(([, ofBatch]) =>
    [BEGUN, 1].some((number) => isOf(sha256, ofBatch.get(number))),
  );
  const isForeign = journal?.foreign.has(path) === true;
  // A server may keep one place for both batches, so what goes in one takes it from the other.
  const hasLandedElsewhere = landed !== undefined && landed.batch !== batch;
  const isInAnother = hasLandedElsewhere || inOthers.length > 0;
  const isTakenAway = inOthers.length > 0 || (hasLandedElsewhere && !isOfSame(batch, landed.batch));
  const isClaimed = hasOther || hasOtherParts || isForeign;
  return { isClaimed, wasSent: isBegun || isSame, isInAnother, isTakenAway };
}

function isOfSame(batch: string | undefined, other: string | undefined): boolean {
  return batch !== undefined && other !== undefined && isOfContent(batch, other);
}

function landedIn(
  batch: string,
  { landed, parts }: Pick<Records, "landed" | "parts">,
  path: string,
): LandedEntry | undefined {
  const entry = landed.get(path);
  return entry?.batch === batch && !isBegunElsewhere(parts.get(path), batch) ? entry : undefined;
}

/** Notes that a file is about to go in the batch, so that it counts as landed in no other any more, and not yet in this one. */
function beginIn(batch: string | undefined, { path, sha256 }: JournaledFile): Write {
  if (batch === undefined || sha256 === undefined) return (journal) => journal.takeBack(path);
  return (journal) =>
    journal.recordPart({ path, batch }, { partNumber: BEGUN, sizeBytes: 0, sha256 });
}

/** `batch`: `undefined` by the first protocol, in which nothing is sent in parts. */
export function createFileJournal(
  file: JournaledFile,
  batch: string | undefined,
  journal: Journal | undefined,
  { disowned, begunBefore, keep, takeBack }: KnownPlaces & JournalWrites,
): FileJournal {
  const { path, sha256 } = file;
  const own = new Map<number, PartRecord>();
  let known = batch === undefined ? own : partsIn(journal?.parts.get(path), batch);
  const { isClaimed, wasSent, isInAnother, isTakenAway } = lastOf(file, batch, journal);
  const takeBackAll = async (): Promise<void> => {
    known.clear();
    own.clear();
    await takeBack(path, (kept) => kept.takeBack(path));
  };
  return {
    // No getters: of each object that has one Node keeps a shape of 0.8 kB until a full collection, and with it all that they use.
    mayHoldOther: () => isClaimed || disowned.has(path) || journal?.replaced.has(path) === true,
    holdsOther: () => isClaimed || disowned.get(path) === "other",
    isTakenAway: () => isTakenAway,
    wasSentBefore: () => begunBefore.has(path) || wasSent || isOf(sha256, own.get(1)),
    wasTakenBefore: () => begunBefore.get(path) === "taken" && !disowned.has(path),
    parts: () => known,
    record: (part) => {
      for (const parts of [known, own]) parts.set(part.partNumber, part);
      if (batch === undefined) return Promise.resolve();
      return keep((kept) => kept.recordPart({ path, batch }, part));
    },
    takeBackUnless: async ({ partNumber, sha256: digest }) => {
      const before = known.get(partNumber);
      if (batch === undefined || before === undefined || before.sha256 === digest) return;
      for (const parts of [known, own]) parts.delete(partNumber);
      await takeBack(path, (kept) => kept.takeBackPart({ path, batch }, partNumber));
    },
    takeBackOthers: () => {
      if (!isClaimed && !isInAnother && !begunBefore.has(path)) return Promise.resolve();
      return isClaimed ? takeBackAll() : takeBack(path, beginIn(batch, file));
    },
    disown: async (lies) => {
      if (disowned.get(path) !== "other") disowned.set(path, lies);
      await takeBackAll();
    },
    reread: async () => {
      const records = await journal?.reread().catch(() => undefined); // then this run knows what it knew
      if (records === undefined || batch === undefined) return undefined;
      known = new Map([...partsIn(records.parts.get(path), batch), ...own]);
      return landedIn(batch, records, path);
    },
  };
}
