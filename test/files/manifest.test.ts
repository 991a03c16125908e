import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { InputError } from "../../src/errors";
import { readFileSet } from "../../src/files/file-set";
import { hashFiles } from "../../src/files/hash";
import {
  checksumsText,
  createManifest,
  digestOfSorted,
  type ManifestEntry,
} from "../../src/files/manifest/manifest";
import { createTempTree } from "../support/temp-tree";
import { manifestEntries } from "../support/arbitraries";

const zeros = "0".repeat(64);
const entry = (path: string, more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  path,
  sizeBytes: 1,
  sha256: zeros,
  ...more,
});

describe("a manifest", () => {
  test("is sorted by code unit and adds up its bytes", () => {
    const manifest = createManifest([
      entry("b"),
      entry("a", { sizeBytes: 5 }),
      entry("B"),
      entry("ä"),
      entry("a/b"),
    ]);
    expect(manifest.entries.map(({ path }) => path)).toEqual(["B", "a", "a/b", "b", "ä"]);
    expect(manifest.totalBytes).toBe(9);
  });

  // Names the canonical form: a change of these lines changes the name of every dataset version that exists.
  test("has as digest the sha256 of its documented form", () => {
    const manifest = createManifest([entry("x/ü b.jpg", { sizeBytes: 12 }), entry("a.jpg")]);
    const form = `avala-manifest 1 sha256\n${zeros} 1 a.jpg\n${zeros} 12 x/ü b.jpg\n`;
    expect(manifest.digest).toBe(createHash("sha256").update(form).digest("hex"));
    expect(manifest.digest).toBe(
      "9545ae041922981a597c4c77487de3e6a559d208029a1659f9360d7b92e284d1",
    );
  });

  test("has the same digest in whatever order, and another for any change", () => {
    fc.assert(
      fc.property(manifestEntries({ minLength: 1 }), fc.nat(), (entries, n) => {
        const { digest } = createManifest(entries);
        expect(createManifest([...entries].reverse()).digest).toBe(digest);
        const at = n % entries.length;
        const changed = (change: Partial<ManifestEntry>): string =>
          createManifest(entries.map((one, index) => (index === at ? { ...one, ...change } : one)))
            .digest;
        const one = entries[at];
        // Never past the largest that is a number of bytes.
        expect(changed({ sizeBytes: Math.abs((one?.sizeBytes ?? 0) - 1) })).not.toBe(digest);
        expect(changed({ path: `${one?.path ?? ""} ~` })).not.toBe(digest);
        expect(createManifest(entries.filter((_, index) => index !== at)).digest).not.toBe(digest);
      }),
    );
  });

  test.each([
    ["an empty path", [entry("")]],
    ["a line break in a path", [entry("a\nb")]],
    ["half a character in a path", [entry("a\uD800")]],
    ["half a character in each of two paths", [entry("a\uD800"), entry("\uDC00")]],
    ["a path twice", [entry("a"), entry("a")]],
    ["half a byte", [entry("a", { sizeBytes: 0.5 })]],
    ["less than no byte", [entry("a", { sizeBytes: -1 })]],
    ["a short sha256", [entry("a", { sha256: "00" })]],
    ["an upper case sha256", [entry("a", { sha256: "A".repeat(64) })]],
    // Their codes end as those of digits.
    ["a sha256 in other letters", [entry("a", { sha256: "б".repeat(64) })]],
  ])("can't have %s", (_, entries) => expect(() => createManifest(entries)).toThrow(InputError));

  test("names each entry that is wrong, wherever it stands among many", () => {
    const many = Array.from({ length: 2500 }, (_, n) => entry(`f${String(n).padStart(4, "0")}`));
    const names = (change: (one: ManifestEntry, n: number) => ManifestEntry[]): unknown => {
      try {
        return createManifest(many.flatMap(change));
      } catch (error) {
        return error instanceof InputError ? error.problems.map(({ input }) => input) : error;
      }
    };
    const wrong = [0, 999, 1000, 2499];
    const inputs = wrong.map((n) => JSON.stringify(many[n]?.path));
    expect(names((one, n) => [wrong.includes(n) ? { ...one, sizeBytes: -1 } : one])).toEqual(
      inputs,
    );
    expect(names((one, n) => (wrong.includes(n) ? [one, one] : [one]))).toEqual(inputs);
  });

  test("keeps nothing of an entry but what it is made of", () => {
    const [kept] = createManifest([
      { ...entry("a"), absolutePath: "/home/me/a" } as ManifestEntry,
    ]).entries;
    expect(kept).toEqual(entry("a"));
  });
});

describe("the digest of entries that are not kept", () => {
  const many = Array.from({ length: 2500 }, (_, index) => entry(String(index).padStart(4, "0")));

  test.each([0, 1, 999, 1000, 1001, 2500])("is that of their manifest: %i", (count) => {
    const entries = many.slice(0, count);
    expect(digestOfSorted(entries.values())).toBe(createManifest(entries).digest);
  });

  test.each([
    ["two in another order", many.with(1000, entry("0998a"))],
    ["a path twice", many.with(1000, entry("0999"))],
    ["an empty path", [entry(""), ...many]],
    ["a path with a line break", many.with(2000, entry("2000\n"))],
    ["a size that is none", many.with(2499, entry("2499", { sizeBytes: -1 }))],
    ["half a digest", many.with(7, entry("0007", { sha256: zeros.slice(32) }))],
  ])("is not known where they have %s", (_, entries) => {
    expect(digestOfSorted(entries)).toBeUndefined();
  });
});

test("the checksums are what sha256sum reads", async () => {
  const in_ = createTempTree({ "a b.jpg": "1", "ü/*x.jpg": "2", "in/ c.jpg": "3" });
  const set = await readFileSet({ root: in_.root, include: ["**"], checkContent: "off" });
  const text = checksumsText(await hashFiles(set.files));
  const said = execFileSync("sha256sum", ["-c", "--strict", "-"], {
    cwd: in_.root,
    input: text,
  }).toString();
  in_.remove();
  expect(said.trim().split("\n")).toHaveLength(3);
});
