// What an upload asks besides its presigns: confirm, quota, types (contract, "Uploading files"). Sends no bytes of files.
import { ignoreForbidden } from "../../../errors";
import { isRecord } from "../../../json";
import { aText, maybe, optionsOf, refuse, type Members } from "../../../shapes";
import { callFor } from "../../call-for";
import { aSession, type Avala } from "../../connection";
import {
  OF_DESCRIPTION,
  describeBody,
  readDataset,
  type Dataset,
  type DatasetDescription,
} from "../datasets/dataset-wire";
import { Fields } from "../../wire";

export interface ConfirmInput extends DatasetDescription {
  /** The client-made uuid of the batch, when its files were presigned with one. */
  readonly uploadUid?: string | undefined;
}

export const OF_CONFIRM: Members<ConfirmInput> = { ...OF_DESCRIPTION, uploadUid: maybe(aText) };

export const CONFIRM_INPUT = optionsOf<ConfirmInput>(OF_CONFIRM);

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

const QUOTA_OPTIONS = optionsOf<{ readonly organizationUid?: string | undefined }>({
  organizationUid: maybe(aText),
});

/** Advisory: `undefined` when the key may not ask or the deployment doesn't tell. @throws ApiError otherwise */
export async function getQuota(
  avala: Avala,
  options: { readonly organizationUid?: string | undefined } = {},
): Promise<Quota | undefined> {
  refuse(aSession("avala", avala), QUOTA_OPTIONS("options", options));
  const route = "GET /datasets/manual-upload/quota/";
  const call = avala.call({
    method: "GET",
    route,
    path: ["datasets", "manual-upload", "quota"],
    query: { organization_uid: options.organizationUid },
    repeat: "safe",
    what: "read the storage quota",
  });
  const reply = await call.catch(ignoreForbidden);
  if (reply === undefined || !isRecord(reply.json)) return undefined;
  const fields = Fields.of(reply.json, route);
  const usedBytes = fields.advisedCount("used");
  const limitBytes = fields.advisedCount("limit");
  // A deployment without a quota reports null.
  return usedBytes === undefined || limitBytes === undefined
    ? undefined
    : { usedBytes, limitBytes };
}

/** Advisory, as {@link getQuota}: the MIME types that the server takes. */
export async function getAllowedMimes(avala: Avala): Promise<readonly string[] | undefined> {
  refuse(aSession("avala", avala));
  const call = avala.call({
    method: "GET",
    route: "GET /datasets/manual-upload/allowed-mimes/",
    path: ["datasets", "manual-upload", "allowed-mimes"],
    repeat: "safe",
    what: "read the allowed MIME types",
  });
  const reply = await call.catch(ignoreForbidden);
  return reply === undefined ? undefined : [...new Set(textsIn(reply.json))].sort();
}

/** The shape is not documented: a list, or lists by data type. */
function textsIn(json: unknown): string[] {
  if (typeof json === "string") return [json];
  if (Array.isArray(json)) return json.flatMap(textsIn);
  return isRecord(json) ? Object.values(json).flatMap(textsIn) : [];
}
