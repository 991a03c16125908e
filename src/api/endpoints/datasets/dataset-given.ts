// What calls about datasets are given, as types and as shapes. Knows nothing of the calls.
import type { Json } from "../../../json";
import {
  aCount,
  aNumber,
  aJson,
  aText,
  maybe,
  optionsOf,
  partOf,
  type Members,
  type Shape,
} from "../../../shapes";

export interface DatasetRef {
  /** A user's or organization's name; may be an e-mail address. */
  readonly owner: string;
  readonly slug: string;
}

export const aRef = optionsOf<DatasetRef>({ owner: aText, slug: aText });

export const aUidOrRef: Shape<string | DatasetRef> = (input, value) =>
  typeof value === "string" ? [] : aRef(input, value);

export interface DatasetFilter {
  readonly dataType?: string | undefined;
  /** Part of the name. */
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly visibility?: string | undefined;
  /** Datasets a page. @default 100, by the server */
  readonly limit?: number | undefined;
}

const OF_FILTER: Members<DatasetFilter> = {
  dataType: maybe(aText),
  name: maybe(aText),
  status: maybe(aText),
  visibility: maybe(aText),
  limit: maybe(aCount(1)),
};

export const DATASET_FILTER = optionsOf<DatasetFilter>(OF_FILTER);

export const DATASET_PAGE = optionsOf<DatasetFilter & { readonly cursor?: string | undefined }>({
  ...OF_FILTER,
  cursor: maybe(aText),
});

/** What of a dataset can be changed; absent stays as it is. */
export interface DatasetChanges {
  readonly name?: string | undefined;
  readonly visibility?: string | undefined;
  readonly metadata?: Json | undefined;
  readonly industry?: number | undefined;
  readonly license?: number | undefined;
  /** Further fields under the API's own names; they go into the body as they are. */
  readonly extraFields?: Json | undefined;
}

export const DATASET_CHANGES = optionsOf<DatasetChanges>({
  name: maybe(aText),
  visibility: maybe(aText),
  metadata: maybe(aJson),
  industry: maybe(aNumber),
  license: maybe(aNumber),
  extraFields: maybe(aJson),
});

export type NewOwner = { readonly organizationUid: string } | { readonly ownerUsername: string };

const ownerNames = partOf<{ organizationUid?: string; ownerUsername?: string }>({
  organizationUid: maybe(aText),
  ownerUsername: maybe(aText),
});

export const aNewOwner: Shape<NewOwner> = (input, value) => {
  const problems = ownerNames(input, value);
  if (problems.length > 0) return problems;
  const { organizationUid, ownerUsername } = value as Parameters<typeof ownerNames>[1];
  if ((organizationUid === undefined) !== (ownerUsername === undefined)) return problems;
  return [{ input, text: "must have one of organizationUid and ownerUsername" }];
};
