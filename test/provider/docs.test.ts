// Every program in docs/pulumi.md is one: its types are checked against the package as it is built.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fencedBlocks } from "../support/markdown";
import { createTempTree } from "../support/temp-tree";

const ROOT = path.join(__dirname, "..", "..");
const COMPILER = path.join(ROOT, "node_modules", "native-typescript", "bin", "tsc");
const OPTIONS = {
  module: "node16",
  moduleResolution: "node16",
  target: "es2022",
  // Without the types of browsers and of the tests, which take most of the time.
  lib: ["es2022"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
};
const WRONG =
  'import * as avala from "@avala/pulumi";\nnew avala.Export("release", { dataset: [] });\n';

/** Compiles the texts in a folder where the package is found as a user's program finds it: one line an error. */
function errorsOf(programs: Readonly<Record<string, string>>): string[] {
  const tree = createTempTree({
    node_modules: { link: path.join(ROOT, "node_modules") },
    "tsconfig.json": JSON.stringify({ compilerOptions: OPTIONS }),
    ...programs,
  });
  try {
    const args = [COMPILER, "-p", tree.root, "--pretty", "false"];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: tree.root,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout.split("\n").filter((line) => line !== "");
  } finally {
    tree.remove();
  }
}

test("every program in docs/pulumi.md compiles, and one that names a wrong input does not", () => {
  const blocks = fencedBlocks(ROOT, "docs/pulumi.md").filter(({ language }) =>
    ["ts", "js", "typescript"].includes(language),
  );
  expect(blocks.length).toBeGreaterThan(3);
  const programs = blocks.map(({ text }, index) => [`${String(index)}.ts`, text] as const);
  const errors = errorsOf({ ...Object.fromEntries(programs), "wrong.ts": WRONG });
  expect(errors).toEqual([expect.stringMatching(/^wrong\.ts\(2,.*dataset/)]);
}, 60_000);
