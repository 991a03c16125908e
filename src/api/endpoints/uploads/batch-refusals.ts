// What a server has against the second protocol, against the batch that it names, and against one file (docs/api.md, "Uploading
// files"): the one place that distinguishes them. Pure.
import { isApiError, type ApiError } from "../../../errors";
import { hasUnknownField, isRefusal, namedFields, unknownFields } from "../../reply/refused-fields";
import { PRESIGN } from "./presign";

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

const OF_SET = ["dataset_name", "organization_uid"];
const MAY_BE_OF_A_FILE: ReadonlySet<string> = new Set(["validation", "not_found", "not_offered"]);

/** Whether a presign is refused, and by its status or its words neither for the key nor for what all files of a set share. */
export function isFileRefused(error: unknown): error is ApiError {
  if (!isApiError(error) || error.route !== PRESIGN || error.retryable) return false;
  return MAY_BE_OF_A_FILE.has(error.code) && namedFields(error, OF_SET).length === 0;
}

/** Whether it says that it is about the file: its path or its size. */
export function saysItsFile(error: ApiError): boolean {
  return error.status === 413 || namedFields(error, ["file_path_in_dataset"]).length > 0;
}

const OF_SESSION = /\bsession\b/i;
const OF_UPLOAD = /\bupload\b/i;
const EXPIRED = /\bexpired?\b/i;

/** Whether it says that what it is about is not there any more, and not what it has against it; a page that is no API's says nothing. */
export function saysGone({ status, code, detail = "" }: ApiError): boolean {
  if (status === 410 || code === "not_found") return true;
  return EXPIRED.test(detail) && (OF_SESSION.test(detail) || OF_UPLOAD.test(detail));
}

/** Whether it says so of an upload session, and not of the address. */
export function saysSessionGone(error: ApiError): boolean {
  return saysGone(error) && OF_SESSION.test(error.detail ?? "");
}

/** Whether the batch is refused, or its field: it is closed, was confirmed, is full, holds nothing, or is not known. */
export function isBatchRefused(error: unknown): boolean {
  if (!isApiError(error) || !MAY_REFUSE_A_BATCH.has(error.status)) return false;
  if (namedFields(error, [BATCH]).length > 0 || isBatchUnknown(error)) return true;
  const isOfNone = Object.keys(error.fields).every((field) => field === "non_field_errors");
  return isOfNone && OF_BATCH.test(error.detail ?? "");
}
