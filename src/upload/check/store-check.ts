// What a store says that it keeps, compared with what was sent: the MD5 in its `ETag`. Knows nothing of how bytes are sent.
// The first reply does not settle whether a store's ETags are MD5s: it may be the one whose bytes were lost, or come from
// something that kept nothing. test/upload/store-check.test.ts plays both. Learning costs
// at most one file sent twice for each that is under way, and one more.
import type { Stored } from "../../api/storage/storage";
import { AvalaError } from "../../errors";
import { printable } from "../../redact";
import { Md5Thread, md5Here, type Md5Maker, type RunningMd5 } from "./md5";

/** An MD5 that is there when it is asked for. */
export type Md5 = () => Promise<string | undefined>;

/**
 * What a store's reply says of the bytes that it was sent: it keeps them, it keeps others, or it does not tell. `doubtful`:
 * twice its ETag was another MD5, or there was none at all, and only what other files show can tell which. `unlearned`: its
 * ETag was another MD5 once, and sending the same again shows whether that is its manner.
 */
export type Verdict = "right" | "wrong" | "unlearned" | "untold" | "doubtful";

/** The same of what has landed as far as one can tell. */
export type Kept = Exclude<Verdict, "wrong" | "unlearned">;

/** The tries of one file, or of one part of it. */
export interface PieceCheck {
  judge(stored: Stored, md5: Md5): Promise<Verdict>;
}

export interface StoreCheck {
  /** Whether the store at `host` has shown by now that its ETags are MD5s: then what was doubtful there is wrong. */
  tellsMd5(host: string): boolean;
  /** `isOnce`: it can't be sent again, so a doubt must be more than one. */
  piece(sizeBytes: number, options?: { readonly isOnce: boolean }): PieceCheck;
  /** For bytes that are read once, on their way; `undefined` when no store of this run reports MD5s. */
  stream(file: { readonly sizeBytes: number }): RunningMd5 | undefined;
  /** For bytes that stay, those of `file` or of a part of it. */
  buffer(bytes: Buffer, file: { readonly sizeBytes: number }): BufferMd5;
  /** Whether {@link buffer} reads parts of this file while they are sent, best from memory that threads share. */
  isHashedInThread(file: { readonly sizeBytes: number }): boolean;
  close(): void;
}

interface BufferMd5 {
  /** Takes it now unless it was taken before. */
  readonly digest: Md5;
  /** Whether a thread may be reading the bytes. */
  readonly isReading: () => boolean;
}

// A smaller file costs a call, so that the budget of a hundred a minute bounds all of them together at some 200 MB/s:
// one thread hashes faster. A larger one goes by parts and may go as fast as the network does.
const IN_A_THREAD_FROM_BYTES = 128 * 1024 * 1024;

/** `what`: `a.jpg`, `part 3 of a.mcap`. */
export function keptOther(what: string, { host }: Stored): AvalaError {
  return new AvalaError(
    "storage",
    `${host} stored something other than ${printable(what)}: its ETag is not the MD5 of the bytes that were sent.`,
    { retryable: true, hint: "Nothing was confirmed. If it happens again, report it to Avala." },
  );
}

/** Nothing went wrong yet: what was sent is sent once more, which shows how the store reports checksums. */
export class ChecksumProbe extends AvalaError {
  constructor(what: string, { host }: Stored) {
    const text = `It is not known yet how ${host} reports checksums: its ETag of ${printable(what)} is not the MD5 of these bytes.`;
    super("storage", text, { retryable: true });
  }
}

function bufferMd5(maker: Md5Maker, bytes: Buffer): BufferMd5 {
  let md5: Promise<string | undefined> | undefined;
  let isDone = false;
  return {
    digest: () => {
      if (md5 !== undefined) return md5;
      const running = maker.start();
      void running.add(bytes);
      md5 = running.digest().finally(() => {
        isDone = true;
      });
      return md5;
    },
    isReading: () => md5 !== undefined && !isDone,
  };
}

interface Stores {
  readonly told: Map<string, "md5" | "other" | "none">;
  /** How often each store's ETag did not agree, twice, with nothing shown of it yet. */
  readonly doubts: Map<string, number>;
  /** How often each gave no ETag, with nothing shown of it yet. */
  readonly silences: Map<string, number>;
}

// One could be a store that lost the same bytes twice.
const DOUBTS_TO_BELIEVE = 2;

// As many as are under way at once, since one bad minute may meet all of them. Until then they are not in the journal.
const SILENCES_TO_BELIEVE = 8;

// So cheap to hash that even a store that seems to tell no MD5s is held to them: the first that agrees shows otherwise.
const ALWAYS_JUDGED_BYTES = 1024 * 1024;

/**
 * Of a store that has reported no MD5 yet. An ETag of another form is a store's own form. None at all may be so too, or
 * the answer of something else that kept nothing: one file does not show which.
 */
function judgeSilence({ told, silences }: Stores, { host, etag }: Stored): Verdict {
  if (etag !== undefined) {
    told.set(host, "none");
    return "untold";
  }
  const count = (silences.get(host) ?? 0) + 1;
  silences.set(host, count);
  if (count >= SILENCES_TO_BELIEVE) told.set(host, "none");
  return "doubtful";
}

/**
 * A store's `ETag` is the MD5 of an object, or something else that looks like one, and not always does a header say which.
 * The first that agrees shows that the store reports MD5s: from then on each must agree. Until then one that does not agree
 * is sent again once; when that has not helped two pieces, the store is taken for one that reports none.
 */
function createPiece(stores: Stores, sizeBytes: number, isOnce: boolean): PieceCheck {
  const { told, doubts } = stores;
  // Each of its tries may go to another store.
  const doubted = new Set<string>();
  return {
    judge: async (stored, md5) => {
      const { host, wasThere } = stored;
      const before = told.get(host);
      const isSkipped = before === "other" && sizeBytes > ALWAYS_JUDGED_BYTES;
      if (wasThere || isSkipped) return "untold";
      if (stored.md5 === undefined) {
        // A store that reported the MD5 of each object and reports none now may have kept nothing.
        if (before === "md5") return "wrong";
        if (before !== undefined) return "untold";
        return judgeSilence(stores, stored);
      }
      const own = await md5();
      if (own === undefined) return "untold";
      if (own === stored.md5) {
        told.set(host, "md5");
        return "right";
      }
      // Another piece may have shown meanwhile what this store reports.
      const now = told.get(host);
      const isFirst = !isOnce && !doubted.has(host);
      if (now === "other" && isFirst) return "untold";
      doubted.add(host);
      if (now === "md5") return "wrong";
      if (isFirst) return "unlearned";
      const count = (doubts.get(host) ?? 0) + 1;
      doubts.set(host, count);
      if (count >= DOUBTS_TO_BELIEVE) told.set(host, "other");
      return "doubtful";
    },
  };
}

/** The verdict, unless the store keeps something else. @throws AvalaError `storage`, `retryable` */
export async function requireKept(
  piece: PieceCheck,
  what: string,
  stored: Stored,
  md5: Md5,
): Promise<Kept> {
  const verdict = await piece.judge(stored, md5);
  if (verdict === "wrong") throw keptOther(what, stored);
  if (verdict === "unlearned") throw new ChecksumProbe(what, stored);
  return verdict;
}

/** What is known of a file from what is known of its parts. */
export function keptOf(parts: ReadonlySet<Kept>): Kept {
  if (parts.has("doubtful")) return "doubtful";
  return parts.has("right") && parts.size === 1 ? "right" : "untold";
}

/** One for a run: what its stores tell is learned as it goes. */
export function createStoreCheck(): StoreCheck {
  const stores: Stores = { told: new Map(), doubts: new Map(), silences: new Map() };
  const { told } = stores;
  const thread = new Md5Thread();
  const isWanted = (): boolean => told.size === 0 || [...told.values()].includes("md5");
  const isHashedInThread: StoreCheck["isHashedInThread"] = ({ sizeBytes }) =>
    sizeBytes >= IN_A_THREAD_FROM_BYTES && isWanted();
  return {
    tellsMd5: (host) => told.get(host) === "md5",
    piece: (sizeBytes, { isOnce } = { isOnce: false }) => createPiece(stores, sizeBytes, isOnce),
    stream: (file) =>
      isWanted() ? (isHashedInThread(file) ? thread : md5Here).start() : undefined,
    buffer: (bytes, file) => {
      if (!isHashedInThread(file)) return bufferMd5(md5Here, bytes); // and not before the store reported one
      const beside = bufferMd5(thread, bytes);
      void beside.digest();
      return beside;
    },
    isHashedInThread,
    close: () => thread.close(),
  };
}

/** The same chunks, their MD5 taken as they pass. */
export async function* hashing(
  chunks: AsyncIterable<Buffer>,
  md5: RunningMd5 | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const isFull = md5?.add(chunk);
    if (isFull !== undefined) await isFull;
    yield chunk;
  }
}
