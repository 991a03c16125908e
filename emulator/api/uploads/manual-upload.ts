// Presign, quota, confirm (contract, "Uploading files"). The second protocol's own calls are in managed-upload.ts.
import { randomUUID } from "node:crypto";
import { allowedMimes, contentTypeOf, isIndexed } from "../../media";
import type { Dataset, Item, StoredObject } from "../../state/records";
import { FORM_LIMIT_BYTES } from "../../storage/s3/presign";
import { isIndexedIn, noteBatch } from "./batches";
import { showDataset } from "../datasets/dataset-view";
import { newDataset, readNewDataset, refuseTaken } from "../datasets/datasets";
import { Fields } from "../fields";
import { presignManaged, refuseOpenBatch } from "./managed-upload";
import { readOwner, storageRoot } from "../owners";
import { created, invalid, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import type { FileTarget } from "./upload-target";
import { reserve } from "./upload-target";

export function presignUpload(request: ApiRequest, world: World): ApiReply | Promise<ApiReply> {
  const fields = new Fields(request.body);
  const name = fields.text("dataset_name", { required: true, maxLength: 255 }) ?? "";
  const path = fields.text("file_path_in_dataset", { required: true, maxLength: 1024 }) ?? "";
  const size = fields.integer("content_length", 0);
  const batch = fields.uuid("dataset_upload_uid");
  const version = fields.integer("upload_protocol_version", 1) ?? 1;
  const owner = readOwner(fields, request, world.state);
  if (name !== "" && (name.includes("/") || !isPlainPath(name)))
    fields.fail("dataset_name", "Enter a valid dataset name.");
  if (path !== "" && !isPlainPath(path))
    fields.fail("file_path_in_dataset", "Enter a relative path without '.' or '..' parts.");
  const { uploadReply } = world.config.dialect;
  const offersSecond = version >= 2 && batch !== undefined;
  const isManaged = offersSecond && uploadReply === "managed";
  if (uploadReply === "refused") {
    for (const field of ["upload_protocol_version", "dataset_upload_uid"])
      if (fields.has(field)) fields.fail(field, "This field is not supported.");
  }
  if (isManaged && size === undefined) fields.fail("content_length", "This field is required.");
  if (!isManaged && size !== undefined && size > FORM_LIMIT_BYTES) {
    fields.fail(
      "content_length",
      `Ensure this value is less than or equal to ${String(FORM_LIMIT_BYTES)}.`,
    );
  }
  fields.check();
  const root = storageRoot(owner());
  const lifeMs = request.expired ? -1000 : world.config.presignSeconds * 1000;
  const target: FileTarget = {
    root,
    key: `${root}${name}/${path}`,
    contentType: contentTypeOf(path),
    size,
    expiresAt: request.now + lifeMs,
  };
  noteBatch(target.key, offersSecond && uploadReply !== "ignored" ? batch : undefined, world);
  if (isManaged) return presignManaged({ ...target, size: size ?? 0, batch }, request, world);
  reserve(target, request, world);
  const form = world.presigner.postForm({ ...target, now: request.now });
  return { status: 200, body: { method: "POST", ...form }, key: target.key };
}

/** No empty, `.` or `..` part, no backslash, no control character. */
function isPlainPath(path: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

export function getQuota(request: ApiRequest, world: World): ApiReply {
  const organization = request.query.get("organization_uid");
  const fields = new Fields(organization === null ? {} : { organization_uid: organization });
  const owner = readOwner(fields, request, world.state);
  fields.check();
  const root = storageRoot(owner());
  const used = world.store.usedBytes(root) + world.reservations.bytes(root, request.now);
  return ok({ used, limit: world.config.quotaBytes });
}

export function getAllowedMimes(): ApiReply {
  return ok(allowedMimes());
}

/**
 * Makes a dataset of everything under `<owner root>/<name>/`, whoever left it there and when, or of
 * the batch that is named, as the dialect has it. A name is confirmed once.
 */
export async function confirmUpload(request: ApiRequest, world: World): Promise<ApiReply> {
  const fields = new Fields(request.body);
  const { dialect } = world.config;
  const named = fields.uuid("dataset_upload_uid");
  if (dialect.uploadReply === "refused" && fields.has("dataset_upload_uid"))
    fields.fail("dataset_upload_uid", "This field is not supported.");
  const batch = dialect.uploadReply === "ignored" ? undefined : named;
  const fresh = readNewDataset(fields, request, world);
  if (dialect.uploadVisibility === "private" && fresh.fields.visibility !== "private")
    throw invalid({ visibility: ["An uploaded dataset has to be private."] });
  if (batch !== undefined) refuseOpenBatch(batch, world);
  refuseTaken(fresh, world);
  const prefix = `${storageRoot(fresh.owner)}${fresh.fields.name}/`;
  const stored = await world.store.list(prefix);
  const objects = stored.filter(({ key }) => isIndexedIn(key, batch, world));
  // The listing may have taken a while on a real store, and another confirm come in between.
  refuseTaken(fresh, world);
  const dataset = { ...newDataset(fresh, request, world), prefix };
  world.state.datasets.set(dataset.uid, dataset);
  world.state.items.set(dataset.uid, index(dataset, objects, request));
  for (const object of objects) world.reservations.close(storageRoot(fresh.owner), object.key);
  return created(showDataset(dataset, world, request.now));
}

function index(
  { prefix, dataType, readyAt }: Dataset & { readonly prefix: string },
  objects: readonly StoredObject[],
  request: ApiRequest,
): readonly Item[] {
  return objects
    .map(({ key, size }) => ({ key: key.slice(prefix.length), size }))
    .filter(({ key }) => isIndexed(key, dataType))
    .map((file) => ({
      ...file,
      uid: randomUUID(),
      createdAt: request.now,
      visibleAt: readyAt,
    }));
}
