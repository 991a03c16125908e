import fc from "fast-check";
import { compareManifests, describeChanges } from "../../src/files/manifest/compare";
import { createManifest, type ManifestEntry } from "../../src/files/manifest/manifest";
import { manifestEntries, sha256 } from "../support/arbitraries";

const digits = (text: string): string => text.padEnd(64, "0");
const entry = (path: string, content = path): ManifestEntry => ({
  path,
  sizeBytes: content.length,
  sha256: digits(Buffer.from(content).toString("hex")),
});
const manifest = (...entries: ManifestEntry[]) => createManifest(entries);

describe("comparing manifests", () => {
  test("tells added, changed, removed and unchanged apart", () => {
    const changes = compareManifests(
      manifest(entry("a"), entry("b"), entry("c")),
      manifest(entry("a"), entry("b", "other"), entry("d")),
    );
    expect(changes).toEqual({
      added: [entry("d")],
      changed: [{ before: entry("b"), after: entry("b", "other") }],
      removed: [entry("c")],
      unchanged: [entry("a")],
    });
  });

  test("puts each file into exactly one part, and turns round", () => {
    fc.assert(
      fc.property(
        manifestEntries(),
        manifestEntries(),
        fc.array(fc.boolean()),
        sha256,
        (mine, theirs, keep, other) => {
          const theirPaths = new Set(theirs.map(({ path }) => path));
          const shared = mine.filter(
            ({ path }, index) => keep[index] === true && !theirPaths.has(path),
          );
          const touched = shared.map((one, index) =>
            index % 2 === 0 ? one : { ...one, sha256: other },
          );
          const before = createManifest(mine);
          const after = createManifest([...theirs, ...touched]);
          const changes = compareManifests(before, after);
          const { added, changed, removed, unchanged } = changes;
          expect(added.length + changed.length + unchanged.length).toBe(after.entries.length);
          expect(removed.length + changed.length + unchanged.length).toBe(before.entries.length);
          const back = compareManifests(after, before);
          expect(back.added).toEqual(removed);
          expect(back.removed).toEqual(added);
          expect(back.changed.map(({ before: was }) => was)).toEqual(
            changed.map(({ after: is }) => is),
          );
          expect(added.length + changed.length + removed.length === 0).toBe(
            before.digest === after.digest,
          );
        },
      ),
    );
  });

  test("calls everything changed when only the sets' digests differ: a short digest can't hide a change", () => {
    const after = manifest(entry("a"), entry("b"));
    const before = {
      ...after,
      digest: digits("f"),
      entries: after.entries.map((one) => ({ ...one, sha256: one.sha256.slice(0, 20) })),
    };
    const changes = compareManifests(before, after);
    expect(changes.changed).toHaveLength(2);
    expect(changes.unchanged).toEqual([]);
  });
});

describe("changes for people", () => {
  test("name each file, and a moved one as such", () => {
    const changes = compareManifests(
      manifest(entry("gone"), entry("same"), entry("old", "moved"), entry("edit", "1")),
      manifest(entry("new"), entry("same"), entry("to/new", "moved"), entry("edit", "2")),
    );
    expect(describeChanges(changes)).toMatchInlineSnapshot(`
     "+ new
     ~ edit
     > old → to/new
     - gone"
    `);
  });

  test("name 20 and count the rest by kind", () => {
    const many = Array.from({ length: 25 }, (_, n) => entry(`${String(n).padStart(2, "0")}`));
    const text = describeChanges(
      compareManifests(manifest(entry("x", "1"), entry("y")), manifest(...many, entry("x", "2"))),
    );
    expect(text.split("\n")).toHaveLength(21);
    expect(text.split("\n").at(-1)).toBe("and 5 more added, 1 more changed, 1 more removed");
  });

  test("never call empty files moved, and say when there are none", () => {
    const text = describeChanges(
      compareManifests(manifest(entry("a", "")), manifest(entry("b", ""))),
    );
    expect(text).toBe("+ b\n- a");
    expect(describeChanges(compareManifests(manifest(), manifest()))).toBe("No changes.");
  });

  test("pair equal files one to one", () => {
    const text = describeChanges(
      compareManifests(manifest(entry("a", "x"), entry("b", "x")), manifest(entry("c", "x"))),
    );
    expect(text).toBe("> a → c\n- b");
  });
});
