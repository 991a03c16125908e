// A set of nothing is refused by what the program gave, in words that name the folder.
import { createBench, failuresOf, type Bench } from "../support/provider";
import { jpeg } from "../support/temp-tree";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "dogs/a.jpg": jpeg("a"), "empty/.keep": "" });
});
afterEach(() => bench.stop());

test.each([
  [{ folder: "dogz" }, "folder", /^Nothing in the folder dogz of \S+ matches \*\*\./],
  [
    { folder: "dogz", include: ["*.jpg"] },
    "include",
    /^Nothing in the folder dogz of \S+ matches \*\.jpg/,
  ],
  [{ folder: "" }, "folder", /^Nothing in \S+, outside its folders, matches/],
  [{ root: "empty" }, "root", /^Nothing in \S+empty matches/],
])("%j", async (given, property, reason) => {
  const root = `${bench.tree.root}/${"root" in given ? given.root : ""}`;
  const set = { versionOf: "training", ...given, root };
  const failures = await failuresOf(bench.handlers().fileSet, set);
  expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) as string }]);
});
