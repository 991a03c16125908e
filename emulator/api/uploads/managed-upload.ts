// The second upload protocol: PUT and MULTIPART, with part state kept by the server (contract, "Uploading files").
import type { ManagedUpload } from "../../state/records";
import { uidFor } from "../../state/state";
import { FORM_LIMIT_BYTES } from "../../storage/s3/presign";
import { countFiles } from "./batches";
import { Fields } from "../fields";
import { conflict, invalid, notFound, ok, refuse } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import type { FileTarget } from "./upload-target";
import { reserve } from "./upload-target";

/** S3's bounds, which the contract repeats. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PART_BYTES = 128 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** As many as a call signs where it leaves the others out. */
const FEW = 2;

interface ManagedTarget extends FileTarget {
  readonly size: number;
  readonly batch: string;
}

/** The same file in the same batch gets the session that it has, so that a broken run resumes. */
export async function presignManaged(
  target: ManagedTarget,
  request: ApiRequest,
  world: World,
): Promise<ApiReply> {
  const uid = uidFor(`${target.batch}/${target.key}`);
  const before = world.state.uploads.get(uid);
  if (before !== undefined && before.size !== target.size) {
    throw conflict("This file was presigned in this batch with another content_length.");
  }
  if (before?.complete !== true) reserve(target, request, world);
  const upload = before ?? (await openSession(uid, target, request, world));
  return { status: 200, body: await describe(upload, request, world), key: upload.objectKey };
}

async function openSession(
  uid: string,
  target: ManagedTarget,
  request: ApiRequest,
  world: World,
): Promise<ManagedUpload> {
  const { config, store, state } = world;
  const isMultipart = target.size >= config.multipartFromBytes || target.size > FORM_LIMIT_BYTES;
  const wanted = Math.max(config.partSizeBytes, Math.ceil(target.size / MAX_PARTS), MIN_PART_BYTES);
  if (isMultipart && wanted > MAX_PART_BYTES) {
    throw invalid({ content_length: ["This file is too large to upload."] });
  }
  const upload: ManagedUpload = {
    uid,
    batch: target.batch,
    userUid: request.caller.user.uid,
    objectKey: target.key,
    size: target.size,
    contentType: target.contentType,
    partSize: wanted,
    partCount: Math.ceil(target.size / wanted),
    storeUploadId: isMultipart ? await store.beginMultipart(target.key, target.contentType) : null,
    complete: false,
  };
  return state.uploads.set(upload.uid, upload);
}

async function describe(
  upload: ManagedUpload,
  request: ApiRequest,
  world: World,
): Promise<unknown> {
  const { storeUploadId, objectKey, uid, complete } = upload;
  if (storeUploadId === null) {
    // A size in the signature and `If-None-Match`: the object is written once, whole, or not at all.
    const headers = { "content-type": upload.contentType, "if-none-match": "*" };
    const url = world.presigner.url({
      method: "PUT",
      key: objectKey,
      headers: { ...headers, "content-length": String(upload.size) },
      ...life(request, world),
    });
    const sent = { "Content-Type": upload.contentType, "If-None-Match": "*" };
    return { method: "PUT", upload_uid: uid, url, headers: sent, complete };
  }
  const parts = complete ? [] : await world.store.listParts(objectKey, storeUploadId);
  return {
    method: "MULTIPART",
    upload_uid: uid,
    part_size: upload.partSize,
    part_count: upload.partCount,
    uploaded_parts: parts.map(({ partNumber, size }) => ({ part_number: partNumber, size })),
    complete,
  };
}

export function signParts(request: ApiRequest, world: World): ApiReply {
  const upload = sessionAt(request, world);
  const { storeUploadId } = upload;
  const fields = new Fields(request.body);
  const numbers = fields.list("part_numbers", true) ?? [];
  const isPart = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= upload.partCount;
  if (fields.has("part_numbers") && numbers.length === 0)
    fields.fail("part_numbers", "This list may not be empty.");
  if (!numbers.every(isPart))
    fields.fail("part_numbers", `Part numbers go from 1 to ${String(upload.partCount)}.`);
  const { parts: limit } = world.config.dialect;
  if ((limit === "one" || limit === "one422") && numbers.length > 1)
    fields.fail("part_numbers", "Ensure this field has no more than 1 elements.");
  fields.check(limit === "one422" ? 422 : 400);
  if (storeUploadId === null) throw conflict("This upload has no parts.");
  if (upload.complete) throw conflict("This upload is complete.");
  const signed = limit === "few" ? numbers.slice(0, FEW) : numbers;
  const parts = signed.filter(isPart).map((partNumber) => {
    const size = Math.min(upload.partSize, upload.size - (partNumber - 1) * upload.partSize);
    const query = [
      ["partNumber", String(partNumber)],
      ["uploadId", storeUploadId],
    ] as const;
    const headers = { "content-length": String(size) };
    const url = world.presigner.url({
      method: "PUT",
      key: upload.objectKey,
      query,
      headers,
      ...life(request, world),
    });
    return { part_number: partNumber, url, headers: {} };
  });
  return { ...ok({ parts }), key: upload.objectKey };
}

/** May be repeated: a complete upload is complete. */
export async function completeUpload(request: ApiRequest, world: World): Promise<ApiReply> {
  const upload = sessionAt(request, world);
  if (!upload.complete) {
    await finish(upload, world);
    world.state.uploads.set(upload.uid, { ...upload, complete: true });
  }
  return {
    ...ok({ upload_uid: upload.uid, complete: true, size: upload.size }),
    key: upload.objectKey,
  };
}

async function finish(upload: ManagedUpload, world: World): Promise<void> {
  const { storeUploadId, objectKey, size } = upload;
  if (storeUploadId !== null) {
    const parts = await world.store.listParts(objectKey, storeUploadId);
    const bytes = parts.reduce((sum, part) => sum + part.size, 0);
    if (parts.length !== upload.partCount || bytes !== size) {
      const detail = `Upload is not complete: ${String(parts.length)} of ${String(upload.partCount)} parts.`;
      throw refuse(409, { detail, code: "incomplete" });
    }
    await world.store.completeMultipart(objectKey, storeUploadId);
    return;
  }
  const object = await world.store.head(objectKey);
  if (object?.size !== size)
    throw refuse(409, { detail: "Upload is not complete: no such file.", code: "incomplete" });
}

/** A batch is confirmed whole or not at all. */
export function refuseOpenBatch(batch: string, world: World): void {
  let open = 0;
  let all = countFiles(batch, world);
  for (const upload of world.state.uploads.values()) {
    if (upload.batch !== batch) continue;
    all += 1;
    if (!upload.complete) open += 1;
  }
  if (all === 0) throw invalid({ dataset_upload_uid: ["No file was presigned in this batch."] });
  if (open > 0)
    throw refuse(409, {
      detail: `${String(open)} uploads of this batch are not complete.`,
      code: "incomplete",
    });
}

function sessionAt(request: ApiRequest, world: World): ManagedUpload {
  const upload = world.state.uploads.get(request.params[0] ?? "");
  if (upload?.userUid !== request.caller.user.uid) throw notFound();
  return upload;
}

/** Whoever signs an expired URL signed it long enough ago. */
function life(
  request: ApiRequest,
  world: World,
): { readonly seconds: number; readonly now: number } {
  const seconds = world.config.presignSeconds;
  return { seconds, now: request.expired ? request.now - (seconds + 1) * 1000 : request.now };
}
