// What is known of files, by path. Knows nothing of the disk, nor of what may be believed.
import { createDigestColumn, digestBytes, type DigestColumn } from "./digest-column";
import type { Finding } from "./finding";
import { createFindingList, type FindingList } from "./finding-list";
import { createPathIndex, type PathIndex } from "./path-index";
import { createRows, rowBytes, type Rows } from "./rows";

/** All that is recorded, as it is written and read: for each path a row and a digest, and the findings that rows point to. */
export interface RecordData {
  /** Sorted in UTF-16 code unit order, as the files of a set are. */
  readonly paths: readonly string[];
  readonly rows: Buffer;
  readonly digests: Buffer;
  readonly findings: readonly Finding[];
}

export interface Records {
  readonly rows: Rows;
  count(): number;
  /** The row of a path. In almost no time when it follows the one that was found before. */
  find(path: string): number | undefined;
  /** The row of a path with this stamp; what was known of it with another one goes. */
  put(path: string, stamp: BigInt64Array): number;
  /** 64 hex digits. */
  digestAt(row: number): string | undefined;
  setDigest(row: number, sha256: string): void;
  findingAt(row: number): Finding | undefined;
  setFinding(row: number, finding: Finding): void;
  /** Adds what a process recorded of files that this one has not read. May keep the data's bytes and write to them. */
  add(data: RecordData): void;
  /** Those rows that are chosen. */
  pick(isWanted: (row: number, path: string) => boolean): RecordData;
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
  return {
    rows,
    count: () => index.paths().length,
    find: (path) => index.find(path),
    put: (path, stamp) => {
      const row = rowFor(store, path);
      if (!rows.isStamp(row, stamp)) rows.clear(row);
      rows.setStamp(row, stamp);
      rows.makeOwn(row);
      return row;
    },
    digestAt: (row) => (rows.hasDigest(row) ? digests.at(row) : undefined),
    setDigest: (row, sha256) => {
      digests.set(row, sha256);
      rows.markDigest(row);
    },
    findingAt: (row) => findings.at(rows.findingIdOf(row)),
    setFinding: (row, finding) => {
      rows.setFindingId(row, findings.idOf(finding));
    },
    add: (data) => {
      addTo(store, data);
    },
    pick: (isWanted) => picked(store, isWanted),
    clear: () => {
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
  if (index.paths().length === 0 && ids.every((id, other) => id === other)) {
    index.take(data.paths);
    rows.take(data.rows);
    digests.take(data.digests);
    return;
  }
  data.paths.forEach((path, other) => {
    const before = index.find(path);
    if (before !== undefined && !rows.isFromDisk(before)) return;
    const row = rowFor(store, path);
    rows.paste(row, data.rows, other);
    if (rows.hasDigest(row)) digests.paste(row, data.digests, other);
    rows.setFindingId(row, ids[rows.findingIdOf(row) ?? -1]);
  });
}

function picked(
  { index, rows, digests, findings }: Store,
  isWanted: (row: number, path: string) => boolean,
): RecordData {
  const all = index.paths();
  const pathOf = (row: number): string => all[row] ?? "";
  const chosen = [...all.keys()].filter((row) => isWanted(row, pathOf(row)));
  chosen.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  const copies = {
    rows: Buffer.alloc(chosen.length * rowBytes),
    digests: Buffer.alloc(chosen.length * digestBytes),
  };
  chosen.forEach((row, other) => {
    rows.copyTo(row, copies.rows, other);
    if (rows.hasDigest(row)) digests.copyTo(row, copies.digests, other);
  });
  return { ...copies, paths: chosen.map(pathOf), findings: findings.all() };
}
