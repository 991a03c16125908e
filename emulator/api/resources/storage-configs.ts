// `/storage-configs/` (contract, "Storage configs"): a user's or an organization's, as the dialect has it.
import { isoTime } from "../../clock";
import type { PlainResource } from "../../state/records";
import { uidFor } from "../../state/state";
import { readBucket } from "../datasets/buckets";
import { Fields } from "../fields";
import { findBySlug, isMember } from "../owners";
import { cursorPage, found } from "../pages";
import { created, forbidden, invalid, noContent, notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import { addPlain, showPlain } from "./resources";

/** The organization that a call is for; undefined where configs are a user's. */
function organizationOf(request: ApiRequest, world: World): string | undefined {
  const { organizations } = request.caller.user;
  const slug = request.query.get("organization");
  const named = slug === null ? undefined : findBySlug(world.state, slug)?.uid;
  if (slug !== null && (named === undefined || !organizations.includes(named)))
    throw forbidden("You are not a member of this organization.");
  if (named !== undefined || world.config.dialect.storageConfigs === "user") return named;
  const [only, ...others] = organizations;
  if (only !== undefined && others.length === 0) return only;
  throw invalid({
    organization: ["This parameter is required: you are a member of several organizations."],
  });
}

/** Whose it is decides who may see it: the user's own, or those of the caller's organizations. */
function isOfCaller(row: PlainResource, { caller }: ApiRequest): boolean {
  const { organizationUid } = row;
  if (organizationUid === undefined) return row.userUid === caller.user.uid;
  return isMember(caller.user, organizationUid);
}

/** The one at the path: of the organization that the call is for, where configs are an organization's. */
function configAt(request: ApiRequest, world: World): PlainResource {
  const organization = organizationOf(request, world);
  const row = found(world.state.storageConfigs.get(request.params[0] ?? ""));
  if (!isOfCaller(row, request)) throw notFound();
  if (organization !== undefined && row.organizationUid !== organization) throw notFound();
  return row;
}

export function listStorageConfigs(request: ApiRequest, world: World): ApiReply {
  const organization = organizationOf(request, world);
  const rows = [...world.state.storageConfigs.values()]
    .filter((row) => isOfCaller(row, request))
    .filter((row) => organization === undefined || row.organizationUid === organization)
    .sort((a, b) => b.seq - a.seq);
  return cursorPage(request, rows, (row) => -row.seq, showPlain);
}

export function createStorageConfig(request: ApiRequest, world: World): ApiReply {
  const organization = organizationOf(request, world);
  const fields = new Fields(request.body);
  const name = fields.text("name", { required: true, maxLength: 255 });
  const bucket = readBucket(fields);
  fields.check();
  const kept = { name, ...bucket, is_verified: false, last_verified_at: null };
  const row = addPlain(world.state.storageConfigs, kept, request, world);
  return created(
    showPlain(
      organization === undefined
        ? row
        : world.state.storageConfigs.set(row.uid, { ...row, organizationUid: organization }),
    ),
  );
}

export function getStorageConfig(request: ApiRequest, world: World): ApiReply {
  return ok(showPlain(configAt(request, world)));
}

export function deleteStorageConfig(request: ApiRequest, world: World): ApiReply {
  world.state.storageConfigs.delete(configAt(request, world).uid);
  return noContent();
}

/** The bucket is not there to be asked: it answers unless a test has it fail. */
export function testStorageConfig(request: ApiRequest, world: World): ApiReply {
  const row = configAt(request, world);
  const errors = world.storageTestErrors.shift();
  const verified = errors === undefined;
  const fields = {
    ...row.fields,
    is_verified: verified,
    last_verified_at: verified ? isoTime(request.now) : null,
  };
  world.state.storageConfigs.set(row.uid, { ...row, fields, updatedAt: request.now });
  return ok(verified ? { verified } : { verified, errors });
}

export function getSetupInfo(request: ApiRequest, world: World): ApiReply {
  const owner = organizationOf(request, world) ?? request.caller.user.uid;
  return ok({ avala_aws_account_id: "000000000000", external_id: uidFor(`external ${owner}`) });
}
