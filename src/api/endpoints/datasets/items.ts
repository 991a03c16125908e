// What a dataset holds (contract, "Datasets"). Knows nothing of local files.
import { callFor } from "../../call-for";
import { aCount, aText, maybe, optionsOf, refuse } from "../../../shapes";
import { aSession, type Avala } from "../../connection";
import { aRef, type DatasetRef } from "./dataset-given";
import { nameOf, refPath } from "./datasets";
import { PAGE_ENTRIES } from "../../limits";
import { listAll, listPages, type ListCall, type NewPage } from "../../pages";
import type { Fields } from "../../wire";

export interface DatasetItem {
  readonly uid: string;
  /** Most often the path within the dataset, or its last part; some servers have none. */
  readonly key?: string | undefined;
  readonly status?: string | undefined;
  /** Presigned: a secret. */
  readonly url?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly metadata?: unknown;
  readonly createdAt?: string | undefined;
}

export interface Sequence {
  readonly uid: string;
  readonly key?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly frameCount?: number | undefined;
}

export interface ListOptions {
  /** Entries a page. @default 100, by the server */
  readonly limit?: number | undefined;
  /** How many there are, where that is known: of many, larger pages are asked for. */
  readonly expected?: number | undefined;
}

export const LIST_OPTIONS = optionsOf<ListOptions>({
  limit: maybe(aCount(1)),
  expected: maybe(aCount(0)),
});

function isLong({ limit, expected = 0 }: ListOptions): boolean {
  return limit === undefined && expected > PAGE_ENTRIES;
}

function readItem(fields: Fields): DatasetItem {
  return {
    uid: fields.pathPart("uid"),
    key: fields.maybeText("key"),
    status: fields.maybeWord("status"),
    // The full-resolution file before what a viewer may be shown (contract, "Items").
    url: fields.maybeText("data_url") ?? fields.maybeText("url"),
    sizeBytes: fields.advisedCount("size_bytes") ?? fields.advisedCount("size"),
    metadata: fields.any("metadata"),
    createdAt: fields.maybeText("created_at"),
  };
}

function readSequence(fields: Fields): Sequence {
  return {
    uid: fields.pathPart("uid"),
    key: fields.maybeText("key"),
    name: fields.maybeText("name"),
    status: fields.maybeWord("status"),
    frameCount: fields.advisedCount("number_of_frames") ?? fields.advisedCount("item_count"),
  };
}

function itemsCall(ref: DatasetRef, options: ListOptions): ListCall {
  return {
    route: "GET /datasets/{owner}/{slug}/items/",
    path: [...refPath(ref), "items"],
    query: { limit: options.limit },
    isLong: isLong(options),
    what: `list the items of dataset ${nameOf(ref)}`,
  };
}

/** Every item, page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listItems(
  avala: Avala,
  ref: DatasetRef,
  options: ListOptions = {},
): AsyncIterable<DatasetItem> {
  refuse(aSession("avala", avala), aRef("ref", ref), LIST_OPTIONS("options", options));
  return listAll(avala, itemsCall(ref, options), readItem);
}

/** The same as pages. */
export function listItemPages(
  avala: Avala,
  ref: DatasetRef,
  options: ListOptions,
): AsyncIterable<NewPage<DatasetItem>> {
  return listPages(avala, itemsCall(ref, options), readItem);
}

/** @throws ApiError `not_found` */
export async function getItem(avala: Avala, ref: DatasetRef, uid: string): Promise<DatasetItem> {
  refuse(aSession("avala", avala), aRef("ref", ref), aText("uid", uid));
  return callFor(
    avala,
    {
      method: "GET",
      route: "GET /datasets/{owner}/{slug}/items/{uid}/",
      path: [...refPath(ref), "items", uid],
      repeat: "safe",
      what: `read item ${uid} of dataset ${nameOf(ref)}`,
    },
    readItem,
  );
}

/** Page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listSequences(
  avala: Avala,
  ref: DatasetRef,
  options: ListOptions = {},
): AsyncIterable<Sequence> {
  refuse(aSession("avala", avala), aRef("ref", ref), LIST_OPTIONS("options", options));
  const call = {
    route: "GET /datasets/{owner}/{slug}/sequences/",
    path: [...refPath(ref), "sequences"],
    query: { limit: options.limit },
    isLong: isLong(options),
    what: `list the sequences of dataset ${nameOf(ref)}`,
  };
  return listAll(avala, call, readSequence);
}
