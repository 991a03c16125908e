// What a store says that it keeps, compared with what was sent: the MD5 in its `ETag`. Knows nothing of how bytes are sent.
import type { Avala } from "../../api/connection";
import type { Stored } from "../../api/storage/storage";
import { AvalaError } from "../../errors";
import { printable } from "../../redact";
import { Md5Thread, md5Here, type Md5Maker, type RunningMd5 } from "./md5";
import { judgeStored, type Kept, type Md5, type Piece, type Verdict } from "./stores";

export type { Kept, Md5 };

export interface StoreCheck {
  /** Whether any store of this session has shown by now what its ETags are. */
  readonly hasLearned: boolean;
  /** Whether the store at `host` has shown by now that its ETags are MD5s: then what was doubtful there is wrong. */
  returnsMd5(host: string): boolean;
  judge(stored: Stored, piece: Piece): Promise<Verdict>;
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
  return parts.has("right") && parts.size === 1 ? "right" : "untold";
}

/** One for a run. What its stores' ETags are is remembered for the session. */
export function createStoreCheck({ remembered }: Pick<Avala, "remembered">): StoreCheck {
  const stores = (remembered.stores ??= new Map());
  const thread = new Md5Thread();
  const learned = () => [...stores.values()].map(({ etags }) => etags).filter(Boolean);
  const isWanted = (): boolean => learned().length === 0 || learned().includes("md5");
  const isHashedInThread: StoreCheck["isHashedInThread"] = ({ sizeBytes }) =>
    sizeBytes >= IN_A_THREAD_FROM_BYTES && isWanted();
  return {
    get hasLearned() {
      return learned().length > 0;
    },
    returnsMd5: (host) => stores.get(host)?.etags === "md5",
    judge: (stored, piece) => judgeStored(stores, stored, piece),
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
