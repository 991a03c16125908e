// Finished exports on this machine, for later jobs: each under its whole identity, with the digest of what was checked,
// and compared with it whenever it is used. What is not as it was kept is dropped, and fetched again.
// Knows nothing of what is in them.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { canonicalJson } from "../../src/canonical-json";
import { systemDisk } from "../../src/flow/disk/disk";
import { cancelled } from "../../src/flow/clock";
import { isRecord } from "../../src/json";
import type { ExportCache } from "../environment";

const FILE = "export";
const RECORD = "export.json";
// Two digests and a size.
const MAX_RECORD_BYTES = 1_024;
const CHUNK_BYTES = 1024 * 1024;

interface ExportIdentity {
  readonly baseUrl: string;
  readonly uid: string;
  /** Keys the name and the record: another user's run finds nothing, and who has no key can forge neither. */
  readonly apiKey: string;
}

interface CachedExport {
  /** Copies what was kept to `file` and returns its digest; `undefined` when there is none, or none that is right. */
  take(file: string, signal: AbortSignal): Promise<string | undefined>;
  /** Keeps a copy of `file`. A cache that is full or read-only costs a later run a download, and this one nothing. */
  keep(file: string, signal: AbortSignal): Promise<void>;
  drop(): Promise<void>;
}

export function openCachedExport(cache: ExportCache, identity: ExportIdentity): CachedExport {
  const { baseUrl, uid, apiKey } = identity;
  const sign = (what: object): string =>
    createHmac("sha256", apiKey).update(canonicalJson(what)).digest("hex");
  const key = sign({ what: "export", baseUrl, uid });
  const recordOf = ({ sha256, sizeBytes }: Copied): string => {
    const mac = sign({ what: "export-file", baseUrl, uid, sha256, sizeBytes });
    return JSON.stringify({ sha256, sizeBytes, mac });
  };

  const drop = async (): Promise<void> => {
    const folder = cache.find(key);
    if (folder === undefined) return;
    for (const name of [RECORD, FILE])
      await rm(join(folder, name), { force: true }).catch(() => undefined);
  };
  return {
    drop,
    async take(file, signal) {
      const folder = cache.find(key);
      if (folder === undefined) return undefined;
      try {
        const kept = await copyKept(folder, file, recordOf, signal);
        if (kept !== undefined) return kept;
      } catch {
        if (signal.aborted) throw cancelled("Reading the export from this machine's cache");
      }
      await rm(file, { force: true });
      await drop();
      return undefined;
    },
    async keep(file, signal) {
      try {
        const folder = await cache.create(key);
        if (folder === undefined) return;
        const partial = join(folder, `${FILE}.partial`);
        const copied = await copyHashed(createReadStream(file), partial, signal).catch(
          async (error: unknown) => {
            await rm(partial, { force: true });
            throw error;
          },
        );
        await rename(partial, join(folder, FILE));
        await writeFile(join(folder, RECORD), recordOf(copied), { mode: 0o600 });
      } catch {
        if (signal.aborted) throw cancelled("Keeping the export in this machine's cache");
      }
    },
  };
}

interface Copied {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What a record claims, and its text. */
async function readRecord(path: string): Promise<(Copied & { readonly text: string }) | undefined> {
  const text = (await systemDisk.readIfPresent(path, MAX_RECORD_BYTES))?.toString("utf8") ?? "";
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) return undefined;
  const { sha256, sizeBytes } = value;
  if (typeof sha256 !== "string" || typeof sizeBytes !== "number") return undefined;
  return { sha256, sizeBytes, text };
}

/** The digest of what was copied. The record comes first: what is not ours may be a pipe, or larger than the disk. */
async function copyKept(
  folder: string,
  file: string,
  recordOf: (copied: Copied) => string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const record = await readRecord(join(folder, RECORD));
  if (record === undefined || !isEqual(record.text, recordOf(record))) return undefined;
  const copied = await copyHashed(readKept(join(folder, FILE), record.sizeBytes), file, signal);
  return isEqual(record.text, recordOf(copied)) ? copied.sha256 : undefined;
}

/** The bytes of a file of just this size. @throws Error for anything else */
async function* readKept(path: string, sizeBytes: number): AsyncGenerator<Buffer> {
  const handle = await systemDisk.openToRead(path);
  try {
    const stamp = await handle.stamp();
    if (stamp.sizeBytes !== sizeBytes) throw new Error("it has another size");
    for (let position = 0; position < sizeBytes;) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, sizeBytes - position));
      const length = await handle.read(buffer, position);
      if (length === 0) return;
      yield buffer.subarray(0, length);
      position += length;
    }
  } finally {
    await handle.close();
  }
}

/** One read for both: what was compared is what is used, whoever writes to the cache meanwhile. */
async function copyHashed(
  from: AsyncIterable<Buffer>,
  to: string,
  signal: AbortSignal,
): Promise<Copied> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  async function* hashed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  }
  await pipeline(from, hashed, createWriteStream(to, { mode: 0o600 }), { signal });
  return { sha256: hash.digest("hex"), sizeBytes };
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
