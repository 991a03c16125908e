import { createHash, randomUUID } from "node:crypto";
import fc from "fast-check";
import { InputError } from "../../src/errors";
import { compareManifests } from "../../src/files/compare";
import {
  createManifest,
  packManifest,
  unpackManifest,
  type Manifest,
} from "../../src/files/manifest";
import {
  createByteModel,
  createRangeDecoder,
  createRangeEncoder,
} from "../../src/files/range-coder";
import { manifestEntries } from "./arbitraries";

const FILES = 100_000;

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
  test("has not changed since version 1", () => {
    const packed = packManifest(manifestOf((index) => `cam/${index % 3}/frame-${index}.jpg`, 5));
    expect(packed).toMatchInlineSnapshot(
      `"aFcYgQEZVMG2koSNw7G00X+yTI/vBn+pKi8z3QAKUHvmqC1RZQAAAAVf7Otm/8hvONlSTgdAhWK+24tgzmuGsnP/NPzhnWtLInd31N0fxhxv1HNeOiZeFu7gPwAAABFjG9+pe3KpuxrOCQMALCcpuEos28QwoZmHG33Su3fHI/pEHHOehoc0sAeSQ78zKMR52qa4bjzluWpWA8yq1/ioAA=="`,
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
  ])("takes at most 40 characters a file for 100,000 files named by %s", (_, pathOf) => {
    expect(packManifest(manifestOf(pathOf)).length / FILES).toBeLessThanOrEqual(40);
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
          Buffer.of(1),
          Buffer.alloc(32),
          Buffer.of(0, 0, 0, count),
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

  /** A text by hand of `count` paths, each as long as the one before it and `more` bytes. */
  function growing(count: number, more: number): string {
    const coder = createRangeEncoder();
    const models = new Map<string, Uint16Array>();
    const byte = (model: string, value: number): void => {
      const known = models.get(model) ?? createByteModel();
      models.set(model, known);
      coder.byte(known, value);
    };
    const number = (field: string, value: number): void => {
      let rest = value;
      for (let place = 0; ; place += 1, rest = Math.floor(rest / 128)) {
        byte(`${field}${place}`, rest >= 128 ? (rest % 128) + 128 : rest);
        if (rest < 128) return;
      }
    };
    for (let index = 0, before = 0; index < count; index += 1, before += more) {
      number("start", before);
      number("end", 0);
      number("middle", more);
      for (let at = 0; at < more; at += 1) byte(`text${before + at === 0 ? 0 : 97}`, 97);
      number("size", 1);
    }
    const head = Buffer.alloc(37);
    head[0] = 1;
    head.writeUInt32BE(count, 33);
    const body = Buffer.concat([head, Buffer.alloc(10 * count), coder.finish()]);
    const check = createHash("sha256").update(body).digest().subarray(0, 4);
    return Buffer.concat([check, body]).toString("base64");
  }

  test("that swells is refused before it fills the memory", () => {
    expect(unpackManifest(growing(20, 50)).entries.at(-1)?.path).toBe("a".repeat(1000));
    const bomb = growing(2000, 50);
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => unpackManifest(bomb)).toThrow(InputError);
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

test("the range coder gives back any bytes under any models", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(255)), { maxLength: 2000 }), (steps) => {
      const models = (): Uint16Array[] => Array.from({ length: 4 }, createByteModel);
      const forEncoder = models();
      const encoder = createRangeEncoder();
      for (const [model, value] of steps)
        encoder.byte(forEncoder[model] ?? createByteModel(), value);
      const coded = encoder.finish();
      const forDecoder = models();
      const decoder = createRangeDecoder(coded);
      expect(steps.map(([model]) => decoder.byte(forDecoder[model] ?? createByteModel()))).toEqual(
        steps.map(([, value]) => value),
      );
    }),
  );
});
