// The second upload protocol: PUT and MULTIPART, with part state kept by the server (contract, "Uploading files", 1).
// Sends no bytes of files.
import type { Avala } from "./connect";
import { readForm, type FormPresign } from "./manual-upload";
import { readPutHeaders } from "./put-headers";
import { badReply, Fields } from "./wire";

export interface ManagedPresignInput {
  readonly datasetName: string;
  /** In the dataset. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly organizationUid?: string | undefined;
  /** The client-made uuid of the batch: the same file in the same batch goes on where it broke. */
  readonly uploadUid: string;
  readonly signal?: AbortSignal | undefined;
  /** Inside another retry: 1. @default 8 */
  readonly maxTries?: number | undefined;
}

/** Where bytes go by PUT. URL and headers are secrets. */
export interface PutTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface UploadedPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
}

export type ManagedPresign =
  /** The deployment speaks the first protocol alone. */
  | { readonly method: "POST"; readonly form: FormPresign }
  | { readonly method: "PUT"; readonly session: string; readonly target: PutTarget }
  | {
      readonly method: "MULTIPART";
      readonly session: string;
      readonly partBytes: number;
      readonly partCount: number;
      readonly uploadedParts: readonly UploadedPart[];
    }
  /** Nothing is left to send; the session still has to be completed. */
  | { readonly method: "COMPLETE"; readonly session: string };

const PRESIGN = "POST /datasets/manual-upload/file-upload-url/";
const MIB = 1024 * 1024;
// The contract's bounds. A server that leaves them is not understood, and sending by its numbers could lose bytes.
const LEAST_PART_BYTES = 5 * MIB;
const MOST_PART_BYTES = 128 * MIB;
const MOST_PARTS = 10_000;

function readTarget(fields: Fields, route: string): PutTarget {
  const url = fields.text("url");
  return { url, headers: readPutHeaders(fields, route, url) };
}

function readParts(reply: Fields, session: string, sizeBytes: number): ManagedPresign {
  const partBytes = reply.number("part_size");
  const partCount = reply.number("part_count");
  const isAllowed =
    Number.isInteger(partBytes) &&
    partBytes >= LEAST_PART_BYTES &&
    partBytes <= MOST_PART_BYTES &&
    partCount <= MOST_PARTS &&
    partCount === Math.ceil(sizeBytes / partBytes);
  if (!isAllowed) {
    throw badReply(
      PRESIGN,
      `${partCount} parts of ${partBytes} bytes do not make ${sizeBytes} bytes`,
    );
  }
  const uploadedParts = reply.maybeList("uploaded_parts").map((part) => {
    const fields = Fields.of(part, PRESIGN, "uploaded_parts");
    return { partNumber: fields.number("part_number"), sizeBytes: fields.number("size") };
  });
  return { method: "MULTIPART", session, partBytes, partCount, uploadedParts };
}

function readManaged(json: unknown, sizeBytes: number): ManagedPresign {
  const reply = Fields.of(json, PRESIGN);
  const method = (reply.maybeText("method") ?? "POST").toUpperCase();
  if (method === "POST") return { method, form: readForm(json) };
  const session = reply.pathPart("upload_uid");
  if (reply.maybeFlag("complete") === true) return { method: "COMPLETE", session };
  if (method === "MULTIPART") return readParts(reply, session, sizeBytes);
  if (method !== "PUT") throw badReply(PRESIGN, `the method ${method} is not known`);
  return { method, session, target: readTarget(reply, PRESIGN) };
}

/**
 * Asks how one file goes by the second protocol. May be repeated: the same file in the same batch has one session.
 * @throws ApiError as `presign`; AvalaError `bad_reply` for parts that do not make the file
 */
export async function presignManaged(
  avala: Avala,
  input: ManagedPresignInput,
): Promise<ManagedPresign> {
  const { json } = await avala.call({
    method: "POST",
    route: PRESIGN,
    path: ["datasets", "manual-upload", "file-upload-url"],
    body: {
      file_path_in_dataset: input.path,
      dataset_name: input.datasetName,
      content_length: input.sizeBytes,
      organization_uid: input.organizationUid,
      upload_protocol_version: 2,
      dataset_upload_uid: input.uploadUid,
    },
    repeat: "safe",
    what: `presign ${input.path}`,
    signal: input.signal,
    maxTries: input.maxTries,
  });
  return readManaged(json, input.sizeBytes);
}

/**
 * Asks where parts go, many at once, since each call counts against the request budget. One try, which may be repeated:
 * whoever sends a part signs it anew in each of its tries.
 */
export async function signParts(
  avala: Avala,
  session: string,
  partNumbers: readonly number[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, PutTarget>> {
  const route = "POST /datasets/manual-upload/uploads/{upload_uid}/parts/";
  const { json } = await avala.call({
    method: "POST",
    route,
    path: ["datasets", "manual-upload", "uploads", session, "parts"],
    body: { part_numbers: partNumbers },
    repeat: "safe",
    what: `sign ${partNumbers.length} parts`,
    signal,
    maxTries: 1,
  });
  const signed = new Map<number, PutTarget>();
  for (const part of Fields.of(json, route).list("parts")) {
    const fields = Fields.of(part, route, "parts");
    signed.set(fields.number("part_number"), readTarget(fields, route));
  }
  const missing = partNumbers.find((partNumber) => !signed.has(partNumber));
  if (missing !== undefined)
    throw badReply(route, `part ${missing} was asked for and is not signed`);
  return signed;
}

/** Ends a session whose bytes are all stored. May be repeated: a complete upload is complete. */
export async function completeUpload(
  avala: Avala,
  session: string,
  signal?: AbortSignal,
): Promise<void> {
  await avala.call({
    method: "POST",
    route: "POST /datasets/manual-upload/uploads/{upload_uid}/complete/",
    path: ["datasets", "manual-upload", "uploads", session, "complete"],
    body: {},
    repeat: "safe",
    what: "complete an upload",
    signal,
  });
}
