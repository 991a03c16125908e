// What a store says that it keeps, compared with what was sent: the MD5 in its `ETag`. Knows nothing of how bytes are sent.
import type { Avala } from "../../api/connection";
import type { Stored } from "../../api/storage/storage";
import { AvalaError } from "../../errors";
import {
  createFileDigests,
  isHashedInThread,
  type RunningDigest,
} from "../../files/workers/digest-thread";
import { unlessStalled } from "../../flow/patience";
import { printable } from "../../redact";
import { md5AtOnce, md5InThread, type BufferMd5 } from "./buffer-md5";
import {
  judgeStored,
  seemsWithoutMd5s,
  type Kept,
  type Patience,
  type Piece,
  type Verdict,
} from "./stores";

export interface StoreCheck {
  /** Whether any store of this session has shown by now what its ETags are. */
  readonly hasLearned: boolean;
  /** Whether the store at `host` has shown by now that its ETags are MD5s: then what was doubtful there is wrong. */
  returnsMd5(host: string): boolean;
  /** Whether it has given ETags, of whatever kind, in this session or in an earlier one. */
  givesEtags(host: string): boolean;
  /** Whether it seems by now to return none: then what is doubtful there counts, until it shows otherwise. */
  seemsWithoutMd5s(host: string): boolean;
  judge(stored: Stored, piece: Piece): Promise<Verdict>;
  /** When the MD5 of a file is taken: `afterwards` only if it is asked for. */
  timeOfMd5(file: { readonly sizeBytes: number }): "on its way" | "afterwards";
  md5(file: { readonly sizeBytes: number }): RunningDigest;
  /** For bytes that stay, those of `file` or of a part of it. */
  buffer(bytes: Buffer, file: { readonly sizeBytes: number }): BufferMd5;
  close(): void;
}

/** `what`: `a.jpg`, `part 3 of a.mcap`. */
export function keptOther(what: string, { host, etag }: Pick<Stored, "host" | "etag">): AvalaError {
  const name = printable(what);
  const text =
    etag === undefined
      ? `${host} may not have stored ${name}: its response has no ETag, and responses to other files had one.`
      : `${host} stored something other than ${name}: its ETag is not the MD5 of the bytes that were sent.`;
  const hint = "Nothing was confirmed. If it happens again, report it to Avala.";
  return new AvalaError("storage", text, { retryable: true, hint });
}

/** The verdict, unless the store keeps something else. @throws AvalaError `storage`, `retryable` */
export async function requireKept(
  check: StoreCheck,
  what: string,
  stored: Stored,
  piece: Piece,
): Promise<Kept> {
  const verdict = await check.judge(stored, piece);
  if (verdict === "wrong") throw keptOther(what, stored);
  return verdict;
}

/** What is known of a file from what is known of its parts. */
export function keptOf(parts: ReadonlySet<Kept>): Kept {
  if (parts.has("doubtful")) return "doubtful";
  return parts.has("right") && parts.size === 1 ? "right" : "unknown";
}

/** One for a run. What its stores' ETags are is remembered for the session. */
export function createStoreCheck({
  remembered,
  pace,
}: Pick<Avala, "remembered" | "pace">): StoreCheck {
  const patience: Patience = (work) => unlessStalled(pace, work);
  const stores = (remembered.stores ??= new Map());
  const digests = createFileDigests("md5");
  const learned = () => [...stores.values()].map(({ etags }) => etags).filter(Boolean);
  const isMd5Seen = (): boolean => [...stores.values()].some(({ seen }) => seen === "md5");
  const timeOfMd5: StoreCheck["timeOfMd5"] = (file) => {
    if (learned().includes("md5")) return "on its way";
    if (learned().length > 0) return "afterwards";
    // MD5 takes more of a core than all else that is done with a large file, perhaps for nothing.
    return isHashedInThread(file) && !isMd5Seen() ? "afterwards" : "on its way";
  };
  return {
    get hasLearned() {
      return learned().length > 0;
    },
    returnsMd5: (host) => stores.get(host)?.etags === "md5",
    givesEtags: (host) => {
      const store = stores.get(host);
      return store !== undefined && (store.tags > 0 || store.seen !== undefined);
    },
    seemsWithoutMd5s: (host) => {
      const store = stores.get(host);
      return store !== undefined && seemsWithoutMd5s(store);
    },
    judge: (stored, piece) => judgeStored(stores, stored, piece, patience),
    timeOfMd5,
    md5: (file) => digests.start(file),
    buffer: (bytes, file) => {
      if (!isHashedInThread(file)) return md5AtOnce(bytes);
      const md5 = md5InThread(digests.start(file), bytes);
      if (timeOfMd5(file) === "on its way") void md5.digest();
      return md5;
    },
    close: () => digests.close(),
  };
}
