// What Avala says of a dataset's items: each of them, and what it counts. Compares nothing.
import { ignoreAdvice } from "../../api/advice";
import { withDeadline, type Avala } from "../../api/connection";
import { getDatasetHealth, type DatasetHealth } from "../../api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { DatasetRef } from "../../api/endpoints/datasets/dataset-given";
import { listItemPages } from "../../api/endpoints/datasets/items";
import { AvalaError, isAvalaError } from "../../errors";
import { ifLate, pastDeadline } from "../../flow/deadline";
import { MORE_TIME } from "../../hints";
import { printable } from "../../redact";
import { isRefused, readUnderOwner, type OwnerWanted } from "../datasets/dataset-ref";
import { waitUntilMs, type WaitMs } from "../wait";
import { beginEarlyLooks, type LocalFiles } from "./early-looks";
import type { ItemFacts } from "./key-comparison";

interface Listing {
  readonly owner: OwnerWanted;
  readonly expected: number;
  /** Whether their URLs are kept, which are long. */
  readonly hasUrls: boolean;
  /** What stores are asked about all of them for, which begins while they are listed. @default they are not asked */
  readonly comparedTo?: LocalFiles | undefined;
  /** Whether those of the first page are enough. @default false */
  readonly isFirstPage?: boolean | undefined;
  /** How long the list may take; then each page may still be put off for a minute, so that it is not ended while it goes forward. */
  readonly waitMs: WaitMs;
}

function listedTooLate({ name, uid }: Dataset, waitedFor: string, cause: AvalaError): AvalaError {
  const text = `The items of dataset ${printable(name)} (uid ${printable(uid)}) could not be listed in time. ${waitedFor}`;
  const hint = `Run again: what has landed is not sent again. Or ${MORE_TIME}.`;
  return new AvalaError("timeout", text, { hint, cause });
}

// A page has at least so many items, and a list a few pages more than that takes: one that has no end is waited for no longer.
const LEAST_ITEMS_OF_PAGE = 10;
const MORE_PAGES = 100;

function mostPages(expected: number): number {
  return MORE_PAGES + expected / LEAST_ITEMS_OF_PAGE;
}

/**
 * What the calls of a long list take is work and no wait, and another run would begin it anew: 1,000,000 items are 10,000 pages
 * and, at 100 calls a minute, 100 minutes.
 * @throws AvalaError `timeout`, and that of `pastDeadline` where the session's deadline comes first
 */
async function inTime<T>(
  avala: Avala,
  dataset: Dataset,
  { waitMs, expected }: Pick<Listing, "waitMs" | "expected">,
  list: (within: Avala) => Promise<T>,
): Promise<T> {
  const { deadlineMs = Number.POSITIVE_INFINITY } = avala;
  let untilMs = waitUntilMs(avala, waitMs);
  let pagesLeft = mostPages(expected);
  const callInTime: Avala["call"] = (request) => {
    pagesLeft -= 1;
    if (pagesLeft >= 0) untilMs = Math.max(untilMs, waitUntilMs(avala, "preview"));
    else if (avala.clock.now() >= untilMs)
      throw pastDeadline("Reading more pages than the items take");
    return withDeadline(avala, untilMs).call(request);
  };
  return list({ ...avala, call: callInTime }).catch(
    ifLate((waitedFor, error): never => {
      throw untilMs < deadlineMs ? listedTooLate(dataset, waitedFor, error) : error;
    }),
  );
}

async function readAll(
  avala: Avala,
  ref: DatasetRef,
  { expected, hasUrls, comparedTo, isFirstPage = false }: Listing,
): Promise<readonly ItemFacts[]> {
  const items: ItemFacts[] = [];
  const early = comparedTo && beginEarlyLooks(avala, items, comparedTo);
  try {
    // Of one uid an item comes once (pages.ts); a second item of one path is another, which is foreign.
    for await (const { entries, isLast } of listItemPages(avala, ref, { expected })) {
      for (const { uid, key, sizeBytes, url } of entries)
        items.push(hasUrls ? { uid, key, sizeBytes, url } : { uid, key, sizeBytes });
      if (isFirstPage) break;
      if (!isLast) early?.go();
    }
    return items;
  } finally {
    early?.stop();
  }
}

/** `undefined` where the server does not list them, under any name of the owner. @throws as {@link inTime} */
export async function listFacts(
  avala: Avala,
  dataset: Dataset,
  listing: Listing,
): Promise<readonly ItemFacts[] | undefined> {
  try {
    return await inTime(avala, dataset, listing, (within) =>
      readUnderOwner(within, dataset, listing.owner, (ref) => readAll(within, ref, listing)),
    );
  } catch (error) {
    if (isRefused(error) || (isAvalaError(error) && error.code === "bad_reply")) return undefined;
    throw error;
  }
}

export async function readHealth(
  avala: Avala,
  dataset: Dataset,
  owner: OwnerWanted,
): Promise<DatasetHealth | undefined> {
  const health = readUnderOwner(avala, dataset, owner, (ref) => getDatasetHealth(avala, ref));
  return health.catch(ignoreAdvice);
}
