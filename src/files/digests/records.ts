// What is known of files, by path. Knows nothing of the disk, nor of what may be believed.
import type { Finding } from "./finding";
import {
  createRows,
  findingIdOf,
  isFromDisk,
  makeOwn,
  paste,
  rowBytes,
  rowIn,
  setFindingId,
  type Rows,
} from "./rows";
import { isSameStamp } from "./stamp";

/** All that is recorded, as it is written and read: for each path a row, and the findings that rows point to. */
export interface RecordData {
  readonly paths: readonly string[];
  readonly rows: Buffer;
  readonly findings: readonly Finding[];
}

export interface Records {
  readonly rows: Rows;
  count(): number;
  /** The row of a path. */
  find(path: string): number | undefined;
  /** The row of a path with this stamp; what was known of it with another one goes. */
  put(path: string, stamp: BigInt64Array): number;
  findingAt(row: number): Finding | undefined;
  setFinding(row: number, finding: Finding): void;
  /** Adds what a process recorded of files that this one has not read. */
  add(data: RecordData): void;
  /** Those rows that are chosen. */
  pick(isWanted: (row: number, path: string) => boolean): RecordData;
  clear(): void;
}

/** Further kinds of findings are not recorded: those files are looked at each time. */
const maxFindings = 65_536;

export function createRecords(): Records {
  const index = new Map<string, number>();
  const findings = createFindingList();
  const rows = createRows();
  const rowFor = (path: string): number => {
    const known = index.get(path);
    if (known !== undefined) return known;
    const row = index.size;
    rows.makeRoom(row + 1);
    index.set(path, row);
    return row;
  };
  return {
    rows,
    count: () => index.size,
    find: (path) => index.get(path),
    put: (path, stamp) => {
      const row = rowFor(path);
      if (!isSameStamp(rows.stampAt(row), stamp)) rows.at(row).fill(0);
      rows.stampAt(row).set(stamp);
      makeOwn(rows.at(row));
      return row;
    },
    findingAt: (row) => findings.at(findingIdOf(rows.at(row))),
    setFinding: (row, finding) => {
      setFindingId(rows.at(row), findings.idOf(finding));
    },
    add: (data) => {
      rows.makeRoom(index.size + data.paths.length);
      const ids = data.findings.map(findings.idOf);
      data.paths.forEach((path, other) => {
        const before = index.get(path);
        if (before !== undefined && !isFromDisk(rows.at(before))) return;
        const row = rows.at(rowFor(path));
        paste(row, rowIn(data.rows, other));
        setFindingId(row, ids[findingIdOf(row) ?? -1]);
      });
    },
    pick: (isWanted) => {
      const chosen = [...index].filter(([path, row]) => isWanted(row, path));
      const picked = Buffer.alloc(chosen.length * rowBytes);
      chosen.forEach(([, row], other) => rows.at(row).copy(picked, other * rowBytes));
      return { paths: chosen.map(([path]) => path), rows: picked, findings: findings.all() };
    },
    clear: () => {
      for (const row of index.values()) rows.at(row).fill(0);
      index.clear();
    },
  };
}

interface FindingList {
  all(): readonly Finding[];
  at(id: number | undefined): Finding | undefined;
  /** `undefined` when there are too many kinds. */
  readonly idOf: (finding: Finding) => number | undefined;
}

/** Each kind of finding once. */
function createFindingList(): FindingList {
  const list: Finding[] = [];
  const ids = new Map<string, number>();
  return {
    all: () => list,
    at: (id) => (id === undefined ? undefined : list[id]),
    idOf: (finding) => {
      const key = JSON.stringify(finding);
      const known = ids.get(key);
      if (known !== undefined || list.length === maxFindings) return known;
      ids.set(key, list.length);
      return list.push(finding) - 1;
    },
  };
}
