// The files of a set, read once and hashed once in a process however often the engine asks: `check` runs before each
// `diff` and each `create`. What is remembered is bound to the file as it is now.
import type { DigestCache } from "../../src/files/digests/digest-cache";
import { hashFiles, type HashProgress } from "../../src/files/hash";
import { hashStill } from "../../src/files/moving";
import { readFileSet, type FileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import type { Manifest } from "../../src/files/manifest/manifest";
import { AvalaError } from "../../src/errors";
import { joinerWith } from "../../src/flow/signals";
import { canonicalJson } from "../../src/canonical-json";

export interface LocalSet {
  readonly set: FileSet;
  readonly manifest: Manifest;
}

export interface LocalFiles {
  /** @throws InputError with everything that is wrong with the set; AvalaError `file_changed` */
  read(options: FileSetOptions, listener?: ReadingListener): Promise<LocalSet>;
  /**
   * The set as the `check` right before saw it, whose digest the engine now hands back. A file that changes after that
   * is found out when it is sent.
   * @throws AvalaError `file_changed` when the set is not the one that `check` saw
   */
  recall(options: FileSetOptions, digest: string): Promise<LocalSet>;
  /** A set of this digest that was read in this process, for what is made of it. */
  ofDigest(digest: string): LocalSet | undefined;
}

export interface ReadingListener {
  /** Called with how many files and folders were listed so far. */
  readonly onListing: (entries: number) => void;
  readonly onProgress: (progress: HashProgress) => void;
  /** Stops the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** The data type is left out: `check` fills it in, and it chooses no files. */
function keyOf(options: FileSetOptions): string {
  return canonicalJson({ ...options, dataType: undefined });
}

/** `ofProcess` stops reading and hashing. */
export function createLocalFiles(cache: DigestCache, ofProcess?: AbortSignal): LocalFiles {
  const latest = new Map<string, LocalSet>();
  const joined = joinerWith(ofProcess);

  async function read(options: FileSetOptions, listener?: ReadingListener): Promise<LocalSet> {
    const { onListing, onProgress } = listener ?? {};
    const signal = joined(listener?.signal);
    const listed = await readFileSet(options, { signal, cache, onListing });
    const { files, known } = listed;
    const local = await hashStill(listed, options, (onChanged) =>
      hashFiles(files, { signal, onProgress, onChanged, known }),
    );
    latest.set(keyOf(options), local);
    return local;
  }

  return {
    read,
    ofDigest: (digest) => [...latest.values()].find(({ manifest }) => manifest.digest === digest),
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
