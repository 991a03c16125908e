// What every try of sending bytes has in common: its bytes are counted and taken back when it fails, its retries reported.
import type { Avala } from "../../api/connection";
import type { RetryOptions } from "../../flow/retry";
import type { SendingTools } from "./sending-tools";
import type { SourceFile } from "./source";
import type { PlaceTag } from "../check/place-tag";
import type { Kept } from "../check/stores";
import type { OtherRun } from "./watch-other";

export interface ByteCounter {
  readonly add: (bytes: number) => void;
  readonly takeBack: (bytes: number) => void;
}

/** Of one file. */
interface FileBytes extends ByteCounter {
  /** A store has taken bytes of it now. */
  readonly taken: () => void;
}

export interface FileDestination {
  readonly datasetName: string;
  readonly organizationUid?: string | undefined;
}

/** A file whose content is known before it is sent. */
export type HashedFile = SourceFile & { readonly sha256: string };

/** Whether it is read as a whole and kept between tries, so that a retry reads and hashes nothing: eight at once are 8 MiB. */
export function isSmall({ sizeBytes }: Pick<SourceFile, "sizeBytes">): boolean {
  return sizeBytes <= 1024 * 1024;
}

/** What the sending of any file needs. */
export interface Sending extends SendingTools {
  readonly avala: Avala;
  readonly destination: FileDestination;
  /** The batch of the set; `undefined`: by the first protocol. */
  readonly uploadUid: string | undefined;
  /** Whether the digest of the set is in the dataset's name, so that other content has another place. */
  readonly isNamedByContent: boolean;
  /** Whether runs on other machines may send in the batch, which is made of the content then. */
  readonly isBatchShared: boolean;
  /** Whether a dataset of the set exists by now, as far as the caller can say. */
  readonly isMade: (() => Promise<boolean>) | undefined;
  readonly otherRun: OtherRun;
  /** Whether a file that goes by form and is given no ETag is not sent again at once: once all have been sent, others show why. */
  readonly isSettling: boolean;
  /** As the run's. */
  readonly abandoned: ReadonlySet<string>;
  readonly bytes: ByteCounter;
  readonly signal: AbortSignal;
}

/** What sends one file needs. */
export type FileSending = Sending & { readonly bytes: FileBytes };

/** What is stored of a file. */
export interface StoredFile {
  readonly sha256: string;
  /** What the store reported about the bytes that were sent now. */
  readonly kept: Kept;
  /** The stores whose word on it was doubtful: one set may lie in several. */
  readonly doubtfulAt: readonly string[];
  /** The host of the store that a form went to, and whether its last reply had an ETag. */
  readonly reply?: { readonly host: string; readonly hasEtag: boolean } | undefined;
  /** Whether only the server says that it is there, by a session that no record of ours knows. */
  readonly isUnproven: boolean;
  /** Whether it can be sent again to the same place: a form replaces what lies there. */
  readonly isReplaceable: boolean;
  /** Where something else may come to lie at its place, or lie there already. Absent: what lies there is what was sent. */
  readonly tag?: PlaceTag | undefined;
}

export interface SentFile extends StoredFile {
  /** Whether no store took a byte of it now: an earlier run had sent it, or another one has. */
  readonly wasThere: boolean;
}

/** Counts what a session's bytes come to, so that as many as are right can count in the end. */
export function countedIn(
  bytes: ByteCounter,
  taken: () => void,
): FileBytes & { readonly settle: (count: number) => void } {
  let counted = 0;
  return {
    taken,
    add: (count) => {
      counted += count;
      bytes.add(count);
    },
    takeBack: (count) => {
      counted -= count;
      bytes.takeBack(count);
    },
    settle: (count) => {
      if (count > counted) bytes.add(count - counted);
      else bytes.takeBack(counted - count);
      counted = count;
    },
  };
}

/** Runs one try that sends `sizeBytes`; whatever it reported, exactly these count when it succeeds and none when not. */
export async function countBytes<T>(
  bytes: ByteCounter,
  sizeBytes: number,
  send: (onBytes: (count: number) => void) => Promise<T>,
): Promise<T> {
  let counted = 0;
  let isOver = false;
  const onBytes = (count: number): void => {
    // A connection may take more of what is over, as when the reply came before all was sent.
    if (isOver) return;
    counted += count;
    bytes.add(count);
  };
  try {
    const result = await send(onBytes);
    bytes.add(sizeBytes - counted);
    return result;
  } catch (error) {
    bytes.takeBack(counted);
    throw error;
  } finally {
    isOver = true;
  }
}

/** Options of `retry` on a session: its clock and chance, each retry reported to its listener, each wait for the rate limit counted. */
export function retryOn(avala: Avala, what: string, signal: AbortSignal | undefined): RetryOptions {
  const { clock, random, deadlineMs, maxTries, pace } = avala;
  const onRetry: RetryOptions["onRetry"] = (again) => avala.emit({ kind: "retry", ...again });
  const { countWait } = pace;
  return { clock, random, signal, what, onRetry, countWait, deadlineMs, maxTries };
}
