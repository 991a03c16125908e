// What has landed, by content: one checked line a file, appended and synced. A run after an interrupted one reads it and continues,
// also in a fresh checkout or on another machine that was given the file. Knows nothing of how a file was sent.
// By hand: lowdb writes all of the data again for each change, and Node has SQLite only from 22.5 on. A line is appended, and one
// that is torn or not ours is known by its signature.
import { join } from "node:path";
import type { Clock } from "../../flow/clock";
import type { AppendHandle, Disk } from "../../flow/disk/disk";
import type { Destination } from "../destination";
import * as lines from "./journal-lines";
import type { PartOf, PartRecord, Records } from "./journal-lines";
import { fingerprint, lineKeyOf } from "./line-signature";

/** Its records are those that it opened with, less what was taken back since. */
export interface Journal extends Records {
  /** Resolves when the record is on disk for good. `underWay`: so many files at the most are, this one with them. */
  record(entry: lines.LandedEntry, underWay: number): Promise<void>;
  /** The same for one part. */
  recordPart(of: PartOf, part: PartRecord): Promise<void>;
  /** Takes back what is recorded of `path`; resolves when that is on disk for good, so that other content may go. */
  takeBack(path: string): Promise<void>;
  /** The same for one part. */
  takeBackPart(of: PartOf, partNumber: number): Promise<void>;
  /** What is on disk now: what other runs wrote too. */
  reread(): Promise<Records>;
  /** What was written since it was opened, by this run and by others; `undefined` when somebody has removed it. */
  changes(): Promise<Iterable<lines.Change> | undefined>;
  /** Removes it, so that it claims nothing. */
  discard(): Promise<void>;
  /** Once all that was written is on disk, or was refused. */
  close(): Promise<void>;
}

function folderOf(stateDirectory: string): string {
  return join(stateDirectory, "journals");
}

/** The journal's file for `destination`: two destinations never share one. Its name reveals nothing of the destination. */
export function journalPath(stateDirectory: string, destination: Destination): string {
  return join(folderOf(stateDirectory), `${fingerprint(destination).slice(0, 32)}.jsonl`);
}

/** The files of all journals that are there. Never rejects. */
export async function journalsIn(
  disk: Pick<Disk, "list">,
  stateDirectory: string,
): Promise<ReadonlySet<string>> {
  const folder = folderOf(stateDirectory);
  const listed = await disk.list(folder, "").catch(() => []);
  return new Set(listed.map(({ name }) => join(folder, name)));
}

/** Where a journal is, and with what its lines are signed. */
export interface JournalPlace {
  readonly disk: Disk;
  readonly clock: Pick<Clock, "sleep">;
  readonly stateDirectory: string;
  readonly destination: Destination;
  /** Made of the API key. */
  readonly secret: Buffer;
}

interface Group {
  lines: string;
  count: number;
  readonly done: Promise<void>;
  /** It waits for no more than the group before it. */
  readonly go: () => void;
}

// A sync takes 0.3 ms of processor time, whatever it covers, and a small file all in all five times that. So long a file
// that has landed waits for the others under way; it counts as landed when it is synced. Who is killed meanwhile sends it
// again.
const GATHER_MS = 10;

/** The line waits a moment for others to come, until it is one of so many. */
type Append = (line: string, waitsFor?: number) => Promise<void>;

/**
 * Writes records in groups: while one group is being synced the next one gathers, so that a sync costs many small
 * files no more than it costs one. `isTorn`: the file ends in half a line, which must not swallow the first new one.
 */
function groupedAppender(
  file: AppendHandle,
  clock: JournalPlace["clock"],
  isTorn: boolean,
): Append {
  let prefix = isTorn ? "\n" : "";
  let gathering: Group | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = async ({ lines: text }: Group): Promise<void> => {
    const whole = prefix + text;
    prefix = "\n"; // what is refused may leave half a line
    await file.append(whole);
    prefix = "";
    await file.sync();
  };
  const gather = (): Group => {
    const before = writing;
    let go = (): void => undefined;
    const isGathered = new Promise<void>((resolve) => {
      go = resolve;
    });
    clock.sleep(GATHER_MS).then(go, go);
    const group: Group = {
      lines: "",
      count: 0,
      go,
      done: before
        .catch(() => undefined) // each group answers for itself
        .then(() => isGathered)
        .then(() => {
          gathering = undefined;
          return write(group);
        }),
    };
    writing = group.done;
    return group;
  };
  return (line, waitsFor = 1) => {
    const group = (gathering ??= gather());
    group.lines += line;
    group.count += 1;
    if (group.count >= waitsFor) group.go();
    return group.done;
  };
}

/**
 * Opens the journal of `destination`. Safe with two runs at once: both append whole lines, and read what the other
 * has landed when they start. Rejects with the disk's own error.
 */
export async function openJournal(place: JournalPlace): Promise<Journal> {
  const { disk, clock, destination } = place;
  const path = journalPath(place.stateDirectory, destination);
  const key = lineKeyOf(place.secret, destination);
  const data = await disk.readIfPresent(path);
  const read = (bytes: Buffer | undefined): lines.RecordMaps =>
    lines.readRecords(key, bytes ?? Buffer.alloc(0));
  const records = read(data);
  const file = await disk.openToAppend(path);
  const isTorn =
    data !== undefined && data.length > 0 && !data.subarray(-1).equals(Buffer.from("\n"));
  const write = groupedAppender(file, clock, isTorn);
  return {
    ...records,
    record: (entry, underWay) => write(lines.formatRecord(key, entry), underWay),
    recordPart: (of, part) => write(lines.formatPart(key, of, part)),
    takeBack: (taken) => {
      lines.takeBack(records, taken);
      return write(lines.formatTakeBack(key, taken));
    },
    takeBackPart: (of, partNumber) => {
      lines.takeBackPart(records, of, partNumber);
      return write(lines.formatTakeBackPart(key, of, partNumber));
    },
    reread: async () => read(await disk.readIfPresent(path)),
    changes: async () => {
      const now = await disk.readIfPresent(path);
      if (now === undefined) return undefined;
      // One that is shorter is another: it was removed and started again.
      const openedAt = data === undefined || now.length < data.length ? 0 : data.length;
      return lines.readChanges(key, now.subarray(openedAt));
    },
    discard: () => disk.remove(path),
    close: () => file.close(),
  };
}

/** What a journal has, without opening it to be written; `undefined` when there is none. Rejects with the disk's own error. */
export async function readJournal(place: JournalPlace): Promise<Records | undefined> {
  const data = await place.disk.readIfPresent(journalPath(place.stateDirectory, place.destination));
  return data && lines.readRecords(lineKeyOf(place.secret, place.destination), data);
}

/** What was written to a journal as a whole; `undefined` when there is none. Rejects with the disk's own error. */
export async function readJournalChanges(
  place: JournalPlace,
): Promise<Iterable<lines.Change> | undefined> {
  const data = await place.disk.readIfPresent(journalPath(place.stateDirectory, place.destination));
  return data && lines.readChanges(lineKeyOf(place.secret, place.destination), data);
}

/** Removes the journal of `destination`: its dataset is confirmed and verified, or is known to be another. */
export async function removeJournal(
  disk: Disk,
  stateDirectory: string,
  destination: Destination,
): Promise<void> {
  await disk.remove(journalPath(stateDirectory, destination));
}
