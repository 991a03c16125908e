// What a store says of an object behind a presigned URL, without its bytes. Never sees the API key.
import type { Avala } from "../connection";
import { storedBy } from "./storage";
import { checkStorageHost } from "./storage-hosts";
import type { HttpRequest } from "../transport/transport";

export interface StoredObject {
  readonly sizeBytes: number | undefined;
  /** Where the `ETag` has the form of an MD5; a store is free to give something else of that form. */
  readonly md5: string | undefined;
}

const IDLE_TIMEOUT_MS = 30_000;
const MAX_REPLY_BYTES = 64 * 1024;

/** `bytes 0-0/1234` */
function sizeIn(contentRange: string | undefined): number | undefined {
  const [, size] = /^bytes \d+-\d+\/(\d{1,15})$/.exec(contentRange ?? "") ?? [];
  return size === undefined ? undefined : Number(size);
}

/**
 * Asks for one byte, and reads it. `undefined` where the store does not answer so.
 * @throws AvalaError `storage_host`; `network`, `timeout` (`retryable`); `redirect`, `cancelled`
 */
export async function readStored(avala: Avala, url: string): Promise<StoredObject | undefined> {
  const target = checkStorageHost(url, avala.allowStorageHosts);
  const request: HttpRequest = {
    method: "GET",
    url: target.href,
    headers: { Range: "bytes=0-0" },
    signal: avala.signal,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
  };
  const { status, headers, body } = await avala.storage.open(request);
  // One byte, or all of a store that knows no ranges: either way the rest is not waited for.
  for await (const chunk of body) {
    void chunk;
    break;
  }
  if (status !== 206) return undefined;
  const { md5 } = storedBy(target.host, { status, headers });
  return { sizeBytes: sizeIn(headers["content-range"]), md5 };
}
