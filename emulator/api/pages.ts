// Cursor pages and numbered pages, with absolute links (contract, "Pagination").
import type { Dialect } from "../dialect/dialect";
import { invalid, notFound, refuse } from "./replies";
import type { ApiReply, ApiRequest } from "./request";

/** The default, and where larger pages are not given the most that a page holds. */
const PAGE_SIZE = 100;
const LARGE_PAGE_SIZE = 1000;

interface Cursor {
  readonly position: number;
  readonly isReverse: boolean;
}

/**
 * One page of rows in the order given. `positionOf` must grow strictly along them, so that a
 * cursor keeps its place while rows come and go. `dialect`: for a list that may give large pages.
 */
export function cursorPage<T>(
  request: ApiRequest,
  rows: readonly T[],
  positionOf: (row: T, index: number) => number,
  show: (row: T) => unknown,
  dialect?: Dialect,
): ApiReply {
  const limit = pageSize(request, dialect?.largePages);
  const cursor = readCursor(request.query.get("cursor"));
  const { from, to } = bounds(rows, positionOf, cursor, limit);
  const link = (index: number, isReverse: boolean): string => {
    const row = rows[index];
    return row === undefined
      ? ""
      : linkTo(request, { cursor: writeCursor({ position: positionOf(row, index), isReverse }) });
  };
  const body = {
    next: to < rows.length ? link(to - 1, false) : null,
    previous: from > 0 ? link(from, true) : null,
    results: rows.slice(from, to).map(show),
  };
  return { status: 200, body };
}

function bounds<T>(
  rows: readonly T[],
  positionOf: (row: T, index: number) => number,
  cursor: Cursor | undefined,
  limit: number,
) {
  if (cursor === undefined) return { from: 0, to: Math.min(limit, rows.length) };
  const isAfter = (row: T, index: number): boolean => positionOf(row, index) > cursor.position;
  const first = firstWhere(rows, isAfter);
  if (!cursor.isReverse) return { from: first, to: Math.min(first + limit, rows.length) };
  const to = firstWhere(rows, (row, index) => positionOf(row, index) >= cursor.position);
  return { from: Math.max(0, to - limit), to };
}

/** Binary search: positions are sorted, and a dataset may hold a hundred thousand items. */
function firstWhere<T>(rows: readonly T[], holds: (row: T, index: number) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && holds(row, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How the dialect pages what most sources page by number. */
export function listPage<T>(
  request: ApiRequest,
  rows: readonly T[],
  show: (row: T) => unknown,
  { dialect, most = PAGE_SIZE }: { readonly dialect: Dialect; readonly most?: number },
): ApiReply {
  if (dialect.numberedLists === "array") return { status: 200, body: rows.map(show) };
  if (dialect.numberedLists === "cursor")
    return cursorPage(request, rows, (_row, index) => index, show);
  return numberedPage(request, rows, show, most);
}

/** With `page` and `count`. */
function numberedPage<T>(
  request: ApiRequest,
  rows: readonly T[],
  show: (row: T) => unknown,
  most: number,
): ApiReply {
  const limit = Math.min(pageSize(request), most);
  const page = Number(request.query.get("page") ?? "1");
  const pages = Math.max(1, Math.ceil(rows.length / limit));
  if (!Number.isInteger(page) || page < 1 || page > pages)
    throw refuse(404, { detail: "Invalid page." });
  const body = {
    count: rows.length,
    next: page < pages ? linkTo(request, { page: String(page + 1) }) : null,
    previous: page > 1 ? linkTo(request, { page: String(page - 1) }) : null,
    results: rows.slice((page - 1) * limit, page * limit).map(show),
  };
  return { status: 200, body };
}

function pageSize(request: ApiRequest, largePages: Dialect["largePages"] = "cut"): number {
  const limit = Number(request.query.get("limit"));
  if (!Number.isInteger(limit) || limit < 1) return PAGE_SIZE;
  if (limit > PAGE_SIZE && largePages === "refused")
    throw invalid({ limit: [`Ensure this value is less than or equal to ${PAGE_SIZE}.`] });
  return Math.min(limit, largePages === "taken" ? LARGE_PAGE_SIZE : PAGE_SIZE);
}

function linkTo(request: ApiRequest, changes: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(request.query);
  for (const [name, value] of Object.entries(changes)) query.set(name, value);
  return `${request.linkOrigin}${request.path}?${query.toString()}`;
}

function writeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.isReverse ? "r=1&" : ""}p=${String(cursor.position)}`).toString(
    "base64",
  );
}

function readCursor(text: string | null): Cursor | undefined {
  if (text === null || text === "") return undefined;
  const query = new URLSearchParams(Buffer.from(text, "base64").toString("latin1"));
  const position = Number(query.get("p") ?? "x");
  if (!Number.isFinite(position)) throw refuse(404, { detail: "Invalid cursor" });
  return { position, isReverse: query.get("r") === "1" };
}

/** The row, or the framework's 404. */
export function found<T>(row: T | undefined): T {
  if (row === undefined) throw notFound();
  return row;
}
