// The files of a set, read once and hashed once in a process however often the engine asks: `check` runs before each
// `diff` and each `create`. What is remembered is bound to the file as it is now, and never kept beyond the process.
import { stat } from "node:fs/promises";
import { hashFiles, type HashOptions, type HashProgress } from "../../src/files/hash";
import { hashStill } from "../../src/files/moving";
import { readFileSet, type FileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import type { LocalFile } from "../../src/files/local-file";
import {
  createManifest,
  type Manifest,
  type ManifestEntry,
} from "../../src/files/manifest/manifest";
import { AvalaError } from "../../src/errors";
import { runPool } from "../../src/flow/pool";
import { canonicalJson } from "../../src/canonical-json";

export interface LocalSet {
  readonly set: FileSet;
  readonly manifest: Manifest;
}

export interface LocalFiles {
  /** @throws InputError with everything that is wrong with the set; AvalaError `file_changed` */
  read(options: FileSetOptions, onProgress?: OnProgress): Promise<LocalSet>;
  /**
   * The set as the `check` right before saw it, whose digest the engine now hands back. A file that changes after that
   * is found out when it is sent.
   * @throws AvalaError `file_changed` when the set is not the one that `check` saw
   */
  recall(options: FileSetOptions, digest: string): Promise<LocalSet>;
}

type OnProgress = (progress: HashProgress) => void;

// `stat` waits for the disk, not for the processor.
const STATS_AT_ONCE = 16;

/**
 * What changes whenever a file's content does, by any usual means: sizes, times in ns, and the file's own number. Of a file
 * that is gone nothing: that is found out when it is hashed.
 */
async function fingerprint(file: LocalFile): Promise<string | undefined> {
  const now = await stat(file.absolutePath, { bigint: true }).catch(() => undefined);
  if (now === undefined) return undefined;
  return [file.absolutePath, now.size, now.mtimeNs, now.ctimeNs, now.ino, now.dev].join("\0");
}

/** The data type is left out: `check` fills it in, and it chooses no files. */
function keyOf(options: FileSetOptions): string {
  return canonicalJson({ ...options, dataType: undefined });
}

/** `signal` stops reading and hashing. */
export function createLocalFiles(signal?: AbortSignal): LocalFiles {
  const hashes = new Map<string, string>();
  const latest = new Map<string, LocalSet>();

  async function hash(
    set: FileSet,
    options: Pick<HashOptions, "onProgress" | "onChanged">,
  ): Promise<Manifest> {
    const known: ManifestEntry[] = [];
    const unknown: { file: LocalFile; key: string | undefined }[] = [];
    await runPool(set.files, { concurrency: STATS_AT_ONCE, signal }, async (file) => {
      const key = await fingerprint(file);
      const sha256 = key === undefined ? undefined : hashes.get(key);
      if (sha256 === undefined) unknown.push({ file, key });
      else known.push({ path: file.path, sizeBytes: file.sizeBytes, sha256 });
    });
    const fresh = await hashFiles(
      unknown.map(({ file }) => file),
      { ...options, signal },
    );
    const byPath = new Map(fresh.entries.map((entry) => [entry.path, entry.sha256]));
    for (const { file, key } of unknown) {
      const sha256 = byPath.get(file.path);
      if (sha256 !== undefined && key !== undefined) hashes.set(key, sha256);
    }
    return createManifest([...known, ...fresh.entries]);
  }

  async function read(options: FileSetOptions, onProgress?: OnProgress): Promise<LocalSet> {
    const listed = await readFileSet(options, { signal });
    const local = await hashStill(listed, options, (onChanged) =>
      hash(listed, { onProgress, onChanged }),
    );
    latest.set(keyOf(options), local);
    return local;
  }

  return {
    read,
    recall: async (options, digest) => {
      const local = latest.get(keyOf(options)) ?? (await read(options));
      if (local.manifest.digest === digest) return local;
      throw new AvalaError(
        "file_changed",
        `Files in ${options.root} changed while the update ran.`,
        {
          hint: "Run it again once nothing is writing to them; nothing of this set was sent.",
        },
      );
    },
  };
}
