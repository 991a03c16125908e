import fastGlob from "fast-glob";
import fc from "fast-check";
import { parsePatterns } from "../../src/files/scan/patterns/patterns";
import { scan, scanSync, type ScanRequest } from "../../src/files/scan/scan";
import { createTree } from "../../src/files/scan/tree";
import { createTempTree } from "../support/temp-tree";

const names = ["a", "b", "ab", "c.jpg", "A.jpg", "d.png", "x y.jpg"];
const content = Object.fromEntries([
  ...names.flatMap((name) => (name.includes(".") ? [[name, name]] : [])),
  ...["a", "b", "ab", "a/b", "a/a", "b/ab"].flatMap((folder) =>
    names.flatMap((name) => (name.includes(".") ? [[`${folder}/${name}`, name]] : [])),
  ),
]) as Record<string, string>;
const in_ = createTempTree({ ...content, ".h/c.jpg": "", "a/.c.jpg": "" });
afterAll(() => in_.remove());

const part = fc.constantFrom(
  "*",
  "**",
  "a",
  "b",
  "a*",
  "*b",
  "[ab]",
  "{a,b}",
  "!(b)",
  "c.jpg",
  "*.jpg",
  "*.{jpg,png}",
  "@(c|d).*",
  "+([a-z]).png",
  "x y.jpg",
);
const glob = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const globs = fc.array(glob, { minLength: 1, maxLength: 4 });

function request(include: readonly string[], exclude: readonly string[]): ScanRequest {
  const { lines, ignore, problems } = parsePatterns({
    include,
    exclude,
    roots: [in_.root],
    separator: "/",
    home: "/home/me",
  });
  expect(problems).toEqual([]);
  const tree = createTree({ root: in_.root, symlinks: "follow" });
  return { tree, lines, ignore, includeHidden: false };
}

/** What fast-glob itself gives on the disk, folders named in full and contents of what is taken away aside. */
function oracle(include: readonly string[], exclude: readonly string[]): string[] {
  const options = { cwd: in_.root, onlyFiles: true, suppressErrors: true } as const;
  const chosen = include.flatMap((line) =>
    fastGlob.sync(
      /^(?:a|b|[ab]\/[ab]|a\/b)$/.test(line) && !line.includes("[") ? `${line}/**` : line,
      options,
    ),
  );
  const ignore = exclude.flatMap((line) => [line, `${line}/**`]);
  const left = new Set(fastGlob.sync("**", { ...options, ignore }));
  // Its `!(b)` also matches names that start with a dot.
  const isHidden = (path: string): boolean => /(?:^|\/)\./.test(path);
  return [...new Set(chosen)].filter((path) => left.has(path) && !isHidden(path)).sort();
}

// Hundreds of walks: seconds on a machine that does other things as well.
jest.setTimeout(60_000);

describe("globs to paths", () => {
  test("choose what fast-glob chooses, minus what is taken away", async () => {
    await fc.assert(
      fc.asyncProperty(globs, fc.array(glob, { maxLength: 2 }), async (include, exclude) => {
        expect((await scan(request(include, exclude))).paths).toEqual(oracle(include, exclude));
      }),
      { numRuns: 100 },
    );
  });

  test("choose the same in any order of lines, with ! or exclude, and synchronously", async () => {
    await fc.assert(
      fc.asyncProperty(globs, globs, fc.nat(), async (include, exclude, turn) => {
        const { paths, patterns } = await scan(request(include, exclude));
        const lines = [
          ...include,
          ...exclude.filter((line) => !line.startsWith("!(")).map((line) => `!${line}`),
        ];
        const turned = [
          ...lines.slice(turn % lines.length),
          ...lines.slice(0, turn % lines.length),
        ];
        const others = exclude.filter((line) => line.startsWith("!("));
        expect((await scan(request(turned, others))).paths).toEqual(paths);
        expect(scanSync(request(include, exclude))).toMatchObject({ paths, patterns });
        expect(patterns.map(({ pattern }) => pattern)).toEqual(include);
      }),
      { numRuns: 100 },
    );
  });

  test("choose only files that are there, and none that is hidden", async () => {
    await fc.assert(
      fc.asyncProperty(globs, async (include) => {
        for (const path of (await scan(request(include, []))).paths)
          expect(content).toHaveProperty([path]);
      }),
      { numRuns: 50 },
    );
  });
});
