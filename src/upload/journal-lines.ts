// The lines of a journal: one checked line a record, the later one wins. Pure; knows nothing of disks.
import { createHash } from "node:crypto";
import type { ManifestEntry } from "../files/manifest";
import type { Destination } from "./destination";

/** One part of a large file that has landed; a file that went whole is one of one part. */
export interface PartRecord {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What landed of one file in each batch that it was sent in: batch uid → part number → part. The youngest comes last. */
export type PartsByBatch = ReadonlyMap<string, ReadonlyMap<number, PartRecord>>;

export interface Records {
  /** What an earlier run landed: path → entry; of two records for a path the later one. */
  readonly landed: ReadonlyMap<string, ManifestEntry>;
  /** Path → its parts. A file that has landed has none: they were of use until then. */
  readonly parts: ReadonlyMap<string, PartsByBatch>;
}

/** {@link Records} that grow. */
export interface RecordMaps extends Records {
  readonly landed: Map<string, ManifestEntry>;
  readonly parts: Map<string, Map<string, Map<number, PartRecord>>>;
}

const CHECK_DIGITS = 16;

export function fingerprint(destination: Destination): string {
  const parts = [destination.baseUrl, destination.owner ?? "", destination.datasetName];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function checkOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, CHECK_DIGITS);
}

/** One line: a check, a space, a JSON array. The destination is in the check, so a line never counts for another. */
function formatLine(destination: Destination, values: readonly (string | number | null)[]): string {
  const text = JSON.stringify(values);
  return `${checkOf(fingerprint(destination) + text)} ${text}\n`;
}

export function formatRecord(destination: Destination, entry: ManifestEntry): string {
  return formatLine(destination, [entry.path, entry.sizeBytes, entry.sha256]);
}

/** Whose part it is. */
export interface PartOf {
  readonly path: string;
  readonly batch: string;
}

export function formatPart(destination: Destination, of: PartOf, part: PartRecord): string {
  const { partNumber, sizeBytes, sha256 } = part;
  return formatLine(destination, [of.path, sizeBytes, sha256, partNumber, of.batch]);
}

/** Nothing that was recorded of `path` before counts any more. */
export function formatTakeBack(destination: Destination, path: string): string {
  return formatLine(destination, [path, null]);
}

/** The same for one part. */
export function formatTakeBackPart(destination: Destination, of: PartOf, part: number): string {
  return formatLine(destination, [of.path, null, null, part, of.batch]);
}

export function addLanded({ landed, parts }: RecordMaps, entry: ManifestEntry): void {
  landed.set(entry.path, entry);
  parts.delete(entry.path);
}

export function addPart({ parts }: RecordMaps, { path, batch }: PartOf, part: PartRecord): void {
  const ofPath = parts.get(path) ?? new Map<string, Map<number, PartRecord>>();
  const ofBatch = ofPath.get(batch) ?? new Map<number, PartRecord>();
  parts.set(path, ofPath.set(batch, ofBatch.set(part.partNumber, part)));
}

export function takeBack({ landed, parts }: RecordMaps, path: string): void {
  landed.delete(path);
  parts.delete(path);
}

export function takeBackPart({ parts }: RecordMaps, { path, batch }: PartOf, part: number): void {
  parts.get(path)?.get(batch)?.delete(part);
}

function parseLine(key: string, line: string): readonly unknown[] {
  const text = line.slice(CHECK_DIGITS + 1);
  if (line.slice(0, CHECK_DIGITS) !== checkOf(key + text)) return [];
  const values: unknown = JSON.parse(text);
  return Array.isArray(values) ? values : [];
}

function readLine(records: RecordMaps, values: readonly unknown[]): void {
  const [path, sizeBytes, sha256, partNumber, batch] = values;
  if (typeof path !== "string") return;
  const isOfPart = typeof partNumber === "number" && typeof batch === "string";
  // A part of an older journal names no batch, so nobody can tell whether the server's part is that one.
  if (partNumber !== undefined && !isOfPart) return;
  if (sizeBytes === null) {
    if (isOfPart) takeBackPart(records, { path, batch }, partNumber);
    else takeBack(records, path);
    return;
  }
  if (typeof sizeBytes !== "number" || typeof sha256 !== "string") return;
  if (isOfPart) addPart(records, { path, batch }, { partNumber, sizeBytes, sha256 });
  else addLanded(records, { path, sizeBytes, sha256 });
}

/**
 * Every whole record of a journal. A line that was cut or garbled fails its check and counts as not landed. One that
 * takes a record back is synced before the bytes go that make it needed, so where it is torn they never went.
 */
export function readRecords(destination: Destination, data: Buffer): RecordMaps {
  const records: RecordMaps = { landed: new Map(), parts: new Map() };
  const key = fingerprint(destination);
  for (const line of data.toString("utf8").split("\n")) readLine(records, parseLine(key, line));
  return records;
}

/** What was written of a path: that an entry of it has landed, or that what was recorded before counts no more. */
export interface Change {
  readonly path: string;
  readonly landed?: ManifestEntry;
}

function changesIn([path, sizeBytes, sha256, partNumber]: readonly unknown[]): readonly Change[] {
  if (typeof path !== "string" || partNumber !== undefined) return [];
  if (sizeBytes === null) return [{ path }];
  if (typeof sizeBytes !== "number" || typeof sha256 !== "string") return [];
  return [{ path, landed: { path, sizeBytes, sha256 } }];
}

/** Every whole record of files and what was taken back of them, in the order in which it was written; parts left out. */
export function readChanges(destination: Destination, data: Buffer): readonly Change[] {
  const key = fingerprint(destination);
  const lines = data.toString("utf8").split("\n");
  return lines.flatMap((line) => changesIn(parseLine(key, line)));
}
