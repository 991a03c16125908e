// What is known of files, by path. Knows nothing of the disk, nor of what may be believed.
import { createDigestColumn, digestBytes, type DigestColumn } from "./digest-column";
import type { Finding } from "./finding";
import { createFindingList, type FindingList } from "./finding-list";
import { fittingRows, type Room } from "./fitting";
import { createPathIndex, type PathIndex } from "./path-index";
import { createRows, markBytes, type Columns, type Rows } from "./rows";
import { stampBytes } from "./stamp";

/** All that is recorded, as it is written and read: for each path a row and a digest, and the findings that rows point to. */
export interface RecordData extends Columns {
  /** Sorted in UTF-16 code unit order, as the files of a set are. */
  readonly paths: readonly string[];
  readonly digests: Buffer;
  readonly findings: readonly Finding[];
}

/** Records to be written, in the order of {@link RecordData}. A copy of all would be as large as they are. */
export interface PickedRecords {
  readonly count: number;
  readonly paths: Iterable<string>;
  /** Each piece is good until the next one is asked for. */
  readonly stamps: () => Iterable<Uint8Array>;
  readonly marks: () => Iterable<Uint8Array>;
  readonly digests: () => Iterable<Uint8Array>;
  readonly findings: readonly Finding[];
  /** Once they are written, they are as if from the disk. */
  noteWritten(): void;
}

export interface Records {
  readonly rows: Rows;
  /** Whether nothing was put or added. */
  readonly isEmpty: () => boolean;
  /** The row of a path. In almost no time when it follows the one that was found before. */
  readonly find: PathIndex["find"];
  /** The row of the first path, when each other one has the row after the one before it. */
  readonly findRun: PathIndex["findRun"];
  /** The row of a path with this stamp; what was known of it with another one goes. */
  put(path: string, stamp: Float64Array): number;
  /** 64 hex digits. */
  digestAt(row: number): string | undefined;
  /** Of so many rows, as one text; `undefined` when the first has none. */
  digestsAt(first: number, count: number): string | undefined;
  setDigest(row: number, sha256: string): void;
  findingAt(row: number): Finding | undefined;
  setFinding(row: number, finding: Finding): void;
  /** Adds what a process recorded of files that this one has not read. May keep the data's bytes and write to them. */
  add(data: RecordData): void;
  /**
   * Has blank rows for these, where it has none: what is put in their order needs no table of paths. Of paths that are not sorted
   * it has them as they are put.
   */
  readonly expect: (paths: readonly string[]) => void;
  /** Those rows that are chosen and fit, the last used first, as they are when they are gone through. */
  pick(isWanted: (row: number, path: string) => boolean, room: Room): PickedRecords;
  /** Forgets all of which some is from the disk. */
  forgetDisk(): void;
  clear(): void;
}

interface Store {
  readonly index: PathIndex;
  readonly rows: Rows;
  readonly digests: DigestColumn;
  readonly findings: FindingList;
}

export function createRecords(): Records {
  const rows = createRows();
  const [index, digests, findings] = [createPathIndex(), createDigestColumn(), createFindingList()];
  const store = { index, rows, digests, findings };
  let isEmpty = true;
  return {
    rows,
    isEmpty: () => isEmpty,
    find: index.find,
    findRun: index.findRun,
    put: (path, stamp) => {
      isEmpty = false;
      const row = rowFor(store, path);
      if (!rows.isStamp(row, stamp)) rows.clear(row);
      rows.setStamp(row, stamp);
      rows.makeOwn(row);
      return row;
    },
    digestAt: (row) => (rows.hasDigest(row) ? digests.at(row) : undefined),
    digestsAt: (first, count) => (rows.hasDigest(first) ? digests.textAt(first, count) : undefined),
    setDigest: (row, sha256) => {
      digests.set(row, sha256);
      rows.markDigest(row);
    },
    findingAt: (row) => findings.at(rows.findingIdOf(row)),
    setFinding: (row, finding) => {
      rows.setFindingId(row, findings.idOf(finding));
    },
    add: (data) => {
      isEmpty &&= data.paths.length === 0;
      addTo(store, data);
    },
    expect: (paths) => {
      if (!isEmpty || !isSorted(paths)) return;
      index.take(paths);
      rows.makeRoom(paths.length);
      digests.makeRoom(paths.length);
    },
    pick: (isWanted, room) => picked(store, chosenRows(store, isWanted, room)),
    forgetDisk: () => {
      for (const row of index.paths().keys()) if (rows.hasOfDisk(row)) rows.clear(row);
    },
    clear: () => {
      isEmpty = true;
      for (const row of index.paths().keys()) rows.clear(row);
      index.take([]);
    },
  };
}

function rowFor({ index, rows }: Store, path: string): number {
  const row = index.find(path) ?? index.append(path);
  rows.makeRoom(index.paths().length);
  return row;
}

function addTo(store: Store, data: RecordData): void {
  const { index, rows, digests, findings } = store;
  const ids = data.findings.map(findings.idOf);
  if (index.paths().length === 0) {
    index.take(data.paths);
    rows.take(data);
    digests.take(data.digests);
    translateFindings(rows, data.paths.length, ids);
    return;
  }
  data.paths.forEach((path, other) => {
    const before = index.find(path);
    if (before !== undefined && !rows.isBlank(before) && !rows.isFromDisk(before)) return;
    const row = rowFor(store, path);
    rows.paste(row, data, other);
    if (rows.hasDigest(row)) digests.paste(row, data.digests, other);
    translateFinding(rows, row, ids);
  });
}

/** Nearly all files have the same finding, which is asked about once. */
function translateFindings(rows: Rows, count: number, ids: readonly (number | undefined)[]): void {
  const before = rows.findingIdOf(0);
  const isSame = before === undefined || ids[before] === before;
  if (isSame && rows.areMarkedAlike(0, count)) return;
  for (let row = 0; row < count; row++) translateFinding(rows, row, ids);
}

/**
 * A row of the disk has the number of a finding among those that came with it; here that may be another's. A number that none of
 * them has is dropped: the next finding that is recorded would get it, and would be this file's too.
 */
function translateFinding(rows: Rows, row: number, ids: readonly (number | undefined)[]): void {
  const id = rows.findingIdOf(row);
  if (id !== undefined && ids[id] !== id) rows.setFindingId(row, ids[id]);
}

/** In the order of their paths. */
function chosenRows(
  { index, rows }: Store,
  isWanted: (row: number, path: string) => boolean,
  room: Room,
): readonly number[] {
  const all = index.paths();
  const pathOf = (row: number): string => all[row] ?? "";
  const wanted: number[] = [];
  for (const [row, path] of all.entries())
    if (!rows.isBlank(row) && isWanted(row, path)) wanted.push(row);
  if (!isSorted(pathsOf(all, wanted))) wanted.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  return fittingRows(wanted, room, { pathOf, dayOf: rows.dayOf });
}

function pathsOf(all: readonly string[], chosen: readonly number[]): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (const row of chosen) yield all[row] ?? "";
    },
  };
}

function picked(
  { index, rows, digests, findings }: Store,
  chosen: readonly number[],
): PickedRecords {
  return {
    count: chosen.length,
    paths: pathsOf(index.paths(), chosen),
    stamps: () => copiesOf(chosen, stampBytes, rows.copyStampTo),
    marks: () => copiesOf(chosen, markBytes, rows.copyMarksTo),
    digests: () =>
      copiesOf(chosen, digestBytes, (row, to, other) => {
        if (rows.hasDigest(row)) digests.copyTo(row, to, other);
      }),
    findings: findings.all(),
    noteWritten: () => chosen.forEach(rows.markOnDisk),
  };
}

function isSorted(paths: Iterable<string>): boolean {
  let before = "";
  for (const path of paths) {
    if (path < before) return false;
    before = path;
  }
  return true;
}

const rowsAtOnce = 1024;

/** What is copied of each row, in pieces of the same memory. */
function* copiesOf(
  chosen: readonly number[],
  bytesEach: number,
  copy: (row: number, to: Buffer, other: number) => void,
): Generator<Uint8Array> {
  const piece = Buffer.alloc(Math.min(chosen.length, rowsAtOnce) * bytesEach);
  for (let start = 0; start < chosen.length; start += rowsAtOnce) {
    const some = chosen.slice(start, start + rowsAtOnce);
    piece.fill(0);
    some.forEach((row, other) => copy(row, piece, other));
    yield piece.subarray(0, some.length * bytesEach);
  }
}
