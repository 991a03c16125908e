// The emulator's own object store: keys over blobs. Knows neither signatures nor HTTP.
import { createHash, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { Clock } from "../clock";
import type { BlobRef, ObjectRecord, StoredObject } from "../state/records";
import type { State } from "../state/state";
import type { Blob, BlobStore, Sink } from "./blobs";
import type { ObjectStore, PartInfo } from "./store";

export class LocalStore implements ObjectStore {
  /** Bytes by owner root, kept as objects come, so that a presign need not add them all up. */
  private readonly used = new Map<string, number>();

  constructor(
    private readonly state: State,
    private readonly blobs: BlobStore,
    private readonly clock: Clock,
    /** Told of every object that has landed, so that its presign is open no more. */
    private readonly onStored: (root: string, key: string) => void,
  ) {
    for (const object of state.objects.values()) this.count(object.key, object.size);
  }

  receive(): Sink {
    return this.blobs.receive();
  }

  object(key: string): ObjectRecord | undefined {
    return this.state.objects.get(key);
  }

  objects(): Iterable<ObjectRecord> {
    return this.state.objects.values();
  }

  head(key: string): Promise<StoredObject | undefined> {
    return Promise.resolve(this.object(key));
  }

  list(prefix: string): Promise<readonly StoredObject[]> {
    const found = [...this.state.objects.values()].filter((object) =>
      object.key.startsWith(prefix),
    );
    return Promise.resolve(found.sort((a, b) => (a.key < b.key ? -1 : 1)));
  }

  async content(key: string): Promise<Buffer | undefined> {
    const object = this.object(key);
    if (object === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of this.read(object, 0, object.size - 1)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  async put(key: string, content: Buffer, contentType: string): Promise<void> {
    const sink = this.receive();
    await sink.write(content);
    await this.commit(key, await sink.commit(), contentType);
  }

  /** Makes the blob the object's content; the one before goes only when the journal has the new one. */
  async commit(key: string, blob: Blob, contentType: string): Promise<void> {
    await this.replace({
      key,
      size: blob.size,
      etag: blob.etag,
      contentType,
      storedAt: this.clock.now(),
      blobs: [{ id: blob.id, size: blob.size }],
    });
  }

  /**
   * As `commit`, but replaces nothing: false when an object is there. Of several under way the first to end wins (S3, "How to
   * prevent object overwrites with conditional writes").
   */
  async commitNew(key: string, blob: Blob, contentType: string): Promise<boolean> {
    if (this.object(key) !== undefined) {
      await this.blobs.remove(blob);
      return false;
    }
    await this.commit(key, blob, contentType);
    return true;
  }

  usedBytes(prefix: string): number {
    return this.used.get(prefix) ?? 0;
  }

  beginMultipart(key: string, contentType: string): Promise<string> {
    const id = randomUUID();
    this.state.multiparts.set(id, { id, key, contentType, parts: {} });
    return Promise.resolve(id);
  }

  hasMultipart(key: string, uploadId: string): boolean {
    return this.state.multiparts.get(uploadId)?.key === key;
  }

  async commitPart(uploadId: string, partNumber: number, blob: Blob): Promise<void> {
    const open = this.state.multiparts.get(uploadId);
    if (open === undefined) return;
    const before = open.parts[partNumber];
    const part = {
      partNumber,
      size: blob.size,
      etag: blob.etag,
      blob: { id: blob.id, size: blob.size },
    };
    this.state.multiparts.set(uploadId, { ...open, parts: { ...open.parts, [partNumber]: part } });
    await this.state.journal.flush();
    if (before !== undefined) await this.blobs.remove(before.blob);
  }

  listParts(_key: string, uploadId: string): Promise<readonly PartInfo[]> {
    return Promise.resolve(Object.values(this.state.multiparts.get(uploadId)?.parts ?? {}));
  }

  async completeMultipart(key: string, uploadId: string): Promise<void> {
    const open = this.state.multiparts.get(uploadId);
    if (open === undefined) return;
    const parts = Object.values(open.parts);
    // As S3 makes it: the MD5 of the parts' MD5s, and their number.
    const digests = Buffer.concat(parts.map((part) => Buffer.from(part.etag, "hex")));
    const etag = `${createHash("md5").update(digests).digest("hex")}-${String(parts.length)}`;
    this.state.multiparts.delete(uploadId);
    await this.replace({
      key,
      size: parts.reduce((sum, part) => sum + part.size, 0),
      etag,
      contentType: open.contentType,
      storedAt: this.clock.now(),
      blobs: parts.map((part) => part.blob),
    });
  }

  /** The bytes from `start` up to and including `end`, across the object's blobs. */
  read(object: ObjectRecord, start: number, end: number): Readable {
    const [only, ...rest] = object.blobs;
    if (only !== undefined && rest.length === 0) return this.blobs.read(only, start, end);
    return Readable.from(this.chunks(object.blobs, start, end));
  }

  private async *chunks(
    blobs: readonly BlobRef[],
    start: number,
    end: number,
  ): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const blob of blobs) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, blob.size - 1);
      if (from <= to) yield* this.blobs.read(blob, from, to) as AsyncIterable<Buffer>;
      offset += blob.size;
    }
  }

  private async replace(object: ObjectRecord): Promise<void> {
    const before = this.state.objects.get(object.key);
    this.state.objects.set(object.key, object);
    this.count(object.key, object.size - (before?.size ?? 0));
    this.onStored(ownerRoot(object.key), object.key);
    await this.state.journal.flush();
    for (const blob of before?.blobs ?? []) await this.blobs.remove(blob);
  }

  private count(key: string, bytes: number): void {
    const root = ownerRoot(key);
    this.used.set(root, (this.used.get(root) ?? 0) + bytes);
  }
}

/** `__u__=/<uid>/` of a key under it. */
function ownerRoot(key: string): string {
  return key.slice(0, key.indexOf("/", key.indexOf("/") + 1) + 1);
}
