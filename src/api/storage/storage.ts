// Bytes to and from a presigned target, at hosts that store files only. Never sees the API key.
import { AvalaError, isAvalaError } from "../../errors";
import { printable } from "../../redact";
import type { Avala } from "../connection";
import { formBody, type FormFile } from "./form";
import type { FormPresign } from "../endpoints/uploads/presign";
import { readLink } from "./file-link";
import { storageError } from "./storage-error";
import { meaningOf, readRefusal } from "./store-words";
import { ownUrl } from "../own-download";
import { MAX_REPLY_BYTES, readSome } from "../transport/small-reply";
import { checkDownloadHost, checkStorageHost } from "./storage-hosts";
import type { HttpRequest, HttpResponse, HttpStream } from "../transport/transport";

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** The file's bytes as the connection takes them; a small file goes in one piece and is not reported. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface Stored {
  readonly etag?: string | undefined;
  /**
   * The `ETag` where it has the form of an MD5, in lower case, also a weak one, which is what a proxy makes of a strong one; a
   * store is free to give something else of that form.
   * Absent where the store says that it encrypts with a key of its user's, for then it is none (S3, "Common response
   * headers").
   */
  readonly md5?: string | undefined;
  /** Which store it was. */
  readonly host: string;
  /** An object was there before: nothing of what was sent now is kept, and the `ETag`, if any, is that object's. */
  readonly wasThere: boolean;
}

/** The store knows the upload of a part no more: it was completed, or given up. */
export const UPLOAD_GONE = "upload-gone";

/** S3's words for encryption under which an `ETag` is not the MD5 of the object. */
function hidesMd5(headers: HttpResponse["headers"]): boolean {
  const encryption = headers["x-amz-server-side-encryption"] ?? "";
  return (
    encryption.startsWith("aws:kms") ||
    headers["x-amz-server-side-encryption-customer-algorithm"] !== undefined
  );
}

export function storedBy(
  host: string,
  { headers }: Pick<HttpResponse, "headers">,
  wasThere = false,
): Stored {
  const { etag } = headers;
  const md5 = /^(?:W\/)?"?([0-9a-f]{32})"?$/i.exec(etag ?? "")?.[1]?.toLowerCase();
  return { etag, md5: hidesMd5(headers) ? undefined : md5, host, wasThere };
}

const SUCCESSES: ReadonlySet<number> = new Set([200, 201, 204]);

// With chunks of 512 KiB, which a link gets that has not proved fast, 5 kB/s still make progress in this time.
const IDLE_TIMEOUT_MS = 120_000;
/** A transport's error with what was being done. Sending again to the same place is safe, so nothing is ambiguous. */
function withWhat(what: string, error: unknown): unknown {
  if (!isAvalaError(error) || error.code === "cancelled") return error;
  // The file's own reader has named it.
  if (error.code === "file" || error.code === "file_changed") return error;
  const { code, hint, retryable, retryAfterMs, isUnread } = error;
  const message = `Could not ${what}: ${error.message}.`;
  return new AvalaError(code, message, { hint, retryable, retryAfterMs, isUnread, cause: error });
}

/**
 * Sends one file by form POST. One try, which may be repeated, with a fresh presign; its host is checked before a byte
 * goes. Memory stays flat: a large file streams as the connection takes it.
 * @throws AvalaError `storage_host`; `storage` (`retryable` by the store's code); `storage_expired`, `network`, `timeout`
 * (`retryable`); `redirect`; `file_changed`; `cancelled` at once when the signal aborts; what the file's reader throws
 */
export async function sendForm(
  avala: Avala,
  presign: FormPresign,
  file: FormFile,
  options: SendOptions = {},
): Promise<Stored> {
  const url = checkStorageHost(presign.url, avala.allowStorageHosts);
  const form = formBody(presign.fields, file, `avala-${avala.random.uuid()}`, options.onBytes);
  const what = `store ${printable(file.path)}`;
  const request: HttpRequest = {
    method: "POST",
    url: url.href,
    headers: { "Content-Type": form.contentType },
    body: form.body,
    contentLength: form.contentLength,
    signal: options.signal ?? avala.signal,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
  };
  const reply = await avala.storage.send(request).catch((error: unknown) => {
    throw withWhat(what, error);
  });
  if (!SUCCESSES.has(reply.status)) {
    const signed = { url, fields: presign.fields };
    throw storageError(what, signed, reply, avala.clock.now());
  }
  return storedBy(url.host, reply);
}

interface PutBytes {
  /** The file's path in the dataset, for messages. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly body: Buffer | (() => AsyncIterable<Uint8Array>);
}

/**
 * Sends bytes by PUT: a file, or one part of it. One try, which may be repeated with a fresh signature. A store that has
 * an object there already (contract, "What a store says") is not an error, and does not prove what it has.
 * @throws AvalaError as {@link sendForm}
 */
export async function sendPut(
  avala: Avala,
  target: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  bytes: PutBytes,
  options: SendOptions = {},
): Promise<Stored | typeof UPLOAD_GONE> {
  const url = checkStorageHost(target.url, avala.allowStorageHosts);
  const what = `store ${printable(bytes.path)}`;
  const request: HttpRequest = {
    method: "PUT",
    url: url.href,
    headers: target.headers,
    body: bytes.body,
    contentLength: bytes.sizeBytes,
    signal: options.signal ?? avala.signal,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
    onBytesSent: options.onBytes,
  };
  const reply = await avala.storage.send(request).catch((error: unknown) => {
    throw withWhat(what, error);
  });
  if (SUCCESSES.has(reply.status)) return storedBy(url.host, reply);
  const meaning = meaningOf(readRefusal(reply));
  if (meaning === "there") return storedBy(url.host, reply, true);
  if (meaning === "gone") return UPLOAD_GONE;
  throw storageError(what, { url }, reply, avala.clock.now());
}

/** Without the key, at a host that stores files. */
async function openStored(
  avala: Avala,
  presignedUrl: string,
  signal: AbortSignal | undefined,
): Promise<HttpStream> {
  const url = checkDownloadHost(presignedUrl, avala.allowStorageHosts);
  const what = `fetch the file from ${url.host}`;
  const request: HttpRequest = {
    method: "GET",
    url: url.href,
    headers: {},
    signal,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
  };
  const fail = (error: unknown): never => {
    throw withWhat(what, error);
  };
  const reply = await avala.storage.open(request).catch(fail);
  if (reply.status === 200) return reply;
  const body = await readSome(reply.body).catch(fail);
  throw storageError(what, { url }, { ...reply, body }, avala.clock.now());
}

/**
 * Opens a download, such as an export's `downloadUrl`: without the key, unless it is on the API's own origin. From there
 * one link, a redirect or JSON in place of the file, leads to a host that stores files, and the key stays behind. One try,
 * which may be repeated. What the stream throws while it is read is an AvalaError too.
 * @throws AvalaError `storage_host`; `storage_expired` (read the export again for a fresh URL); `storage`, `network`,
 * `timeout`, `redirect`, `cancelled`
 */
export async function download(
  avala: Avala,
  presignedUrl: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<HttpStream> {
  const signal = options.signal ?? avala.signal;
  const own = ownUrl(avala.baseUrl, presignedUrl);
  if (own === undefined) return openStored(avala, presignedUrl, signal);
  const what = `fetch the file from ${new URL(own).host}`;
  const opened = await avala.openOwn({ url: own, what, signal });
  if ("elsewhere" in opened) return openStored(avala, opened.elsewhere, signal);
  const read = await readLink(opened);
  return "file" in read ? read.file : openStored(avala, read.link, signal);
}
