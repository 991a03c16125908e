import { createHash, randomUUID } from "node:crypto";
import fc from "fast-check";
import { deflateSync } from "fflate";
import { InputError } from "../../src/errors";
import { compareManifests } from "../../src/files/manifest/compare";
import { createManifest, type Manifest } from "../../src/files/manifest/manifest";
import { packManifest, unpackManifest } from "../../src/files/manifest/packing";
import { manifestEntries } from "../support/arbitraries";

const FILES = 25_000;

/** Sizes and digests that nothing can compress, from a name. */
function manifestOf(pathOf: (index: number) => string, files = FILES): Manifest {
  return createManifest(
    Array.from({ length: files }, (_, index) => {
      const sha256 = createHash("sha256").update(String(index)).digest("hex");
      return {
        path: pathOf(index),
        sizeBytes: 20_000 + (Number.parseInt(sha256.slice(0, 8), 16) % 3_000_000),
        sha256,
      };
    }),
  );
}

describe("a packed manifest", () => {
  test("holds paths, sizes, the digest, and 20 digits of each sha256", () => {
    fc.assert(
      fc.property(manifestEntries(), (entries) => {
        const manifest = createManifest(entries);
        expect(unpackManifest(packManifest(manifest))).toEqual({
          ...manifest,
          entries: manifest.entries.map((entry) => ({
            ...entry,
            sha256: entry.sha256.slice(0, 20),
          })),
        });
      }),
    );
  });

  test("is the same text again when it is packed from what was unpacked", () => {
    fc.assert(
      fc.property(manifestEntries(), (entries) => {
        const packed = packManifest(createManifest(entries));
        expect(packManifest(unpackManifest(packed))).toBe(packed);
        expect(packManifest(createManifest([...entries].reverse()))).toBe(packed);
      }),
    );
  });

  // The state of existing stacks is written in this form: a change of the text is a new version of it.
  test("has not changed since version 2", () => {
    const packed = packManifest(manifestOf((index) => `cam/${index % 3}/frame-${index}.jpg`, 5));
    expect(packed).toMatchInlineSnapshot(
      `"Qt24HAIZVMG2koSNw7G00X+yTI/vBn+pKi8z3QAKUHvmqC1RZQAAAAUAAABDX+zrZv/IbzjZUk4HQIVivtuLYM5rhrJz/zT84Z1rSyJ3d9TdH8Ycb9RzXjomXhbu4D9j4GHhYWFgAQJBRk5Gzrb1IUvnu1w+bzv9qdKtTaLJibn6BvppRYm5qboGelkF6caGUJ6hiRGUZQQA"`,
    );
  });

  test.each([
    [
      "frames of cameras",
      (n: number) => `cam-${n % 100}/2026-11-24/frame-${String(n).padStart(6, "0")}.jpg`,
    ],
    [
      "numbered classes",
      (n: number) => `train/n${1440764 + (n % 77) * 37}/n${1440764 + (n % 77) * 37}_${n}.JPEG`,
    ],
    [
      "times",
      (n: number) =>
        `drive-${n % 12}/2026-11-24T10-${n % 60}-${(n * 7919) % 60}.${(n * 104729) % 1_000_003}_left${n}.png`,
    ],
    ["random UUIDs", () => `images/${randomUUID()}.jpg`],
  ])("takes at most 44 characters a file for 25,000 files named by %s", (_, pathOf) => {
    expect(packManifest(manifestOf(pathOf)).length / FILES).toBeLessThanOrEqual(44);
  });

  test("is refused when any byte of it was changed, or when it was cut", () => {
    const packed = packManifest(manifestOf((index) => `a/${index}.jpg`, 20));
    const bytes = Buffer.from(packed, "base64");
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      expect(() => unpackManifest(flipped.toString("base64"))).toThrow(InputError);
      expect(() => unpackManifest(bytes.subarray(0, at).toString("base64"))).toThrow(InputError);
    }
    expect(() => unpackManifest("no manifest")).toThrow(InputError);
  });

  test("that someone made by hand is refused, and holds nobody up", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(3), (coded, count) => {
        const head = Buffer.concat([
          Buffer.of(2),
          Buffer.alloc(32),
          Buffer.of(0, 0, 0, count),
          Buffer.of(0, 0, 0, 4 * count),
          Buffer.alloc(10 * count),
        ]);
        const body = Buffer.concat([head, coded]);
        const check = createHash("sha256").update(body).digest().subarray(0, 4);
        const text = Buffer.concat([check, body]).toString("base64");
        expect(refusalOrCount(text)).toBe(count);
      }),
    );
    // What it was refused for, or how many files it gave: both are answers, anything else thrown is not.
    function refusalOrCount(text: string): unknown {
      const count = Buffer.from(text, "base64").readUInt32BE(37);
      try {
        return unpackManifest(text).entries.length;
      } catch (error) {
        return error instanceof InputError ? count : error;
      }
    }
  });

  /** A text by hand: its number of files, what it says of its columns' size, and the columns. */
  function byHand(count: number, size: number, columns: Buffer): string {
    const head = Buffer.alloc(41);
    head[0] = 2;
    head.writeUInt32BE(count, 33);
    head.writeUInt32BE(size, 37);
    const body = Buffer.concat([head, Buffer.alloc(10 * count), deflateSync(columns)]);
    const check = createHash("sha256").update(body).digest().subarray(0, 4);
    return Buffer.concat([check, body]).toString("base64");
  }

  /** `count` paths, each as long as the one before it and `more` bytes. */
  function growing(count: number, more: number): string {
    const column = (of: (index: number) => number): number[] =>
      Array.from({ length: count }, (_, index) => of(index)).flatMap((value) =>
        value < 128 ? [value] : [(value % 128) + 128, Math.floor(value / 128)],
      );
    const numbers = [
      ...column((index) => index * more),
      ...column(() => 0),
      ...column(() => more),
      ...column(() => 1),
    ];
    const columns = Buffer.concat([Buffer.from(numbers), Buffer.alloc(count * more, "a")]);
    return byHand(count, columns.length, columns);
  }

  test("that swells is refused before it fills the memory", () => {
    expect(unpackManifest(growing(20, 50)).entries.at(-1)?.path).toBe("a".repeat(1000));
    const bomb = growing(2000, 50);
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => unpackManifest(bomb)).toThrow(InputError);
  });

  test("that claims more or less than it holds is refused", () => {
    const zeros = Buffer.alloc(2_000_000_000 / 1000);
    expect(() => unpackManifest(byHand(1, 2_000_000_000, zeros))).toThrow(InputError);
    expect(() => unpackManifest(byHand(1, 50, zeros))).toThrow(InputError);
    expect(() => unpackManifest(byHand(1, 500, Buffer.alloc(5)))).toThrow(InputError);
    expect(() => unpackManifest(byHand(1, 6, Buffer.alloc(6)))).toThrow(InputError);
  });

  test("is made of no path that could not be unpacked", () => {
    const packed = (bytes: number): string =>
      packManifest(manifestOf(() => "ü".repeat(bytes / 2), 1));
    expect(unpackManifest(packed(1024)).entries).toHaveLength(1);
    expect(() => packed(1026)).toThrow(InputError);
  });

  test("can be compared with a whole one, either way", () => {
    const whole = manifestOf((index) => `${index}.jpg`, 50);
    const packed = unpackManifest(packManifest(whole));
    expect(compareManifests(packed, whole).unchanged).toHaveLength(50);
    expect(compareManifests(whole, packed).unchanged).toHaveLength(50);
  });
});
