// Whatever a push tries in part, the nightly workflow tries as a whole.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const ROOT = path.join(__dirname, "..");

interface Nightly {
  readonly jobs: {
    readonly more: {
      readonly strategy: {
        readonly matrix: { readonly include: readonly { what: string; project: string }[] };
      };
      readonly steps: readonly { readonly env?: Readonly<Record<string, string>> }[];
    };
  };
}

test("the nightly workflow has all cases of each test that has some on a push", () => {
  const text = readFileSync(path.join(ROOT, ".github/workflows/nightly.yml"), "utf8");
  const { strategy, steps } = (parse(text) as Nightly).jobs.more;
  expect(steps.at(-1)?.env).toMatchObject({ AVALA_CASES: "all", AVALA_NODES: "all" });
  const played = strategy.matrix.include.map(({ what, project }) => ({
    isOfEngine: project === "e2e",
    what: new RegExp(what),
  }));
  const inPart = readdirSync(__dirname, { recursive: true, encoding: "utf8" })
    .map((name) => `test/${name.replaceAll(path.sep, "/")}`)
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) =>
      /support\/night"|AVALA_NODES/.test(readFileSync(path.join(ROOT, name), "utf8")),
    )
    .filter((name) => name !== "test/night.test.ts");
  expect(inPart.length).toBeGreaterThan(10);
  const left = inPart.filter(
    (name) =>
      !played.some(
        ({ what, isOfEngine }) => isOfEngine === name.startsWith("test/e2e/") && what.test(name),
      ),
  );
  expect(left).toEqual([]);
});
