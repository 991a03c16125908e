// The plain REST resources: users, organizations, projects, slices, and what storage configs and webhooks share with them
// (contract, "Users and organizations", "Projects, tasks and quality", "Slices").
import { randomUUID } from "node:crypto";
import { isoTime } from "../../clock";
import type { Organization, PlainResource, Slice } from "../../state/records";
import { Fields } from "../fields";
import { findBySlug, isMember, isNamed, isOwn, readOwner, shownOwner } from "../owners";
import { found, listPage } from "../pages";
import { created, notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import type { Table } from "../../state/table";

export function listSlices(request: ApiRequest, world: World): ApiReply {
  const rows = [...world.state.slices.values()].filter(
    (slice) =>
      isNamed(slice.owner, request.params[0] ?? "", world) &&
      isOwn(request.caller.user, slice.owner),
  );
  return listPage(request, rows, (slice) => showSlice(slice, world), world.config);
}

export function getSlice(request: ApiRequest, world: World): ApiReply {
  const [owner = "", slug = ""] = request.params;
  for (const slice of world.state.slices.values()) {
    const isAt = slice.slug === slug && isNamed(slice.owner, owner, world);
    if (isAt && isOwn(request.caller.user, slice.owner)) return ok(showSlice(slice, world));
  }
  throw notFound();
}

export function createSlice(request: ApiRequest, world: World): ApiReply {
  const fields = new Fields(request.body);
  const name = fields.text("name", { required: true, maxLength: 255 }) ?? "";
  const visibility = fields.choice("visibility", ["private", "public"]) ?? "private";
  const parts = fields.list("sub_slices", true) ?? [];
  const owner = readOwner(fields, request, world.state);
  const datasets = parts.map(partDataset);
  if (!datasets.every((uid) => uid !== undefined))
    fields.fail("sub_slices", 'Each one takes {"type": "dataset", "dataset_uid": UID}.');
  fields.check();
  const uid = randomUUID();
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const seq = world.state.nextSeq();
  const slice = world.state.slices.set(uid, {
    uid,
    seq,
    owner: owner(),
    name,
    slug,
    visibility,
    datasets: datasets.filter((of) => of !== undefined),
  });
  return created(showSlice(slice, world));
}

function partDataset(part: unknown): string | undefined {
  if (typeof part !== "object" || part === null) return undefined;
  const { dataset_uid: uid } = part as { dataset_uid?: unknown };
  return typeof uid === "string" ? uid : undefined;
}

function showSlice(slice: Slice, world: World): unknown {
  return {
    uid: slice.uid,
    name: slice.name,
    slug: slice.slug,
    owner_name: shownOwner(slice.owner, world),
    visibility: slice.visibility,
    status: "created",
    sub_slices: slice.datasets.map((uid) => ({ type: "dataset", dataset_uid: uid })),
  };
}

/** Contract, "Pagination". */
const ORGANIZATIONS_PER_PAGE = 20;

export function listOrganizations(request: ApiRequest, world: World): ApiReply {
  const rows = [...world.state.organizations.values()].filter(({ uid }) =>
    isMember(request.caller.user, uid),
  );
  return listPage(request, rows, showOrganization, {
    dialect: world.config.dialect,
    most: ORGANIZATIONS_PER_PAGE,
  });
}

export function getOrganization(request: ApiRequest, world: World): ApiReply {
  const organization = found(findBySlug(world.state, request.params[0] ?? ""));
  if (!isMember(request.caller.user, organization.uid)) throw notFound();
  return ok(showOrganization(organization));
}

function showOrganization(organization: Organization): unknown {
  const { uid, name, slug, createdAt } = organization;
  return {
    uid,
    name,
    slug,
    handle: slug,
    role: "owner",
    is_active: true,
    created_at: isoTime(createdAt),
  };
}

/** What the storage configs and webhooks share: rows kept as sent. */
export function addPlain(
  table: Table<PlainResource>,
  fields: PlainResource["fields"],
  request: ApiRequest,
  world: World,
): PlainResource {
  const uid = randomUUID();
  const { now, caller } = request;
  const seq = world.state.nextSeq();
  return table.set(uid, {
    uid,
    seq,
    userUid: caller.user.uid,
    fields,
    createdAt: now,
    updatedAt: now,
  });
}

export function showPlain(row: PlainResource): Record<string, unknown> {
  return {
    uid: row.uid,
    ...row.fields,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
  };
}
