// The order in which test files start: the longest that are known, then as jest does.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "@jest/test-result";
import LongestFirst from "./support/longest-first";
import { seconds } from "./support/longest-files.json";

const ROOT = join(__dirname, "..");
const known: readonly (readonly [string, number])[] = Object.entries(seconds);

/** As jest hands one in; of the files without a known time it starts the largest first. */
function testAt(path: string, sizeBytes: number): Test {
  const context = { config: { cache: false }, hasteFS: { getSize: () => sizeBytes } };
  return { path: join(ROOT, path), context } as unknown as Test;
}

test("the list of the longest files names files that exist", () => {
  expect(known.length).toBeGreaterThan(10);
  expect(known.map(([path]) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("files of the list start first, the longest of them before the others", async () => {
  const [longest = "", next = ""] = [...known]
    .sort(([, one], [, other]) => other - one)
    .map(([path]) => path);
  const tests = [
    testAt("test/small.test.ts", 1),
    testAt("test/large.test.ts", 2),
    testAt(next, 3),
    testAt(longest, 4),
  ];
  const order = await new LongestFirst({ contexts: [], globalConfig: {} as never }).sort(tests);
  expect(order.map(({ path }) => path)).toEqual(
    [longest, next, "test/large.test.ts", "test/small.test.ts"].map((path) => join(ROOT, path)),
  );
});
