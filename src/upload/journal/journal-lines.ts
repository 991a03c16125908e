// The lines of a journal: one signed line a record, the later one wins. What a line claims counts only when our API key
// signed it; what it takes back counts whoever wrote it, since that costs no more than sending again. Pure.
import type { ManifestEntry } from "../../files/manifest/manifest";
import { shareTexts, type MaybeDoubtful } from "./doubtful-at";
import { macOf, splitLine, type LineKey } from "./line-signature";

/** One part of a large file that has landed; a file that went whole is one of one part. */
export interface PartRecord extends MaybeDoubtful {
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** Of the file up to the end of the part: the digest that is taken of it anyway. */
  readonly sha256: string;
}

/** In place of a part's number: the file is about to go in the batch, and nothing of it has landed there. */
export const BEGUN = 0;

/** What has landed, and in which batch; without one by the first protocol. */
export interface LandedEntry extends ManifestEntry, MaybeDoubtful {
  readonly batch?: string | undefined;
  /** Where others can write to its place: what the store called it (`check/place-tag.ts`). */
  readonly tag?: string | undefined;
}

/** What landed of one file in each batch that it was sent in: batch uid → part number → part. The youngest comes last. */
export type PartsByBatch = ReadonlyMap<string, ReadonlyMap<number, PartRecord>>;

export interface Records {
  /** What an earlier run landed: path → entry; of two records for a path the later one. */
  readonly landed: ReadonlyMap<string, LandedEntry>;
  /** The youngest last. */
  readonly batches: ReadonlySet<string>;
  /** Paths that other content may lie at: what was recorded of them was taken back. */
  readonly replaced: ReadonlySet<string>;
  /** Path → its parts. A file that has landed has none: they were of use until then. */
  readonly parts: ReadonlyMap<string, PartsByBatch>;
  /**
   * Paths of which something is claimed that is not signed with our key. Who wrote it may believe it, so it has to be taken
   * back before other content goes there.
   */
  readonly foreign: ReadonlySet<string>;
}

/** {@link Records} that grow. */
export interface RecordMaps extends Records {
  readonly landed: Map<string, LandedEntry>;
  readonly batches: Set<string>;
  readonly replaced: Set<string>;
  readonly parts: Map<string, Map<string, Map<number, PartRecord>>>;
  readonly foreign: Set<string>;
}

// A path has 1,024 characters at most, each of which JSON may write as six.
const MAX_LINE_BYTES = 16 * 1024;

type Value = string | number | null | undefined;

/** One line: a signature, a space, a JSON array. What is absent at its end is left out. */
function formatLine(key: LineKey, values: readonly Value[]): string {
  const last = values.findLastIndex((value) => value !== undefined);
  const text = JSON.stringify(values.slice(0, last + 1));
  return `${macOf(key, text)} ${text}\n`;
}

export function formatRecord(key: LineKey, entry: LandedEntry): string {
  const { path, sizeBytes, sha256, batch, tag, doubtfulAt } = entry;
  return formatLine(key, [path, sizeBytes, sha256, undefined, batch, tag, doubtfulAt]);
}

/** Whose part it is. */
export interface PartOf {
  readonly path: string;
  readonly batch: string;
}

export function formatPart(key: LineKey, of: PartOf, part: PartRecord): string {
  const { partNumber, sizeBytes, sha256, doubtfulAt } = part;
  const { path, batch } = of;
  return formatLine(key, [path, sizeBytes, sha256, partNumber, batch, undefined, doubtfulAt]);
}

/** Nothing that was recorded of `path` before counts any more. */
export function formatTakeBack(key: LineKey, path: string): string {
  return formatLine(key, [path, null]);
}

/** The same for one part. */
export function formatTakeBackPart(key: LineKey, of: PartOf, part: number): string {
  return formatLine(key, [of.path, null, null, part, of.batch]);
}

function noteBatch(batches: Set<string>, batch: string): void {
  batches.delete(batch);
  batches.add(batch);
}

function addLanded(records: RecordMaps, entry: LandedEntry): void {
  records.landed.set(entry.path, entry);
  records.parts.delete(entry.path);
  records.replaced.delete(entry.path);
  if (entry.batch !== undefined) noteBatch(records.batches, entry.batch);
}

function addPart(records: RecordMaps, { path, batch }: PartOf, part: PartRecord): void {
  const { parts, landed, batches } = records;
  noteBatch(batches, batch);
  // A server may keep one place for both. What is only begun leaves it to be known in which batch the file landed before.
  if (part.partNumber !== BEGUN && landed.get(path)?.batch !== batch) landed.delete(path);
  const ofPath = parts.get(path) ?? new Map<string, Map<number, PartRecord>>();
  const ofBatch = (ofPath.get(batch) ?? new Map<number, PartRecord>()).set(part.partNumber, part);
  parts.set(path, ofPath.set(batch, ofBatch));
}

export function takeBack({ landed, parts, foreign, replaced }: RecordMaps, path: string): void {
  replaced.add(path);
  landed.delete(path);
  parts.delete(path);
  foreign.delete(path);
}

export function takeBackPart({ parts }: RecordMaps, { path, batch }: PartOf, part: number): void {
  parts.get(path)?.get(batch)?.delete(part);
}

type Line =
  | { readonly kind: "landed"; readonly entry: LandedEntry }
  | { readonly kind: "part"; readonly of: PartOf; readonly part: PartRecord }
  | { readonly kind: "part taken back"; readonly of: PartOf; readonly partNumber: number }
  | { readonly kind: "taken back"; readonly path: string }
  /** A whole line that claims something and is not signed with our key. */
  | { readonly kind: "foreign"; readonly path: string };

type Share = ReturnType<typeof shareTexts>;

/** `undefined` for what no version writes. Versions that know of no `hosts` take what they name for any other that landed. */
function lineOf(
  [path, sizeBytes, sha256, partNumber, batch, tag, hosts]: readonly unknown[],
  share: Share,
): Line | undefined {
  if (typeof path !== "string") return undefined;
  const doubtfulAt = typeof hosts === "string" ? share(hosts) : undefined;
  const isOfPart = typeof partNumber === "number" && typeof batch === "string";
  const ofBatch = partNumber === null && typeof batch === "string" ? batch : undefined;
  const ofTag = partNumber === null && typeof tag === "string" ? tag : undefined;
  const isWhole = partNumber === null && (ofBatch ?? ofTag ?? doubtfulAt) !== undefined;
  // A part without its batch can't be distinguished from another batch's.
  if (partNumber !== undefined && !isOfPart && !isWhole) return undefined;
  const isTakenBack = sizeBytes === null;
  if (isTakenBack && isOfPart) return { kind: "part taken back", of: { path, batch }, partNumber };
  if (isTakenBack) return { kind: "taken back", path };
  if (typeof sizeBytes !== "number" || typeof sha256 !== "string") return undefined;
  if (isOfPart) {
    const part = { partNumber, sizeBytes, sha256 };
    const record = doubtfulAt === undefined ? part : { ...part, doubtfulAt };
    return { kind: "part", of: { path, batch }, part: record };
  }
  // What is not spread takes 0.2 kB less, and a journal may have 100,000.
  const entry =
    doubtfulAt === undefined
      ? { path, sizeBytes, sha256, batch: ofBatch, tag: ofTag }
      : { path, sizeBytes, sha256, batch: ofBatch, tag: ofTag, doubtfulAt };
  return { kind: "landed", entry };
}

function valuesOf(text: string): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) ? values : [];
  } catch {
    return []; // it was cut or garbled
  }
}

function pathOf(line: Line): string {
  if (line.kind === "landed") return line.entry.path;
  return "of" in line ? line.of.path : line.path;
}

/** `undefined` for a line that was cut or garbled: what it says counts as not written. */
function parseLine(key: LineKey, text: string, share: Share): Line | undefined {
  const [mac, json] = splitLine(text);
  if (!/^[0-9a-f]{16,64}$/.test(mac)) return undefined;
  const line = lineOf(valuesOf(json), share);
  if (line === undefined || line.kind === "taken back" || line.kind === "part taken back")
    return line;
  return mac === macOf(key, json) ? line : { kind: "foreign", path: pathOf(line) };
}

/** The lines without an end of line that the file may lack yet. Those that are too long are none of ours. */
function* linesIn(data: Buffer): Generator<string> {
  for (let from = 0; from < data.length;) {
    const end = data.indexOf(10, from);
    const to = end < 0 ? data.length : end;
    if (to - from <= MAX_LINE_BYTES) yield data.toString("utf8", from, to);
    from = to + 1;
  }
}

function apply(records: RecordMaps, line: Line): void {
  switch (line.kind) {
    case "landed":
      return addLanded(records, line.entry);
    case "part":
      return addPart(records, line.of, line.part);
    case "taken back":
      return takeBack(records, line.path);
    case "part taken back":
      return takeBackPart(records, line.of, line.partNumber);
    case "foreign":
      // What was known of the path is from before: another's content may lie there now.
      takeBack(records, line.path);
      records.foreign.add(line.path);
  }
}

/**
 * Every whole record of a journal. A line that was cut or garbled counts as not landed. One that takes a record back is
 * synced before the bytes go that make it needed, so where it is torn they never went.
 */
export function readRecords(key: LineKey, data: Buffer): RecordMaps {
  const empty = (): Set<string> => new Set();
  const sets = { batches: empty(), replaced: empty(), foreign: empty() };
  const records: RecordMaps = { landed: new Map(), parts: new Map(), ...sets };
  const share = shareTexts();
  for (const text of linesIn(data)) {
    const line = parseLine(key, text, share);
    if (line !== undefined) apply(records, line);
  }
  return records;
}

/** What was written of a path: that an entry of it has landed, or that what was recorded before counts no more. */
export interface Change {
  readonly path: string;
  readonly landed?: LandedEntry;
}

/** Every whole record of files and what was taken back of them, in the order in which it was written; parts left out. */
export function* readChanges(key: LineKey, data: Buffer): Generator<Change> {
  const share = shareTexts();
  for (const text of linesIn(data)) {
    const line = parseLine(key, text, share);
    if (line?.kind === "landed") yield { path: line.entry.path, landed: line.entry };
    // What another key's run sent is not known, only that it is not known to be ours.
    else if (line?.kind === "taken back" || line?.kind === "foreign") yield { path: line.path };
  }
}
