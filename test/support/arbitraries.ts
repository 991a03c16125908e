// Random values for property tests: texts, and manifests whose paths are as people have them, and as nobody has them.
import fc from "fast-check";
import type { ManifestEntry } from "../../src/files/manifest/manifest";

const SURROGATES = { from: 0xd800, count: 0x800 };

/**
 * Any character, as the unit "binary" is. That one makes a list of all million of them first, which takes 1.5 seconds of
 * processor time.
 */
export const anyCharacter = fc.nat({ max: 0x10_ffff - SURROGATES.count }).map(
  (n) => String.fromCodePoint(n < SURROGATES.from ? n : n + SURROGATES.count),
  (text) => {
    const [one, ...more] = typeof text === "string" ? text : "";
    const point = one?.codePointAt(0);
    if (point === undefined || more.length > 0) throw new Error("This is no character.");
    return point < SURROGATES.from ? point : point - SURROGATES.count;
  },
);

const part = fc.oneof(
  fc.stringMatching(/^[a-z0-9_-]{1,8}$/),
  fc.nat({ max: 99_999 }).map((n) => `frame-${String(n).padStart(6, "0")}`),
  fc.uuid(),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .filter((text) => !/[\r\n/\p{Cs}]/u.test(text)),
);
const path = fc
  .tuple(
    fc.array(part, { minLength: 1, maxLength: 4 }),
    fc.constantFrom("", ".jpg", ".png", ".alp.gz"),
  )
  .map(([parts, suffix]) => parts.join("/") + suffix);

export const sha256 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));

const sizeBytes = fc.oneof(
  fc.nat({ max: 5_000_000 }),
  fc.maxSafeInteger().map(Math.abs),
  fc.constantFrom(0, 127, 128, 2 ** 32),
);

/** Entries with different paths, in any order. */
export function manifestEntries(
  size: { minLength?: number; maxLength?: number } = {},
): fc.Arbitrary<ManifestEntry[]> {
  return fc.uniqueArray(fc.record({ path, sizeBytes, sha256 }), {
    ...size,
    selector: (entry) => entry.path,
  });
}
