// Finished exports on this machine, for later jobs: each under its whole identity, with the digest of what was checked,
// and compared with it whenever it is used. What is not as it was kept is dropped, and fetched again.
// Knows nothing of what is in them.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { canonicalJson } from "../src/canonical-json";
import { cancelled } from "../src/flow/clock";
import type { ExportCache } from "./environment";

const FILE = "export";
const RECORD = "export.json";

export interface ExportIdentity {
  readonly baseUrl: string;
  readonly uid: string;
  /** Keys the name and the record: another user's run finds nothing, and who has no key can forge neither. */
  readonly apiKey: string;
}

export interface CachedExport {
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
  const recordOf = (sha256: string): string =>
    JSON.stringify({ sha256, mac: sign({ what: "export-file", baseUrl, uid, sha256 }) });

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
        const record = await readFile(join(folder, RECORD), "utf8");
        const sha256 = await copyHashed(join(folder, FILE), file, signal);
        if (isEqual(record, recordOf(sha256))) return sha256;
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
        const sha256 = await copyHashed(file, partial, signal).catch(async (error: unknown) => {
          await rm(partial, { force: true });
          throw error;
        });
        await rename(partial, join(folder, FILE));
        await writeFile(join(folder, RECORD), recordOf(sha256), { mode: 0o600 });
      } catch {
        if (signal.aborted) throw cancelled("Keeping the export in this machine's cache");
      }
    },
  };
}

/** One read for both: what was compared is what is used, whoever writes to the cache meanwhile. */
async function copyHashed(from: string, to: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  async function* hashed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(createReadStream(from), hashed, createWriteStream(to, { mode: 0o600 }), {
    signal,
  });
  return hash.digest("hex");
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
