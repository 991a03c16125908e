// Asks where and how one file goes: by form, by one PUT or by parts, as the server chooses (contract, "Uploading files").
// Sends no bytes of files.
import { MAX_PART_BYTES, MAX_PARTS, MIN_PART_BYTES } from "../../limits";
import type { Avala } from "../../connection";
import { readPutHeaders } from "./put-headers";
import { badReply, Fields } from "../../wire";

interface PresignInput {
  readonly datasetName: string;
  /** In the dataset. */
  readonly path: string;
  /** The server signs it into what it presigns. */
  readonly sizeBytes: number;
  readonly organizationUid?: string | undefined;
  /**
   * The client-made uuid of the dataset's batch: offers the second protocol, in which the same file of the same batch has
   * one session. Absent: the first protocol.
   */
  readonly uploadUid?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default 1, as what is presigned expires: an upload's own retry presigns again each time */
  readonly maxTries?: number | undefined;
}

/** Where and with which fields one file goes by form POST. URL and fields are secrets. */
export interface FormPresign {
  readonly url: string;
  /** All are sent, in this order, before the file. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Where bytes go by PUT. URL and headers are secrets. */
export interface PutTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface UploadedPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
}

export type Presigned =
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

/** As errors name it. */
export const PRESIGN = "POST /datasets/manual-upload/file-upload-url/";
const NOT_A_FORM = "a form upload was requested, but another method was returned";

function readForm(reply: Fields): FormPresign {
  const fields: [string, string][] = [];
  for (const [name, value] of Object.entries(reply.record("fields"))) {
    if (value === null) continue;
    if (typeof value !== "string" && typeof value !== "number")
      throw badReply(PRESIGN, `the form field "${name}" should be text`);
    fields.push([name, String(value)]);
  }
  return { url: reply.text("url"), fields };
}

export function readPutTarget(fields: Fields, route: string): PutTarget {
  const url = fields.text("url");
  return { url, headers: readPutHeaders(fields, route, url) };
}

function readParts(reply: Fields, session: string, sizeBytes: number): Presigned {
  const partBytes = reply.count("part_size");
  const partCount = reply.count("part_count", 1);
  // The contract's bounds. A server that leaves them is not understood, and sending by its numbers could lose bytes.
  const isAllowed =
    partBytes >= MIN_PART_BYTES &&
    partBytes <= MAX_PART_BYTES &&
    partCount <= MAX_PARTS &&
    partCount === Math.ceil(sizeBytes / partBytes);
  if (!isAllowed) {
    throw badReply(
      PRESIGN,
      `${partCount} parts of ${partBytes} bytes do not add up to ${sizeBytes} bytes`,
    );
  }
  const uploadedParts = reply.maybeList("uploaded_parts").flatMap((part) => {
    const fields = Fields.of(part, PRESIGN, "uploaded_parts");
    const partNumber = fields.count("part_number", 1);
    const size = fields.maybeCount("size");
    // A part of unknown size may have been cut short, so it is sent again.
    return size === undefined ? [] : [{ partNumber, sizeBytes: size }];
  });
  return { method: "MULTIPART", session, partBytes, partCount, uploadedParts };
}

/** The guide's reply names no method, nor need one that has nothing left to send. */
function impliedMethod(reply: Fields): string {
  if (reply.any("fields") !== undefined) return "POST";
  if (reply.maybeText("upload_uid") === undefined) return "POST";
  return reply.any("part_count") === undefined ? "PUT" : "MULTIPART";
}

function readPresigned(json: unknown, { sizeBytes, uploadUid }: PresignInput): Presigned {
  const reply = Fields.of(json, PRESIGN);
  const method = (reply.maybeText("method") || impliedMethod(reply)).toUpperCase();
  if (method === "POST") return { method, form: readForm(reply) };
  if (uploadUid === undefined) throw badReply(PRESIGN, NOT_A_FORM);
  const session = reply.pathPart("upload_uid");
  if (reply.maybeFlag("complete") === true) return { method: "COMPLETE", session };
  if (method === "MULTIPART") return readParts(reply, session, sizeBytes);
  if (method !== "PUT") throw badReply(PRESIGN, `the method ${method} is unknown`);
  return { method, session, target: readPutTarget(reply, PRESIGN) };
}

/**
 * Asks where one file goes. May be repeated: the same file in the same batch has one session.
 * @throws ApiError `quota` (413), `validation` (a path that is not allowed), `rate_limited`, `permission`, …; AvalaError
 * `bad_reply` for parts that do not make the file
 */
export async function presignFile(avala: Avala, input: PresignInput): Promise<Presigned> {
  const { uploadUid, maxTries = 1 } = input;
  const { json } = await avala.call({
    method: "POST",
    route: PRESIGN,
    path: ["datasets", "manual-upload", "file-upload-url"],
    body: {
      file_path_in_dataset: input.path,
      dataset_name: input.datasetName,
      content_length: input.sizeBytes,
      organization_uid: input.organizationUid,
      upload_protocol_version: uploadUid === undefined ? undefined : 2,
      dataset_upload_uid: uploadUid,
    },
    repeat: "safe",
    maxTries,
    what: `presign ${input.path}`,
    signal: input.signal,
  });
  return readPresigned(json, input);
}
