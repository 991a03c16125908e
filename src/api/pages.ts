// Cursor pages: one of them, or all by following `next`. Knows nothing of what is listed.
import { isAvalaError, type AvalaError } from "../errors";
import { pastDeadline } from "../flow/deadline";
import { isRecord } from "../json";
import type { Avala } from "./connection";
import type { ApiCall } from "./call";
import { LARGE_PAGE_ENTRIES } from "./limits";
import { badReply, Fields, type Read } from "./wire";

export interface Page<T> {
  /** The link to the next page, as the server gave it; null on the last. */
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly T[];
}

/** A call that lists; always `safe`. */
export type ListCall = Pick<ApiCall, "route" | "path" | "query" | "what" | "signal"> & {
  /** Is called with an entry that can't be read, where the list is only searched and can continue without it. @default it is thrown */
  readonly onUnreadable?: ((error: AvalaError, entry: unknown) => void) | undefined;
  /** Whether more than a page is expected: then larger pages are asked for. @default false */
  readonly isLong?: boolean | undefined;
};

/** One entry, or none that can be read. */
function entryOf<T>(
  entry: unknown,
  place: string,
  { route, onUnreadable }: ListCall,
  read: Read<T>,
): readonly T[] {
  try {
    return [read(Fields.of(entry, route, place))];
  } catch (error) {
    if (onUnreadable === undefined || !isAvalaError(error)) throw error;
    onUnreadable(error, entry);
    return [];
  }
}

/** For {@link ListCall.onUnreadable}: a warning in a run's log. */
export function warnOfUnreadable(avala: Avala): (error: AvalaError) => void {
  return ({ message }) => avala.emit({ kind: "warning", text: `An entry was skipped. ${message}` });
}

function pageOf<T>(json: unknown, call: ListCall, read: Read<T>): Page<T> {
  const { route } = call;
  // Short lists come without pages on some deployments.
  const [fields, entries] = Array.isArray(json)
    ? [undefined, json as readonly unknown[]]
    : ((given) => [given, given.list("results")] as const)(Fields.of(json, route));
  return {
    next: fields?.maybeText("next") || null,
    previous: fields?.maybeText("previous") ?? null,
    results: entries.flatMap((entry, index) => entryOf(entry, `results[${index}]`, call, read)),
  };
}

/** A page may be slow without a wait between tries: then only the clock ends a list in time. */
function requireTime({ clock, deadlineMs }: Avala, { what }: ListCall): void {
  if (deadlineMs === undefined || clock.now() < deadlineMs) return;
  throw pastDeadline(`Reading the next page to ${what}`);
}

async function readPage<T>(
  avala: Avala,
  call: ListCall,
  read: Read<T>,
  url?: string,
): Promise<Page<T>> {
  const { json } = await avala.call({ ...call, method: "GET", repeat: "safe", url });
  return pageOf(json, call, read);
}

/** The first page of a list; of a long one a large page, where the server has not refused those. */
async function readFirstPage<T>(avala: Avala, call: ListCall, read: Read<T>): Promise<Page<T>> {
  const { remembered } = avala;
  if (call.isLong !== true || remembered.refusesLargePages === true)
    return readPage(avala, call, read);
  const query = { ...call.query, limit: LARGE_PAGE_ENTRIES };
  try {
    return await readPage(avala, { ...call, query }, read);
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "validation") throw error;
    remembered.refusesLargePages = true;
    return readPage(avala, call, read);
  }
}

/** One page. @throws as {@link Avala.call} */
export function listPage<T>(avala: Avala, call: ListCall, read: Read<T>): Promise<Page<T>> {
  return readPage(avala, call, read);
}

interface Listed {
  readonly uid: string;
}

// A page that brings nothing new may be one that was emptied, or filled up again by what came meanwhile.
const maxFruitlessPages = 10;

/**
 * What of the pages is new. What is made or taken away while a list is read moves what follows from one page to another,
 * so an entry may come twice, and is given once. Pages that go on bringing nothing new are a circle, whatever they are
 * called by.
 */
function createNews<T extends Listed>(route: string): (results: readonly T[]) => readonly T[] {
  const seen = new Set<string>();
  let fruitless = 0;
  return (results) => {
    const fresh = results.filter(({ uid }) => !seen.has(uid) && seen.add(uid));
    fruitless = fresh.length > 0 ? 0 : fruitless + 1;
    if (fruitless > maxFruitlessPages) throw pageLoopError(route);
    return fresh;
  };
}

function pageLoopError(route: string): AvalaError {
  return badReply(route, "its pages form a loop");
}

/**
 * Everything once, page by page as it is asked for (contract, "Pagination"). An empty page with no `next` is the end.
 * @throws AvalaError `bad_reply` for a `next` of another origin, one that was followed before, and pages without end
 * that bring nothing new; that of `pastDeadline` in place of a page after the first that would begin after the session's
 */
export async function* listAll<T extends Listed>(
  avala: Avala,
  call: ListCall,
  read: Read<T>,
): AsyncGenerator<T, void, undefined> {
  for await (const { entries } of listPages(avala, call, read)) yield* entries;
}

/** What one page of a list has that is new. */
export interface NewPage<T> {
  readonly entries: readonly T[];
  readonly isLast: boolean;
}

/** As {@link listAll}, for who has something to do while the next page is waited for. */
export async function* listPages<T extends Listed>(
  avala: Avala,
  call: ListCall,
  read: Read<T>,
): AsyncGenerator<NewPage<T>, void, undefined> {
  const { next, results } = await readFirstPage(avala, call, read);
  const newsIn = createNews<T>(call.route);
  yield { entries: newsIn(results), isLast: next === null };
  if (next !== null) yield* follow(avala, call, { read, newsIn }, next);
}

interface Reader<T> {
  readonly read: Read<T>;
  readonly newsIn: (results: readonly T[]) => readonly T[];
}

async function* follow<T extends Listed>(
  avala: Avala,
  call: ListCall,
  { read, newsIn }: Reader<T>,
  first: string,
): AsyncGenerator<NewPage<T>, void, undefined> {
  const followed = new Set<string>();
  for (let url: string | null = first; url !== null;) {
    if (followed.has(url)) throw pageLoopError(call.route);
    followed.add(url);
    requireTime(avala, call);
    const page: Page<T> = await readPage(avala, call, read, url);
    url = page.next;
    yield { entries: newsIn(page.results), isLast: url === null };
  }
}

/**
 * As {@link listAll}, for lists that page by number and tell a `count`: where such a reply brings no `next`, the next
 * number is asked for until the count is reached.
 */
export async function* listNumbered<T extends Listed>(
  avala: Avala,
  call: ListCall,
  read: Read<T>,
): AsyncGenerator<T, void, undefined> {
  const { query } = call;
  const newsIn = createNews<T>(call.route);
  // All that came, duplicates included: it shows how many pages there are.
  let seen = 0;
  for (let page = 1; ; page += 1) {
    if (page > 1) requireTime(avala, call);
    const asked = page === 1 ? call : { ...call, query: { ...query, page } };
    const { json } = await avala.call({ ...asked, method: "GET", repeat: "safe" });
    const { next, results } = pageOf(json, call, read);
    yield* newsIn(results);
    if (next !== null) {
      for await (const { entries } of follow(avala, call, { read, newsIn }, next)) yield* entries;
      return;
    }
    seen += results.length;
    const count = isRecord(json) && !("next" in json) ? Number(json["count"]) : 0;
    if (results.length === 0 || !(seen < count)) return;
  }
}
