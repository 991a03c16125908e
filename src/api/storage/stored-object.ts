// What a store says of an object behind a presigned URL. Never sees the API key.
import { createHash } from "node:crypto";
import type { Avala } from "../connection";
import { storedBy } from "./storage";
import { checkStorageHost } from "./storage-hosts";
import type { HttpRequest } from "../transport/transport";

interface StoredObject {
  readonly sizeBytes: number | undefined;
  /** Where the `ETag` has the form of an MD5; a store is free to give something else of that form. */
  readonly md5: string | undefined;
  readonly etag: string | undefined;
}

const IDLE_TIMEOUT_MS = 30_000;
const MAX_REPLY_BYTES = 64 * 1024;

/** `bytes 0-0/1234` */
function sizeIn(contentRange: string | undefined): number | undefined {
  const [, size] = /^bytes \d+-\d+\/(\d{1,15})$/.exec(contentRange ?? "") ?? [];
  return size === undefined ? undefined : Number(size);
}

function requestOf({ signal }: Avala, { href }: URL, headers: HttpRequest["headers"]): HttpRequest {
  const [idleTimeoutMs, maxReplyBytes] = [IDLE_TIMEOUT_MS, MAX_REPLY_BYTES];
  return { method: "GET", url: href, headers, signal, idleTimeoutMs, maxReplyBytes };
}

/**
 * Asks for one byte, and reads it. `undefined` where the store does not answer so.
 * @throws AvalaError `storage_host`; `network`, `timeout` (`retryable`); `redirect`, `cancelled`
 */
export async function readStored(avala: Avala, url: string): Promise<StoredObject | undefined> {
  const target = checkStorageHost(url, avala.allowStorageHosts);
  const request = requestOf(avala, target, { Range: "bytes=0-0" });
  const { status, headers, body } = await avala.storage.open(request);
  // To its end, so that the connection is used again; of a store that knows no ranges the rest is not waited for.
  let read = 0;
  for await (const chunk of body) {
    read += chunk.length;
    if (read > 1) break;
  }
  if (status !== 206) return undefined;
  const { md5, etag } = storedBy(target.host, { status, headers });
  return { sizeBytes: sizeIn(headers["content-range"]), md5, etag };
}

/**
 * Whether the `ETag` of an object is the MD5 of its bytes: all of them are read.
 * @throws as {@link readStored}
 */
export async function isEtagMd5(avala: Avala, url: string): Promise<boolean> {
  const target = checkStorageHost(url, avala.allowStorageHosts);
  const { status, headers, body } = await avala.storage.open(requestOf(avala, target, {}));
  const { md5 } = storedBy(target.host, { status, headers });
  const hash = createHash("md5");
  for await (const chunk of body) {
    if (status !== 200 || md5 === undefined) return false;
    hash.update(chunk);
  }
  return status === 200 && hash.digest("hex") === md5;
}
