// The API's side of an upload: presign, confirm, quota (contract, "Uploading files"). Sends no bytes of files.
import { withoutAdvice } from "../errors";
import { callFor } from "./call-for";
import type { Avala } from "./connect";
import { describeBody, readDataset, type Dataset, type DatasetDescription } from "./dataset-wire";
import { badReply, Fields, isRecord } from "./wire";

export interface PresignInput {
  readonly datasetName: string;
  /** In the dataset. */
  readonly path: string;
  /** The server signs it into the policy. */
  readonly sizeBytes: number;
  readonly organizationUid?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where and with which fields one file goes by form POST. URL and fields are secrets. */
export interface FormPresign {
  readonly url: string;
  /** All are sent, in this order, before the file. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const PRESIGN = "POST /datasets/manual-upload/file-upload-url/";

/** Reads the reply of the first protocol. */
export function readForm(json: unknown): FormPresign {
  const reply = Fields.of(json, PRESIGN);
  const method = reply.maybeText("method") ?? "POST";
  if (method.toUpperCase() !== "POST")
    throw badReply(PRESIGN, "a form upload was asked for, and another method came");
  const fields = Object.entries(reply.record("fields")).map(([name, value]): [string, string] => {
    if (typeof value === "string") return [name, value];
    if (typeof value === "number") return [name, String(value)];
    throw badReply(PRESIGN, `the form field "${name}" should be text`);
  });
  return { url: reply.text("url"), fields };
}

/**
 * Asks where one file goes. One try: what is presigned expires, so the upload's own retry presigns anew each time. May
 * be repeated.
 * @throws ApiError `quota` (413), `validation` (a path that is not allowed), `rate_limited`, `permission`, …
 */
export async function presign(avala: Avala, input: PresignInput): Promise<FormPresign> {
  const { json } = await avala.call({
    method: "POST",
    route: PRESIGN,
    path: ["datasets", "manual-upload", "file-upload-url"],
    body: {
      file_path_in_dataset: input.path,
      dataset_name: input.datasetName,
      content_length: input.sizeBytes,
      organization_uid: input.organizationUid,
    },
    repeat: "safe",
    maxTries: 1,
    what: `presign ${input.path}`,
    signal: input.signal,
  });
  return readForm(json);
}

export interface ConfirmInput extends DatasetDescription {
  /** The client-made uuid of the batch, when its files were presigned with one. */
  readonly uploadUid?: string | undefined;
}

/**
 * Makes a dataset of what was uploaded under `name`. One POST, not repeated when its outcome is unknown: the error is
 * then `ambiguous`, and the caller looks whether the dataset is there.
 * @throws ApiError `validation` or `conflict` for a name that was confirmed before
 */
export function confirmUpload(avala: Avala, input: ConfirmInput): Promise<Dataset> {
  return callFor(
    avala,
    {
      method: "POST",
      route: "POST /datasets/manual-upload/",
      path: ["datasets", "manual-upload"],
      body: { ...describeBody(input), dataset_upload_uid: input.uploadUid },
      repeat: "ambiguous",
      what: `confirm the upload of dataset ${input.name}`,
    },
    readDataset,
  );
}

export interface Quota {
  /** Counts open presigns too. */
  readonly usedBytes: number;
  readonly limitBytes: number;
}

/** Advisory: `undefined` when the key may not ask or the deployment doesn't tell. @throws ApiError otherwise */
export async function getQuota(
  avala: Avala,
  options: { readonly organizationUid?: string | undefined } = {},
): Promise<Quota | undefined> {
  const route = "GET /datasets/manual-upload/quota/";
  const call = avala.call({
    method: "GET",
    route,
    path: ["datasets", "manual-upload", "quota"],
    query: { organization_uid: options.organizationUid },
    repeat: "safe",
    what: "read the storage quota",
  });
  const reply = await call.catch(withoutAdvice);
  if (reply === undefined || !isRecord(reply.json)) return undefined;
  const fields = Fields.of(reply.json, route);
  const usedBytes = fields.maybeNumber("used");
  const limitBytes = fields.maybeNumber("limit");
  // A deployment without a quota tells null.
  return usedBytes === undefined || limitBytes === undefined
    ? undefined
    : { usedBytes, limitBytes };
}

/** Advisory, as {@link getQuota}: the MIME types that the server takes. */
export async function getAllowedMimes(avala: Avala): Promise<readonly string[] | undefined> {
  const call = avala.call({
    method: "GET",
    route: "GET /datasets/manual-upload/allowed-mimes/",
    path: ["datasets", "manual-upload", "allowed-mimes"],
    repeat: "safe",
    what: "read the allowed MIME types",
  });
  const reply = await call.catch(withoutAdvice);
  return reply === undefined ? undefined : [...new Set(textsIn(reply.json))].sort();
}

/** The shape is not documented: a list, or lists by data type. */
function textsIn(json: unknown): string[] {
  if (typeof json === "string") return [json];
  if (Array.isArray(json)) return json.flatMap(textsIn);
  return isRecord(json) ? Object.values(json).flatMap(textsIn) : [];
}
