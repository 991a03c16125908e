// What a store says of an object behind a presigned URL. Never sees the API key.
import type { Avala } from "../connection";
import { readSome } from "../transport/small-reply";
import type { HttpStream } from "../transport/transport";
import { storedBy } from "./storage";
import { storageError } from "./storage-error";
import { checkDownloadHost } from "./storage-hosts";

export interface StoredObject {
  readonly sizeBytes: number | undefined;
  /** Where the `ETag` has the form of an MD5; a store is free to give something else of that form. */
  readonly md5: string | undefined;
  readonly etag: string | undefined;
  /** In lower case, without parameters (`image/jpeg`); of an empty object there is none. */
  readonly contentType: string | undefined;
}

const MAX_REPLY_BYTES = 64 * 1024;

/** `bytes 0-0/1234` */
function sizeIn(contentRange: string | undefined): number | undefined {
  const [, size] = /^bytes \d+-\d+\/(\d{1,15})$/.exec(contentRange ?? "") ?? [];
  return size === undefined ? undefined : Number(size);
}

/** Of what can't be read from its first byte on: `bytes *\/1234`, or nothing where it is empty. */
function sizeWithoutRange(contentRange: string | undefined): number {
  const [, size = "0"] = /^bytes \*\/(\d{1,15})$/.exec(contentRange ?? "") ?? [];
  return Number(size);
}

interface Bytes {
  readonly first: number;
  readonly last: number;
}

interface ReplyOfRange {
  readonly host: string;
  readonly status: number;
  readonly headers: HttpStream["headers"];
  readonly bytes: Buffer;
}

/** What the store answers, unless it refuses for good. @throws as {@link readStored} */
async function readRange(
  avala: Avala,
  url: string,
  { first, last }: Bytes,
  idleTimeoutMs: number,
): Promise<ReplyOfRange | undefined> {
  const target = checkDownloadHost(url, avala.allowStorageHosts);
  const { status, headers, body } = await avala.storage.open({
    method: "GET",
    url: target.href,
    headers: { Range: `bytes=${String(first)}-${String(last)}` },
    signal: avala.signal,
    idleTimeoutMs,
    maxReplyBytes: MAX_REPLY_BYTES,
  });
  if (status >= 400 && status !== 416) {
    const reply = { status, headers, body: await readSome(body) };
    const error = storageError("read what is stored", { url: target }, reply, avala.clock.now());
    // What has expired can't be signed again here.
    if (error.code === "storage" && error.retryable) throw error;
    return undefined;
  }
  // To its end, so that the connection is used again; of a store that knows no ranges the rest is not waited for.
  const wanted = last - first + 1;
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    read += chunk.length;
    if (read > wanted) break;
  }
  return { host: target.host, status, headers, bytes: Buffer.concat(chunks) };
}

/**
 * Some bytes of an object of that size. `undefined` where the store does not return just these.
 * @throws as {@link readStored}
 */
export async function readStoredBytes(
  avala: Avala,
  url: string,
  { sizeBytes, ...range }: Bytes & { readonly sizeBytes: number },
  idleTimeoutMs: number,
): Promise<Buffer | undefined> {
  const reply = await readRange(avala, url, range, idleTimeoutMs);
  const wanted = `bytes ${String(range.first)}-${String(range.last)}/${String(sizeBytes)}`;
  const isRange = reply?.status === 206 && reply.headers["content-range"] === wanted;
  return isRange && reply.bytes.length === range.last - range.first + 1 ? reply.bytes : undefined;
}

/**
 * Asks for one byte, and reads it. `undefined` where the store does not answer so.
 * @throws AvalaError `storage_host`; `network`, `timeout`, `storage` (`retryable`); `redirect`, `cancelled`
 */
export async function readStored(
  avala: Avala,
  url: string,
  idleTimeoutMs: number,
): Promise<StoredObject | undefined> {
  const reply = await readRange(avala, url, { first: 0, last: 0 }, idleTimeoutMs);
  if (reply === undefined) return undefined;
  const { host, status, headers } = reply;
  // Of an empty object there is no first byte (RFC 9110, "416 Range Not Satisfiable"). A store may refuse all ranges so.
  if (status === 416) {
    const sizeBytes = sizeWithoutRange(headers["content-range"]);
    return { sizeBytes, md5: undefined, etag: undefined, contentType: undefined };
  }
  if (status !== 206) return undefined;
  const { md5, etag } = storedBy(host, { headers });
  return {
    ...{ sizeBytes: sizeIn(headers["content-range"]), md5, etag },
    contentType: headers["content-type"]?.split(";", 1).join().trim().toLowerCase(),
  };
}
