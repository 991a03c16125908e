// Threads that hash files from 32 MiB on, and not from 128: what they do is the same, and a test has a third of the bytes to
// send. The real size is held by test/files/digest-thread.test.ts, and test/upload/store-check.test.ts sends a file of it.
import type * as DigestThread from "../../src/files/workers/digest-thread";

const FROM_BYTES = 32 * 1024 * 1024;
const REALLY_FROM_BYTES = 128 * 1024 * 1024;

const isLarge = ({ sizeBytes }: { readonly sizeBytes: number }): boolean => sizeBytes >= FROM_BYTES;

/** In the place of the module `real`. */
export function hashingEarly(real: typeof DigestThread): typeof DigestThread {
  return {
    ...real,
    isHashedInThread: isLarge,
    createFileDigests: (...how) => {
      const digests = real.createFileDigests(...how);
      return {
        ...digests,
        start: (file) => digests.start(isLarge(file) ? { sizeBytes: REALLY_FROM_BYTES } : file),
      };
    },
  };
}
