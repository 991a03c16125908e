// The object storage over HTTP: POST forms, presigned PUT and GET. Never sees an API key.
import type { Exchange, Reply } from "../http/service";
import { drain } from "../http/service";
import {
  accessDenied,
  noSuchKey,
  noSuchUpload,
  preconditionFailed,
  S3Error,
  tooMuchAsked,
} from "./errors";
import type { StorageContext } from "./context";
import { isRendition, originalOf, renditionOf } from "./item-urls";
import { receiveForm, receivePut } from "./receive";
import { verifyUrl } from "./query";
import { inWordsOf } from "./words";

export async function handleStorage(exchange: Exchange, context: StorageContext): Promise<Reply> {
  try {
    return await route(exchange, context);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    await drain(exchange.request);
    const said = inWordsOf(context.words, error);
    return errorReply(said, exchange.path, exchange.requestId);
  }
}

export function errorReply(error: S3Error, path: string, requestId: string): Reply {
  const headers = { "Content-Type": "application/xml", "x-amz-id-2": requestId };
  return { status: error.status, headers, body: error.xml(path, requestId) };
}

async function route(exchange: Exchange, context: StorageContext): Promise<Reply> {
  const { method, entry } = exchange;
  if (exchange.fault?.throttled === true) throw tooMuchAsked();
  const key = objectKey(exchange.path, context.bucket);
  entry.key = key === "" ? undefined : key;
  if (method === "POST" && key === "") return receiveForm(exchange, context);
  const query = new URLSearchParams(exchange.search);
  const { path: rawPath, request } = exchange;
  verifyUrl({ method, rawPath, query, headers: request.headers }, context.signer, context.now());
  if (method === "GET" || method === "HEAD") return getObject(exchange, key, context);
  if (method !== "PUT") {
    throw new S3Error(
      405,
      "MethodNotAllowed",
      "The specified method is not allowed against this resource.",
    );
  }
  const uploadId = query.get("uploadId");
  if (uploadId === null) return putObject(exchange, key, context);
  return putPart(exchange, { key, uploadId, partNumber: Number(query.get("partNumber")) }, context);
}

/** The key behind `/<bucket>/`; the bucket itself is the empty key. */
function objectKey(path: string, bucket: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
  }
  if (decoded === `/${bucket}` || decoded === `/${bucket}/`) return "";
  if (decoded.startsWith(`/${bucket}/`)) return decoded.slice(bucket.length + 2);
  throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist");
}

function getObject(exchange: Exchange, key: string, context: StorageContext): Reply {
  exchange.entry.route = "GetObject";
  const object = context.store.object(originalOf(key));
  if (object === undefined) throw noSuchKey(key);
  if (isRendition(key, object)) return getRendition(exchange, renditionOf(key, object));
  const range = requestedRange(exchange.request.headers.range, object.size);
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  const headers: Record<string, string> = {
    "Content-Type": object.contentType,
    "Content-Length": String(end - start + 1),
    "Accept-Ranges": "bytes",
    ETag: `"${object.etag}"`,
    "Last-Modified": new Date(object.storedAt).toUTCString(),
  };
  if (range !== undefined) {
    headers["Content-Range"] = `bytes ${String(start)}-${String(end)}/${String(object.size)}`;
  }
  return {
    status: range === undefined ? 200 : 206,
    headers,
    body: context.store.read(object, start, end),
  };
}

function getRendition(
  { request }: Exchange,
  { bytes, etag, contentType }: ReturnType<typeof renditionOf>,
): Reply {
  const range = requestedRange(request.headers.range, bytes.length);
  const { start, end } = range ?? { start: 0, end: bytes.length - 1 };
  const headers = { "Content-Type": contentType, ETag: etag };
  const body = bytes.subarray(start, end + 1);
  if (range === undefined) return { status: 200, headers, body };
  const contentRange = `bytes ${String(start)}-${String(end)}/${String(bytes.length)}`;
  return { status: 206, headers: { ...headers, "Content-Range": contentRange }, body };
}

/** One range, as clients that resume ask for; anything else is answered whole, as S3 does. */
function requestedRange(header: string | undefined, size: number) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || header === "bytes=-") return undefined;
  const [, from = "", to = ""] = match;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) {
    throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable", {
      ActualObjectSize: String(size),
    });
  }
  return { start, end };
}

async function putObject(exchange: Exchange, key: string, context: StorageContext): Promise<Reply> {
  exchange.entry.route = "PutObject";
  if (key === "") throw accessDenied("Access Denied");
  const { headers } = exchange.request;
  const onlyNew = headers["if-none-match"] === "*";
  if (onlyNew && context.store.object(key) !== undefined) throw preconditionFailed("If-None-Match");
  const blob = await receivePut(exchange, context);
  if (blob === undefined) return { status: 200 };
  const type = headers["content-type"] ?? "binary/octet-stream";
  if (!onlyNew) await context.store.commit(key, blob, type);
  else if (!(await context.store.commitNew(key, blob, type)))
    throw preconditionFailed("If-None-Match");
  return { status: 200, headers: { ETag: `"${blob.etag}"` } };
}

interface PartTarget {
  readonly key: string;
  readonly uploadId: string;
  readonly partNumber: number;
}

async function putPart(
  exchange: Exchange,
  target: PartTarget,
  context: StorageContext,
): Promise<Reply> {
  exchange.entry.route = "UploadPart";
  if (!context.store.hasMultipart(target.key, target.uploadId)) throw noSuchUpload(target.uploadId);
  const blob = await receivePut(exchange, context);
  if (blob === undefined) return { status: 200 };
  await context.store.commitPart(target.uploadId, target.partNumber, blob);
  return { status: 200, headers: { ETag: `"${blob.etag}"` } };
}
