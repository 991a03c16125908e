// The checksums, cut into files that GitHub's attestation action takes.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { checksumParts } from "../../action/report/checksum-parts";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const SUM = "0123456789abcdef".repeat(4);
const lineOf = (path: string): string => `${SUM}  ${path}\n`;

test("are the whole together, each with 1,024 lines and 512 KiB at the most", () => {
  const path = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });
  const paths = fc.array(
    path.map((one) => one.replaceAll("\n", " ")),
    { minLength: 1, maxLength: 3_000 },
  );
  fc.assert(
    fc.property(paths, fc.integer({ min: 1, max: 4 }), (names, times) => {
      const lines = names.map((name) => lineOf(name.repeat(times)));
      const parts = [...checksumParts(lines)];
      expect(parts.join("")).toBe(lines.join(""));
      for (const part of parts) {
        expect(part.endsWith("\n")).toBe(true);
        expect(part.split("\n").length - 1).toBeLessThanOrEqual(1_024);
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(512 * 1_024);
      }
    }),
    { numRuns: 20 },
  );
});

test("are one part up to the bounds, and two beyond", () => {
  const few = (count: number, length: number): number =>
    [...checksumParts(Array<string>(count).fill(lineOf("x".repeat(length))))].length;
  expect([few(0, 1), few(1_024, 1), few(1_025, 1), few(600, 900)]).toEqual([1, 1, 2, 2]);
});

describe("a step", () => {
  const place = useActionPlace({ "images/one.jpg": jpeg("one") });
  const dry = { files: "images", dataset: "pets-{digest}", "dry-run": "true", "api-key": "" };

  test("of a small set has the one file in the list", async () => {
    const { outputs } = await place.act(dry);
    expect(JSON.parse(outputs["checksums-parts"] ?? "")).toEqual([outputs.checksums]);
  });

  test("of a large set has several, says so, and no later run takes them for files of the set", async () => {
    const names = Array.from({ length: 1_025 }, (_, index) => `images/${index}.jpg`);
    place.tree.write(Object.fromEntries(names.map((name) => [name, jpeg(name)])));
    const { outputs, lines } = await place.act(dry);
    const parts = JSON.parse(outputs["checksums-parts"] ?? "") as readonly string[];
    expect(parts).toHaveLength(2);
    const texts = parts.map((file) => readFileSync(file, "utf8"));
    expect(texts.join("")).toBe(readFileSync(outputs.checksums ?? "", "utf8"));
    expect(lines.join("\n")).toContain("checksums-parts");
    const later = await place.act({
      ...dry,
      files: ".temp/**",
      "if-no-files-found": "ignore",
      "include-hidden-files": "true",
      unindexed: "send",
    });
    expect(later.outputs).toMatchObject({ outcome: "empty", "files-total": "0" });
  });
});
