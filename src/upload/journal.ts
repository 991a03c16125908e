// What has landed, by content: one checked line a file, appended and synced. A run that broke reads it and goes on,
// also in a fresh checkout or on another machine that was given the file. Knows nothing of how a file was sent.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ManifestEntry } from "../files/manifest";
import type { Destination } from "./destination";
import type { AppendHandle, Disk } from "../files/disk";

/** One part of a large file that has landed. */
export interface PartRecord {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface Records {
  /** What an earlier run landed: path → entry; of two records for a path the later one. */
  readonly landed: ReadonlyMap<string, ManifestEntry>;
  /** Path → part number → part. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<number, PartRecord>>;
}

export interface Journal extends Records {
  /** Resolves when the record is on disk for good. */
  record(entry: ManifestEntry): Promise<void>;
  /** The same for one part of `path`. */
  recordPart(path: string, part: PartRecord): Promise<void>;
  close(): Promise<void>;
}

const CHECK_DIGITS = 16;

function fingerprint(destination: Destination): string {
  const parts = [destination.baseUrl, destination.owner ?? "", destination.datasetName];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** The journal's file for `destination`: two destinations never share one. Its name tells nothing of the destination. */
export function journalPath(stateDirectory: string, destination: Destination): string {
  return join(stateDirectory, "journals", `${fingerprint(destination).slice(0, 32)}.jsonl`);
}

function checkOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, CHECK_DIGITS);
}

/** One line: a check, a space, a JSON array. The destination is in the check, so a line never counts for another. */
function formatLine(destination: Destination, values: readonly (string | number)[]): string {
  const text = JSON.stringify(values);
  return `${checkOf(fingerprint(destination) + text)} ${text}\n`;
}

export function formatRecord(destination: Destination, entry: ManifestEntry): string {
  return formatLine(destination, [entry.path, entry.sizeBytes, entry.sha256]);
}

function formatPart(destination: Destination, path: string, part: PartRecord): string {
  return formatLine(destination, [path, part.sizeBytes, part.sha256, part.partNumber]);
}

function parseLine(key: string, line: string): readonly unknown[] {
  const text = line.slice(CHECK_DIGITS + 1);
  if (line.slice(0, CHECK_DIGITS) !== checkOf(key + text)) return [];
  const values: unknown = JSON.parse(text);
  return Array.isArray(values) ? values : [];
}

/** Every whole record of a journal. A line that was cut or garbled fails its check and counts as not landed. */
export function readRecords(destination: Destination, data: Buffer): Records {
  const landed = new Map<string, ManifestEntry>();
  const parts = new Map<string, Map<number, PartRecord>>();
  const key = fingerprint(destination);
  for (const line of data.toString("utf8").split("\n")) {
    const [path, sizeBytes, sha256, partNumber] = parseLine(key, line);
    if (typeof path !== "string" || typeof sizeBytes !== "number" || typeof sha256 !== "string") {
      continue;
    }
    if (typeof partNumber !== "number") {
      landed.set(path, { path, sizeBytes, sha256 });
      continue;
    }
    const ofPath = parts.get(path) ?? new Map<number, PartRecord>();
    parts.set(path, ofPath.set(partNumber, { partNumber, sizeBytes, sha256 }));
  }
  return { landed, parts };
}

interface Batch {
  lines: string;
  readonly done: Promise<void>;
}

/**
 * Writes records in batches: while one batch is being synced the next one gathers, so that a sync costs many small
 * files no more than it costs one.
 */
function batchedAppender(file: AppendHandle): (line: string) => Promise<void> {
  let gathering: Batch | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = async (batch: Batch): Promise<void> => {
    await file.append(batch.lines);
    await file.sync();
  };
  return (line) => {
    if (gathering !== undefined) {
      gathering.lines += line;
      return gathering.done;
    }
    const before = writing;
    const batch: Batch = {
      lines: line,
      done: before
        .catch(() => undefined) // each batch answers for itself
        .then(() => {
          gathering = undefined;
          return write(batch);
        }),
    };
    gathering = batch;
    writing = batch.done;
    return batch.done;
  };
}

/**
 * Opens the journal of `destination`. Safe with two runs at once: both append whole lines, and read what the other
 * has landed when they start. Rejects with the disk's own error.
 */
export async function openJournal(
  disk: Disk,
  stateDirectory: string,
  destination: Destination,
): Promise<Journal> {
  const path = journalPath(stateDirectory, destination);
  const data = await disk.readIfPresent(path);
  const records = readRecords(destination, data ?? Buffer.alloc(0));
  const file = await disk.openToAppend(path);
  const append = batchedAppender(file);
  // A torn last line must not swallow the first new one.
  let prefix =
    data !== undefined && data.length > 0 && !data.subarray(-1).equals(Buffer.from("\n"))
      ? "\n"
      : "";
  const pending = new Set<Promise<void>>();
  const write = (line: string): Promise<void> => {
    const written = append(prefix + line);
    prefix = "";
    pending.add(written);
    return written.finally(() => pending.delete(written));
  };
  return {
    ...records,
    record: (entry) => write(formatRecord(destination, entry)),
    recordPart: (partOf, part) => write(formatPart(destination, partOf, part)),
    close: async () => {
      await Promise.allSettled(pending);
      await file.close();
    },
  };
}

/** Removes the journal of `destination`: its dataset is confirmed and verified, or is known to be another. */
export async function removeJournal(
  disk: Disk,
  stateDirectory: string,
  destination: Destination,
): Promise<void> {
  await disk.remove(journalPath(stateDirectory, destination));
}
