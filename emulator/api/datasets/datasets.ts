// `/datasets/`: list, create, read, change, delete, transfer (contract, "Datasets").
import { randomUUID } from "node:crypto";
import { DATA_TYPES } from "../../media";
import type { Dataset, Owner } from "../../state/records";
import { readBucket } from "./buckets";
import { datasetStatus, showDataset } from "./dataset-view";
import { Fields } from "../fields";
import { isAlwaysSequence } from "./sequences";
import { isNamed, isOwn, maySee, memberOf, readOwner, userOwner } from "../owners";
import { cursorPage, listPage } from "../pages";
import {
  created,
  forbidden,
  invalid,
  methodNotAllowed,
  noContent,
  notFound,
  ok,
  taken,
} from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";

const VISIBILITIES = ["private", "public", "unlisted"];

export function listDatasets(request: ApiRequest, world: World): ApiReply {
  const { query, caller, now } = request;
  const filters: readonly ((dataset: Dataset) => boolean)[] = [
    (dataset) => isOwn(caller.user, dataset.owner),
    (dataset) => dataset.name.toLowerCase().includes((query.get("name") ?? "").toLowerCase()),
    (dataset) => (query.get("data_type") ?? dataset.dataType) === dataset.dataType,
    (dataset) => (query.get("visibility") ?? dataset.visibility) === dataset.visibility,
    (dataset) =>
      (query.get("status") ?? datasetStatus(dataset, now)) === datasetStatus(dataset, now),
  ];
  const rows = [...world.state.datasets.values()]
    .filter((dataset) => filters.every((holds) => holds(dataset)))
    .sort((a, b) => b.seq - a.seq);
  const show = (dataset: Dataset): unknown => showDataset(dataset, world, now);
  return cursorPage(request, rows, (dataset) => -dataset.seq, show, world.config.dialect);
}

export function getDataset(request: ApiRequest, world: World): ApiReply {
  const dataset = world.state.datasets.get(request.params[0] ?? "");
  if (dataset === undefined || !maySee(request.caller.user, dataset)) throw notFound();
  return ok(showDataset(dataset, world, request.now));
}

/** `/datasets/{owner}/list/`. */
export function listOwnerDatasets(request: ApiRequest, world: World): ApiReply {
  const { caller, now, params } = request;
  const rows = [...world.state.datasets.values()]
    .filter(({ owner }) => isNamed(owner, params[0] ?? "", world))
    .filter((dataset) => maySee(caller.user, dataset))
    .sort((a, b) => b.seq - a.seq);
  const show = (dataset: Dataset): unknown => showDataset(dataset, world, now);
  return listPage(request, rows, show, world.config);
}

export function getDatasetBySlug(request: ApiRequest, world: World): ApiReply {
  return ok(showDataset(datasetAt(request, world), world, request.now));
}

/** The dataset at `/datasets/{owner}/{slug}/…`, or a 404, also when it is another's private one. */
export function datasetAt(request: ApiRequest, world: World): Dataset {
  const [owner = "", slug = ""] = request.params;
  for (const dataset of world.state.datasets.values()) {
    if (dataset.slug !== slug || !isNamed(dataset.owner, owner, world)) continue;
    if (maySee(request.caller.user, dataset)) return dataset;
  }
  throw notFound();
}

/** The same, when the caller is about to change it. */
function ownDatasetAt(request: ApiRequest, world: World): Dataset {
  const dataset = datasetAt(request, world);
  if (isOwn(request.caller.user, dataset.owner)) return dataset;
  throw forbidden("You do not have permission to perform this action.");
}

interface NewDataset {
  readonly owner: Owner;
  readonly fields: Pick<
    Dataset,
    "name" | "slug" | "dataType" | "isSequence" | "visibility" | "metadata" | "industry" | "license"
  >;
}

/** Reads the body that `POST /datasets/` and the confirm share. */
export function readNewDataset(fields: Fields, request: ApiRequest, world: World): NewDataset {
  const name = fields.text("name", { required: true, maxLength: 255 }) ?? "";
  const slug = fields.slug("slug", { required: true }) ?? "";
  const dataType = fields.choice("data_type", DATA_TYPES, true) ?? "";
  const visibility = fields.choice("visibility", VISIBILITIES) ?? "private";
  fields.flag("create_metadata");
  const isFlagged = fields.flag("is_sequence") ?? false;
  const isSequence = isFlagged || isAlwaysSequence(dataType, world.config.dialect);
  const metadata = fields.object("metadata") ?? null;
  const industry = fields.integer("industry", 1) ?? null;
  const license = fields.integer("license", 1) ?? null;
  const owner = readOwner(fields, request, world.state);
  fields.check();
  return {
    owner: owner(),
    fields: { name, slug, dataType, isSequence, visibility, metadata, industry, license },
  };
}

/** Name and slug are each unique for an owner (contract, "Errors"). */
export function refuseTaken(fresh: NewDataset, world: World): void {
  const { owner } = fresh;
  const { name, slug } = fresh.fields;
  const { dialect } = world.config;
  if (world.state.takenNames.has(name)) throw taken("name", dialect);
  for (const other of world.state.datasets.values()) {
    if (other.owner.uid !== owner.uid) continue;
    if (other.name === name) throw taken("name", dialect);
    if (other.slug === slug) throw taken("slug", dialect);
  }
}

export function newDataset(fresh: NewDataset, request: ApiRequest, world: World): Dataset {
  const uid = randomUUID();
  return {
    uid,
    seq: world.state.nextSeq(),
    owner: fresh.owner,
    ...fresh.fields,
    prefix: null,
    annotationsCount: 0,
    createdAt: request.now,
    updatedAt: request.now,
    readyAt: request.now + world.config.ingestMs,
  };
}

export function createDataset(request: ApiRequest, world: World): ApiReply {
  const fields = new Fields(request.body);
  checkProviderConfig(fields);
  fields.text("gpu_texture_format");
  const fresh = readNewDataset(fields, request, world);
  const hasRole = (fields.object("provider_config")?.["s3_role_arn"] ?? null) !== null;
  if (hasRole && fresh.owner.kind === "user")
    throw invalid({ provider_config: ["s3_role_arn: Only for an organization's dataset."] });
  refuseTaken(fresh, world);
  const dataset = newDataset(fresh, request, world);
  world.state.datasets.set(dataset.uid, dataset);
  return created(showDataset(dataset, world, request.now));
}

/** Its errors stand under its own name, each with the field's. */
function checkProviderConfig(fields: Fields): void {
  const config = fields.object("provider_config");
  if (config === undefined) return;
  const inner = new Fields(config);
  readBucket(inner);
  for (const [name, messages] of Object.entries(inner.problems()))
    fields.fail("provider_config", ...messages.map((message) => `${name}: ${message}`));
}

/** No source has a route that changes a dataset: the dialect says whether this server does. */
function refuseChange({ method }: ApiRequest, { config }: World): void {
  const { datasetChanges } = config.dialect;
  if (datasetChanges === "absent") throw methodNotAllowed(method, ["GET"]);
  if (datasetChanges === "forbidden")
    throw forbidden("You do not have permission to perform this action.");
  if (datasetChanges === "notFound") throw notFound();
}

export function updateDataset(request: ApiRequest, world: World): ApiReply {
  refuseChange(request, world);
  const { dialect } = world.config;
  const before = ownDatasetAt(request, world);
  const fields = new Fields(request.body);
  const changed = {
    name: fields.text("name", { maxLength: 255 }) ?? before.name,
    slug: fields.slug("slug") ?? before.slug,
    visibility: fields.choice("visibility", VISIBILITIES) ?? before.visibility,
    metadata: fields.object("metadata") ?? before.metadata,
    industry: fields.integer("industry", 1) ?? before.industry,
    license: fields.integer("license", 1) ?? before.license,
  };
  fields.check();
  for (const other of world.state.datasets.values()) {
    const isSameOwner = other.owner.uid === before.owner.uid && other.uid !== before.uid;
    if (isSameOwner && other.name === changed.name) throw taken("name", dialect);
    if (isSameOwner && other.slug === changed.slug) throw taken("slug", dialect);
  }
  const dataset = world.state.datasets.set(before.uid, {
    ...before,
    ...changed,
    updatedAt: request.now,
  });
  return ok(showDataset(dataset, world, request.now));
}

/** The dataset goes, its files stay: there is no call that removes a stored file. */
export function deleteDataset(request: ApiRequest, world: World): ApiReply {
  refuseChange(request, world);
  const dataset = ownDatasetAt(request, world);
  world.state.datasets.delete(dataset.uid);
  world.state.items.delete(dataset.uid);
  return noContent();
}

export function transferDataset(request: ApiRequest, world: World): ApiReply {
  const before = ownDatasetAt(request, world);
  const fields = new Fields(request.body);
  const organization = fields.uuid("organization_uid");
  const username = fields.text("owner_username");
  fields.check();
  if ((organization === undefined) === (username === undefined)) {
    throw invalid({
      non_field_errors: ["Give exactly one of organization_uid and owner_username."],
    });
  }
  const { user } = request.caller;
  if (username !== undefined && username !== user.username) {
    throw forbidden(
      "A dataset can only be transferred to yourself or to an organization of yours.",
    );
  }
  const owner =
    organization === undefined ? userOwner(user) : memberOf(organization, request, world.state);
  const fresh = { owner, fields: before };
  if (owner.uid !== before.owner.uid) refuseTaken(fresh, world);
  const dataset = world.state.datasets.set(before.uid, {
    ...before,
    owner,
    updatedAt: request.now,
  });
  return ok(showDataset(dataset, world, request.now));
}
