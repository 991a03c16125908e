// Everything that ships has its place in the order of scripts/borders.js, and nothing imports in a circle.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, resolve } from "node:path";
import ts from "typescript";
import { ORDERS } from "../scripts/borders.js";

const ROOT = resolve(__dirname, "..");

const folders = ["src", "provider", "action", "emulator"];

test.each(Object.entries(ORDERS))(
  "everything in %s has its place in the order",
  (folder, order) => {
    const there = readdirSync(join(ROOT, folder)).filter((name) => !name.startsWith("."));
    const placed = order.flat().filter((name) => !name.includes("/"));
    expect([...placed].sort()).toEqual(there.sort());
  },
);

test("each folder that has folders is in the order", () => {
  const all = folders.flatMap((top) => [
    top,
    ...readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replace(/\\/g, "/")),
  ]);
  const parents = new Set(
    all.map((folder) => posix.dirname(folder)).filter((name) => name !== "."),
  );
  expect(parents.size).toBeGreaterThan(5);
  expect([...parents].filter((folder) => !(folder in ORDERS))).toEqual([]);
});

/** Each source file with the files that it imports from, for their types too. */
function importedBy(files: readonly string[]): Map<string, readonly string[]> {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), "utf8"));
      const paths = importedFiles
        .filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => posix.join(posix.dirname(file), fileName));
      const places = paths.flatMap((path) => [`${path}.ts`, `${path}/index.ts`]);
      return [file, places.filter((place) => known.has(place))];
    }),
  );
}

/** What is left when all files that import none of the others, or that none of them imports, are taken away. */
function inCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(imports);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    const needed = new Set([...left.values()].flat());
    for (const [file, paths] of left) {
      if (!needed.has(file) || !paths.some((path) => left.has(path))) left.delete(file);
    }
  }
  return [...left.keys()];
}

describe("no file needs itself, not even for a type", () => {
  // The linter's own rule for circles leaves types out, and takes a quarter of its time.
  test("of what ships and of the tests", () => {
    const files = [...folders, "test"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => posix.join(folder, name.replaceAll("\\", "/"))),
    );
    expect(files.length).toBeGreaterThan(500);
    expect(inCircles(importedBy(files))).toEqual([]);
  });

  test("and one that does would be found", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", ["a"]],
      ["d", []],
      ["e", ["a"]],
    ]);
    expect(inCircles(imports).sort()).toEqual(["a", "b", "c"]);
  });
});
