// The MD5 of bytes that stay in memory, taken once, when it is asked for: here or in a thread. Knows nothing of stores.
import { digestAtOnce, type RunningDigest } from "../../files/workers/digest-thread";
import type { Md5 } from "./stores";

export interface BufferMd5 {
  /** Takes it now unless it was taken before. */
  readonly digest: Md5;
  /** Whether a thread may be reading the bytes. */
  readonly isReading: () => boolean;
}

export function md5AtOnce(bytes: Buffer): BufferMd5 {
  let md5: Promise<string | undefined> | undefined;
  return {
    digest: () => (md5 ??= Promise.resolve(digestAtOnce("md5", bytes))),
    isReading: () => false,
  };
}

export function md5InThread(running: RunningDigest, bytes: Buffer): BufferMd5 {
  let md5: Promise<string | undefined> | undefined;
  let isDone = false;
  return {
    digest: () => {
      if (md5 !== undefined) return md5;
      void running.add(bytes);
      md5 = running.digest().finally(() => {
        isDone = true;
      });
      return md5;
    },
    isReading: () => md5 !== undefined && !isDone,
  };
}
