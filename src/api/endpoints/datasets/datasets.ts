// Datasets: one function an endpoint (contract, "Datasets"). Knows nothing of files.
import { AvalaError, isApiError, isNotFound, type ApiError } from "../../../errors";
import { isRecord } from "../../../json";
import { refuse } from "../../../shapes";
import { checkBucket } from "./bucket-rules";
import { callFor } from "../../call-for";
import { PAGE_ENTRIES } from "../../limits";
import { aSession, type Avala } from "../../connection";
import {
  DATASET_FILTER,
  DATASET_PAGE,
  aNewOwner,
  aRef,
  aUidOrRef,
  DATASET_CHANGES,
  type DatasetChanges,
  type DatasetFilter,
  type DatasetRef,
  type NewOwner,
} from "./dataset-given";
import { datasetBody, readDataset, type Dataset, type DatasetInput } from "./dataset-wire";
import { listAll, listPage, warnOfUnreadable, type ListCall, type Page } from "../../pages";
import { hideCredentials } from "./provider-config";

function listCall(filter: DatasetFilter, cursor?: string): ListCall {
  const { dataType, name, status, visibility, limit } = filter;
  return {
    route: "GET /datasets/",
    path: ["datasets"],
    query: { data_type: dataType, name, status, visibility, limit, cursor },
    what: "list datasets",
  };
}

/** Page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listDatasets(avala: Avala, filter: DatasetFilter = {}): AsyncIterable<Dataset> {
  refuse(aSession("avala", avala), DATASET_FILTER("filter", filter));
  return listAll(avala, listCall(filter), readDataset);
}

interface SearchOptions {
  /** How many are known, for the size of pages. */
  readonly expected?: number | undefined;
  /** An entry that can't be read is an error: what the list lacks would be taken for not there. @default a warning */
  readonly isWhole?: boolean | undefined;
}

/**
 * Those that may have this name, without entries that can't be read: others' faults must not stop who looks for one. An
 * entry of exactly this name is an error, as it may be the one.
 * @param expected how many there are at the least, where that is known: of many, larger pages are asked for
 */
export function searchDatasets(
  avala: Avala,
  name: string,
  { expected = 0, isWhole = false }: SearchOptions = {},
): AsyncIterable<Dataset> {
  const isLong = expected > PAGE_ENTRIES;
  const warn = warnOfUnreadable(avala);
  const onUnreadable = (error: AvalaError, entry: unknown): void => {
    if (isWhole || (isRecord(entry) && entry["name"] === name)) throw error;
    warn(error);
  };
  const call = { ...listCall({ name }), isLong, onUnreadable };
  return listAll(avala, call, readDataset);
}

/** One page; `cursor` is that of a `next` link. @throws ApiError, as {@link Avala.call} */
export async function listDatasetPage(
  avala: Avala,
  options: DatasetFilter & { readonly cursor?: string | undefined } = {},
): Promise<Page<Dataset>> {
  refuse(aSession("avala", avala), DATASET_PAGE("options", options));
  return listPage(avala, listCall(options, options.cursor), readDataset);
}

/** How a dataset is called in messages. */
export function nameOf(ref: string | DatasetRef): string {
  return typeof ref === "string" ? ref : `${ref.owner}/${ref.slug}`;
}

export function refPath({ owner, slug }: DatasetRef): string[] {
  return ["datasets", owner, slug];
}

/** By uid, or by owner and slug. @throws ApiError `not_found` when there is none the key may see */
export async function getDataset(avala: Avala, ref: string | DatasetRef): Promise<Dataset> {
  refuse(aSession("avala", avala), aUidOrRef("ref", ref));
  const byUid = typeof ref === "string";
  return callFor(
    avala,
    {
      method: "GET",
      route: byUid ? "GET /datasets/{uid}/" : "GET /datasets/{owner}/{slug}/",
      path: byUid ? ["datasets", ref] : refPath(ref),
      repeat: "safe",
      what: `read dataset ${nameOf(ref)}`,
    },
    readDataset,
  );
}

/**
 * One POST. Not repeated when its outcome is unknown: the error is then `ambiguous`, and the caller looks whether the
 * dataset is there. Credentials in `providerConfig` are masked from now on.
 * @throws InputError for fields of a bucket that don't go together; ApiError `validation`, `conflict` for a slug that is taken
 */
export async function createDataset(avala: Avala, input: DatasetInput): Promise<Dataset> {
  hideCredentials(avala.secrets, input.providerConfig);
  checkBucket(input.providerConfig, {
    hasOrganization: (input.organizationUid ?? input.ownerName) !== undefined,
    input: "organizationUid",
  });
  return callFor(
    avala,
    {
      method: "POST",
      route: "POST /datasets/",
      path: ["datasets"],
      body: datasetBody(input),
      repeat: "ambiguous",
      what: `create dataset ${input.name}`,
    },
    readDataset,
  );
}

/** A look that fails in another way does not say that the dataset is gone. */
export function ignoreGone(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}

/** A server without the call may answer 403 as well: what the key lacks stays in the hint. */
function notAllowed(what: string, error: ApiError): AvalaError {
  return new AvalaError(
    "not_offered",
    `This Avala deployment can't ${what}, or does not allow it with this key. ${error.message}`,
    { hint: error.hint, cause: error },
  );
}

/**
 * 403, 404 and 405 mean "not offered" (contract, "Datasets"). A 404 for a dataset that is there means that the route is
 * not: so it is looked at before it is believed to be gone.
 */
async function orNotOffered<T>(
  avala: Avala,
  ref: DatasetRef,
  what: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isApiError(error)) throw error;
    if (error.code === "permission") throw notAllowed(what, error);
    if (error.code !== "not_found") throw error;
    if ((await getDataset(avala, ref).catch(ignoreGone)) === undefined) throw error;
    throw new AvalaError(
      "not_offered",
      `This deployment of Avala can't ${what}: it has no ${error.route}.`,
      {
        hint: "Do it in Avala's dashboard, or ask Avala for this call.",
        cause: error,
      },
    );
  }
}

/**
 * PATCH; may be repeated.
 * @throws AvalaError `not_offered` when the deployment has no such route, or the key may not use it; ApiError `not_found` when the dataset is gone
 */
export async function updateDataset(
  avala: Avala,
  ref: DatasetRef,
  changes: DatasetChanges,
): Promise<Dataset> {
  refuse(aSession("avala", avala), aRef("ref", ref), DATASET_CHANGES("changes", changes));
  const what = `update dataset ${nameOf(ref)}`;
  const { extraFields, ...named } = changes;
  return orNotOffered(avala, ref, what, () =>
    callFor(
      avala,
      {
        method: "PATCH",
        route: "PATCH /datasets/{owner}/{slug}/",
        path: refPath(ref),
        body: { ...named, ...extraFields },
        repeat: "safe",
        what,
      },
      readDataset,
    ),
  );
}

/** DELETE; may be repeated. @throws as {@link updateDataset} */
export async function deleteDataset(avala: Avala, ref: DatasetRef): Promise<void> {
  refuse(aSession("avala", avala), aRef("ref", ref));
  const what = `delete dataset ${nameOf(ref)}`;
  await orNotOffered(avala, ref, what, () =>
    avala.call({
      method: "DELETE",
      route: "DELETE /datasets/{owner}/{slug}/",
      path: refPath(ref),
      repeat: "safe",
      what,
    }),
  );
}

/** Gives the dataset to another owner. Not repeated when its outcome is unknown. @throws ApiError */
export async function transferDataset(
  avala: Avala,
  ref: DatasetRef,
  to: NewOwner,
): Promise<Dataset> {
  refuse(aSession("avala", avala), aRef("ref", ref), aNewOwner("to", to));
  const body =
    "organizationUid" in to
      ? { organization_uid: to.organizationUid }
      : { owner_username: to.ownerUsername };
  return callFor(
    avala,
    {
      method: "POST",
      route: "POST /datasets/{owner}/{slug}/transfer/",
      path: [...refPath(ref), "transfer"],
      body,
      repeat: "ambiguous",
      what: `transfer dataset ${nameOf(ref)}`,
    },
    readDataset,
  );
}
