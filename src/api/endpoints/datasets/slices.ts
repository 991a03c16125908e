// Slices of datasets: read only. They page by number (contract, "Pagination").
import { aText, refuse } from "../../../shapes";
import { aSession, type Avala } from "../../connection";
import { LIST_OPTIONS, type ListOptions } from "./items";
import { listNumbered } from "../../pages";
import type { Fields } from "../../wire";

export interface Slice {
  readonly uid: string;
  readonly name: string;
  readonly slug?: string | undefined;
  readonly ownerName?: string | undefined;
  readonly itemCount?: number | undefined;
  readonly createdAt?: string | undefined;
}

function readSlice(fields: Fields): Slice {
  return {
    uid: fields.pathPart("uid"),
    name: fields.maybeText("name") ?? "",
    slug: fields.maybePathPart("slug"),
    ownerName: fields.maybeText("owner_name"),
    itemCount: fields.advisedCount("item_count"),
    createdAt: fields.maybeText("created_at"),
  };
}

/** Those of one owner, page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listSlices(
  avala: Avala,
  owner: string,
  options: ListOptions = {},
): AsyncIterable<Slice> {
  refuse(aSession("avala", avala), aText("owner", owner), LIST_OPTIONS("options", options));
  const call = {
    route: "GET /slices/{owner}/list/",
    path: ["slices", owner, "list"],
    query: { limit: options.limit },
    what: `list the slices of ${owner}`,
  };
  return listNumbered(avala, call, readSlice);
}
