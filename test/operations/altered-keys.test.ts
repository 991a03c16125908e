// Keys that are another spelling of a path: which path each is, and at what cost where many files share a name.
import fc from "fast-check";

import { alteredPaths } from "../../src/operations/items/altered-keys";
import { tailsOf } from "../../src/operations/items/item-keys";

function folded(key: string): string {
  return key.toLowerCase().replace(/\.[^./]+$/, "");
}

/** The rule, spelled out: the first path of the longest like name that no earlier key has. One of both has no other folder. */
function firstFreePaths(
  keys: readonly string[],
  paths: readonly string[],
  keepsFolders: boolean,
): ReadonlyMap<string, string> {
  const tails = (name: string) => (keepsFolders ? [] : tailsOf(name));
  const altered = new Map<string, string>();
  for (const key of keys) {
    const whole = folded(key);
    const like = [
      ...paths.filter((path) => folded(path) === whole),
      ...paths.filter((path) => tails(folded(path)).includes(whole)),
      ...tails(whole).flatMap((name) => paths.filter((path) => folded(path) === name)),
    ];
    const taken = new Set(altered.values());
    const free = like.find((path) => !taken.has(path));
    if (free !== undefined && !altered.has(key)) altered.set(key, free);
  }
  return altered;
}

const path = fc
  .array(fc.constantFrom("a", "A", "b", "c"), { minLength: 1, maxLength: 3 })
  .chain((folders) =>
    fc
      .constantFrom("x.jpg", "X.JPG", "x.png", "y.jpg")
      .map((name) => [...folders.slice(1), name].join("/")),
  );

test("each key is the first free path of its longest like name", () => {
  fc.assert(
    fc.property(
      fc.array(path, { maxLength: 12 }),
      fc.uniqueArray(path, { maxLength: 12 }),
      fc.boolean(),
      (keys, paths, keepsFolders) => {
        const found = alteredPaths(keys, paths, { keepsFolders });
        expect([...found]).toEqual([...firstFreePaths(keys, paths, keepsFolders)]);
      },
    ),
  );
});

test("files that share a name cost no more than others", () => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => String(index));
  const keys = numbers.map((number) => `image.${number}`);
  const paths = numbers.map((number) => `cam/${number}/image.jpg`);
  const before = process.cpuUsage();
  const found = alteredPaths(keys, paths, { keepsFolders: false });
  const { user } = process.cpuUsage(before);
  expect([...found.keys()]).toEqual(keys);
  // Walking the files of a name for each of them takes half a minute, and this some hundredths of a second.
  expect(user).toBeLessThan(5_000_000);
});
