// What a server has against the second protocol, and against the batch that it names (docs/api.md, "Uploading files"): the one
// place that distinguishes the two. Pure.
import { isApiError } from "../../../errors";
import { hasUnknownField, isRefusal, namedFields, unknownFields } from "../../reply/refused-fields";

const VERSION = "upload_protocol_version";
const BATCH = "dataset_upload_uid";
const OF_BATCH = /\bbatch(?:es)?\b|\bdataset upload\b/i;
const MAY_REFUSE_A_BATCH: ReadonlySet<number> = new Set([400, 404, 409, 410, 422]);

/** Whether the field that names the batch is refused as one that is not known, and not the batch. */
export function isBatchUnknown(error: unknown): boolean {
  if (!isRefusal(error)) return false;
  return unknownFields(error, [BATCH]).length > 0 || hasUnknownField(error);
}

/**
 * Whether the server does not know the second protocol: it refuses the version, or says that it does not know the field
 * of the batch. What else it has against a batch is about that batch.
 */
export function isProtocolRefused(error: unknown): boolean {
  if (!isRefusal(error)) return false;
  if (namedFields(error, [VERSION]).length > 0 || isBatchUnknown(error)) return true;
  return namedFields(error, [BATCH]).length === 0 && /\bprotocol\b/i.test(error.detail ?? "");
}

/** Whether the batch is refused, or its field: it is closed, was confirmed, is full, holds nothing, or is not known. */
export function isBatchRefused(error: unknown): boolean {
  if (!isApiError(error) || !MAY_REFUSE_A_BATCH.has(error.status)) return false;
  if (namedFields(error, [BATCH]).length > 0 || isBatchUnknown(error)) return true;
  const isOfNone = Object.keys(error.fields).every((field) => field === "non_field_errors");
  return isOfNone && OF_BATCH.test(error.detail ?? "");
}
