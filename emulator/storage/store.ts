// What the API side needs of an object store, its own or a real S3 one. No bytes of uploads pass here.
import type { StoredObject } from "../state/records";

export interface PartInfo {
  readonly partNumber: number;
  readonly size: number;
  readonly etag: string;
}

export interface ObjectStore {
  head(key: string): Promise<StoredObject | undefined>;
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** The whole of an object; undefined when there is none. For what the API itself hands out. */
  content(key: string): Promise<Buffer | undefined>;
  put(key: string, content: Buffer, contentType: string): Promise<void>;
  /** Bytes under a prefix, for the quota. May lag behind on a store that only a listing can tell. */
  usedBytes(prefix: string): number;
  beginMultipart(key: string, contentType: string): Promise<string>;
  listParts(key: string, uploadId: string): Promise<readonly PartInfo[]>;
  completeMultipart(key: string, uploadId: string): Promise<void>;
}
