// Bytes in memory or in a folder, by an id of our own. Knows no keys, no S3.
import type { Hash } from "node:crypto";
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { mkdir, open, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { BlobRef } from "../state/records";

export interface Blob extends BlobRef {
  readonly etag: string;
}

/** Takes bytes as they come. Nothing is kept until `commit`; a promise from `write` asks to wait for the disk. */
export interface Sink {
  readonly size: number;
  write(chunk: Buffer): Promise<void> | undefined;
  commit(): Promise<Blob>;
  discard(): Promise<void>;
}

export interface BlobStore {
  receive(): Sink;
  /** The bytes from `start` up to and including `end`. */
  read(blob: BlobRef, start: number, end: number): Readable;
  remove(blob: BlobRef): Promise<void>;
}

/** MD5 as S3's ETag, or nothing like it, as with KMS: MD5 takes a core at some 600 MB/s. */
type EtagRule = "md5" | "opaque";

abstract class HashingSink implements Sink {
  size = 0;
  private readonly hash: Hash | undefined;

  constructor(rule: EtagRule) {
    this.hash = rule === "md5" ? createHash("md5") : undefined;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    this.size += chunk.length;
    this.hash?.update(chunk);
    return this.keep(chunk);
  }

  abstract commit(): Promise<Blob>;
  abstract discard(): Promise<void>;
  protected abstract keep(chunk: Buffer): Promise<void> | undefined;

  protected blob(id: string): Blob {
    const etag = this.hash?.digest("hex") ?? randomUUID().replaceAll("-", "");
    return { id, size: this.size, etag };
  }
}

/** The bytes from `start` up to and including `end`, without a copy. */
function* pieces(chunks: readonly Buffer[], start: number, end: number): Generator<Buffer> {
  let at = 0;
  for (const chunk of chunks) {
    const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    if (piece.length > 0) yield piece;
    at += chunk.length;
  }
}

export class MemoryBlobs implements BlobStore {
  private readonly blobs = new Map<string, readonly Buffer[]>();
  private nextId = 0;

  constructor(private readonly rule: EtagRule) {}

  receive(): Sink {
    return new MemorySink(this.rule, (chunks) => {
      const id = String(++this.nextId);
      this.blobs.set(id, chunks);
      return id;
    });
  }

  read(blob: BlobRef, start: number, end: number): Readable {
    return Readable.from(pieces(this.blobs.get(blob.id) ?? [], start, end));
  }

  remove(blob: BlobRef): Promise<void> {
    this.blobs.delete(blob.id);
    return Promise.resolve();
  }
}

class MemorySink extends HashingSink {
  private chunks: Buffer[] = [];

  constructor(
    rule: EtagRule,
    private readonly save: (chunks: readonly Buffer[]) => string,
  ) {
    super(rule);
  }

  commit(): Promise<Blob> {
    return Promise.resolve(this.blob(this.save(this.chunks)));
  }

  discard(): Promise<void> {
    this.chunks = [];
    return Promise.resolve();
  }

  protected keep(chunk: Buffer): undefined {
    // A short slice of a socket's 64 KiB buffer would keep all of it alive.
    this.chunks.push(chunk.length * 2 < chunk.buffer.byteLength ? Buffer.from(chunk) : chunk);
    return undefined;
  }
}

/**
 * So much is gathered before a write: a smaller file is then written in one call at its end, which
 * costs a third of open, write, close, and a larger one in few.
 */
const GATHER_BYTES = 1024 * 1024;

/**
 * Each blob is a file with its own name that is never written twice, and counts only once the
 * journal names it: so a kill at any moment leaves the old object or the new one, whole, and at
 * most a stray file, which the next start sweeps away.
 */
export class DiskBlobs implements BlobStore {
  private constructor(
    private readonly dir: string,
    private readonly rule: EtagRule,
  ) {}

  static async open(dataDir: string, rule: EtagRule, known: Iterable<BlobRef>): Promise<DiskBlobs> {
    const dir = join(dataDir, "blobs");
    await mkdir(dir, { recursive: true });
    const keep = new Set(Array.from(known, (blob) => blob.id));
    for (const name of await readdir(dir)) if (!keep.has(name)) await rm(join(dir, name));
    return new DiskBlobs(dir, rule);
  }

  receive(): Sink {
    return new DiskSink(this.dir, this.rule);
  }

  read(blob: BlobRef, start: number, end: number): Readable {
    if (end < start) return Readable.from([]);
    return createReadStream(join(this.dir, blob.id), { start, end });
  }

  remove(blob: BlobRef): Promise<void> {
    return rm(join(this.dir, blob.id), { force: true });
  }
}

class DiskSink extends HashingSink {
  private readonly id = randomUUID();
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;
  private file: FileHandle | undefined;

  constructor(
    private readonly dir: string,
    rule: EtagRule,
  ) {
    super(rule);
  }

  async commit(): Promise<Blob> {
    if (this.file === undefined) await writeFile(this.path(), this.gathered);
    else {
      await this.spill();
      await this.file.close();
    }
    return this.blob(this.id);
  }

  async discard(): Promise<void> {
    await this.file?.close();
    if (this.file !== undefined) await rm(this.path(), { force: true });
  }

  protected keep(chunk: Buffer): Promise<void> | undefined {
    this.gathered.push(chunk);
    this.gatheredBytes += chunk.length;
    return this.gatheredBytes < GATHER_BYTES ? undefined : this.spill();
  }

  private async spill(): Promise<void> {
    const chunks = this.gathered;
    this.gathered = [];
    this.gatheredBytes = 0;
    this.file ??= await open(this.path(), "wx");
    if (chunks.length > 0) await this.file.writev(chunks);
  }

  private path(): string {
    return join(this.dir, this.id);
  }
}
