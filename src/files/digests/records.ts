// What is known of files, by path. Knows nothing of the disk, nor of what may be believed.
import type { Finding } from "./finding";
import { createFindingList } from "./finding-list";
import { createPathIndex } from "./path-index";
import { createRows, rowBytes, type Rows } from "./rows";

/** All that is recorded, as it is written and read: for each path a row, and the findings that rows point to. */
export interface RecordData {
  /** Sorted in UTF-16 code unit order, as the files of a set are. */
  readonly paths: readonly string[];
  readonly rows: Buffer;
  readonly findings: readonly Finding[];
}

export interface Records {
  readonly rows: Rows;
  count(): number;
  /** The row of a path. In almost no time when it follows the one that was found before. */
  find(path: string): number | undefined;
  /** The row of a path with this stamp; what was known of it with another one goes. */
  put(path: string, stamp: BigInt64Array): number;
  findingAt(row: number): Finding | undefined;
  setFinding(row: number, finding: Finding): void;
  /** Adds what a process recorded of files that this one has not read. May keep the data's rows and write to them. */
  add(data: RecordData): void;
  /** Those rows that are chosen. */
  pick(isWanted: (row: number, path: string) => boolean): RecordData;
  clear(): void;
}

export function createRecords(): Records {
  const index = createPathIndex();
  const findings = createFindingList();
  const rows = createRows();
  const rowFor = (path: string): number => {
    const row = index.find(path) ?? index.append(path);
    rows.makeRoom(index.paths().length);
    return row;
  };
  return {
    rows,
    count: () => index.paths().length,
    find: (path) => index.find(path),
    put: (path, stamp) => {
      const row = rowFor(path);
      if (!rows.isStamp(row, stamp)) rows.clear(row);
      rows.setStamp(row, stamp);
      rows.makeOwn(row);
      return row;
    },
    findingAt: (row) => findings.at(rows.findingIdOf(row)),
    setFinding: (row, finding) => {
      rows.setFindingId(row, findings.idOf(finding));
    },
    add: (data) => {
      const ids = data.findings.map(findings.idOf);
      if (index.paths().length === 0 && ids.every((id, other) => id === other)) {
        index.take(data.paths);
        rows.take(data.rows);
        return;
      }
      data.paths.forEach((path, other) => {
        const before = index.find(path);
        if (before !== undefined && !rows.isFromDisk(before)) return;
        const row = rowFor(path);
        rows.paste(row, data.rows, other);
        rows.setFindingId(row, ids[rows.findingIdOf(row) ?? -1]);
      });
    },
    pick: (isWanted) => ({ ...picked(index.paths(), rows, isWanted), findings: findings.all() }),
    clear: () => {
      for (const row of index.paths().keys()) rows.clear(row);
      index.take([]);
    },
  };
}

function picked(
  all: readonly string[],
  rows: Rows,
  isWanted: (row: number, path: string) => boolean,
): Pick<RecordData, "paths" | "rows"> {
  const pathOf = (row: number): string => all[row] ?? "";
  const chosen = [...all.keys()].filter((row) => isWanted(row, pathOf(row)));
  chosen.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  const bytes = Buffer.alloc(chosen.length * rowBytes);
  chosen.forEach((row, other) => {
    rows.copyTo(row, bytes, other);
  });
  return { paths: chosen.map(pathOf), rows: bytes };
}
