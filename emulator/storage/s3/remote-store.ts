// A real S3 store (MinIO, AWS) in place of the emulator's own: the few calls that the API side needs, path-style.
import type { StoredObject } from "../../state/records";
import type { S3Client } from "./s3-client";
import type { ObjectStore, PartInfo } from "../store";
import { readAll, readOne } from "../xml";

export class RemoteStore implements ObjectStore {
  private readonly used = new Map<string, number>();

  constructor(private readonly client: S3Client) {}

  async head(key: string): Promise<StoredObject | undefined> {
    const { status, headers } = await this.client.send({ method: "HEAD", key });
    if (status === 404) return undefined;
    return {
      key,
      size: Number(headers.get("content-length")),
      etag: (headers.get("etag") ?? "").replaceAll('"', ""),
      contentType: headers.get("content-type") ?? "",
      storedAt: Date.parse(headers.get("last-modified") ?? ""),
    };
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const objects: StoredObject[] = [];
    let token: string | undefined;
    do {
      const query: [string, string][] = [
        ["encoding-type", "url"],
        ["list-type", "2"],
        ["prefix", prefix],
      ];
      if (token !== undefined) query.push(["continuation-token", token]);
      const { text } = await this.client.send({ method: "GET", key: "", query });
      for (const entry of readAll(text, "Contents")) objects.push(readObject(entry));
      token = readOne(text, "NextContinuationToken");
    } while (token !== undefined);
    this.note(prefix, objects);
    return objects;
  }

  async content(key: string): Promise<Buffer | undefined> {
    if ((await this.head(key)) === undefined) return undefined;
    return (await this.client.send({ method: "GET", key })).content;
  }

  async put(key: string, content: Buffer, contentType: string): Promise<void> {
    await this.client.send({
      method: "PUT",
      key,
      content,
      headers: { "content-type": contentType },
    });
  }

  /** As of the last listing: asking a real store at each presign would cost more than the presign. */
  usedBytes(prefix: string): number {
    let bytes = 0;
    for (const [listed, used] of this.used) if (listed.startsWith(prefix)) bytes += used;
    return bytes;
  }

  async beginMultipart(key: string, contentType: string): Promise<string> {
    const query: [string, string][] = [["uploads", ""]];
    const headers = { "content-type": contentType };
    const { text } = await this.client.send({ method: "POST", key, query, headers });
    return readOne(text, "UploadId") ?? "";
  }

  async listParts(key: string, uploadId: string): Promise<readonly PartInfo[]> {
    const parts: PartInfo[] = [];
    let marker = "0";
    for (;;) {
      const query: [string, string][] = [
        ["part-number-marker", marker],
        ["uploadId", uploadId],
      ];
      const { text } = await this.client.send({ method: "GET", key, query });
      for (const entry of readAll(text, "Part")) parts.push(readPart(entry));
      if (readOne(text, "IsTruncated") !== "true") return parts;
      marker = readOne(text, "NextPartNumberMarker") ?? "";
    }
  }

  async completeMultipart(key: string, uploadId: string): Promise<void> {
    const parts = await this.listParts(key, uploadId);
    const entries = parts.map(
      ({ partNumber, etag }) =>
        `<Part><PartNumber>${String(partNumber)}</PartNumber><ETag>"${etag}"</ETag></Part>`,
    );
    const content = Buffer.from(
      `<CompleteMultipartUpload>${entries.join("")}</CompleteMultipartUpload>`,
    );
    const { text } = await this.client.send({
      method: "POST",
      key,
      query: [["uploadId", uploadId]],
      content,
    });
    // S3 may begin a 200 before it knows, and then say an error in it.
    if (text.includes("<Error>")) throw new Error(`the store did not join the parts of ${key}`);
  }

  private note(prefix: string, objects: readonly StoredObject[]): void {
    this.used.set(
      prefix,
      objects.reduce((sum, object) => sum + object.size, 0),
    );
  }
}

function readObject(entry: string): StoredObject {
  return {
    key: decodeURIComponent((readOne(entry, "Key") ?? "").replaceAll("+", " ")),
    size: Number(readOne(entry, "Size")),
    etag: (readOne(entry, "ETag") ?? "").replaceAll('"', ""),
    contentType: "",
    storedAt: Date.parse(readOne(entry, "LastModified") ?? ""),
  };
}

function readPart(entry: string): PartInfo {
  return {
    partNumber: Number(readOne(entry, "PartNumber")),
    size: Number(readOne(entry, "Size")),
    etag: (readOne(entry, "ETag") ?? "").replaceAll('"', ""),
  };
}
