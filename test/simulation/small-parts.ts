// Parts of 1 MiB, and not of the 5 that the contract asks for at least: nothing in a world depends on their size, and to hash and
// copy them takes a fifth of the time. test/upload sends parts of 5 MiB.
import type * as Limits from "../../src/api/limits";

/** Still larger than what is compared with an MD5 in any case. */
export const PART_BYTES = 1024 * 1024 + 1024;

/** In the place of the module `real`. */
export function withSmallParts(real: typeof Limits): typeof Limits {
  return { ...real, MIN_PART_BYTES: PART_BYTES };
}
