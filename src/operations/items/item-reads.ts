// What Avala says of a dataset's items: each of them, and what it counts. Compares nothing.
import { ignoreAdvice } from "../../api/advice";
import { withDeadline, type Avala } from "../../api/connection";
import { getDatasetHealth, type DatasetHealth } from "../../api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { DatasetRef } from "../../api/endpoints/datasets/dataset-given";
import { listItemPages } from "../../api/endpoints/datasets/items";
import { AvalaError, isAvalaError } from "../../errors";
import { ifLate } from "../../flow/deadline";
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
  /** How long the list may take, a minute at the least; in a preview the server may put off each page for a minute. */
  readonly waitMs: WaitMs;
}

function listedTooLate({ name, uid }: Dataset, waitedFor: string, cause: AvalaError): AvalaError {
  const text = `The items of dataset ${printable(name)} (uid ${printable(uid)}) could not be listed in time. ${waitedFor}`;
  const hint = `Run again: what has landed is not sent again. Or ${MORE_TIME}.`;
  return new AvalaError("timeout", text, { hint, cause });
}

/**
 * A preview waits for nothing, and its list is not ended while it goes forward.
 * @throws AvalaError `timeout` after `waitMs`, and that of `pastDeadline` where the session's deadline comes first
 */
async function inTime<T>(
  avala: Avala,
  dataset: Dataset,
  waitMs: WaitMs,
  list: (within: Avala) => Promise<T>,
): Promise<T> {
  const { deadlineMs = Number.POSITIVE_INFINITY } = avala;
  let untilMs = waitUntilMs(avala, waitMs);
  const callInMinute: Avala["call"] = (request) => {
    untilMs = waitUntilMs(avala, waitMs);
    return withDeadline(avala, untilMs).call(request);
  };
  const within =
    waitMs === "preview" ? { ...avala, call: callInMinute } : withDeadline(avala, untilMs);
  return list(within).catch(
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
    return await inTime(avala, dataset, listing.waitMs, (within) =>
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
