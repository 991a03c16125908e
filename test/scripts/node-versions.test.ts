import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { Recipe } from "../../scripts/parts/index";
import { engines } from "../../package.json";
import recipes from "../../scripts/parts/node-versions";

const onUnix = process.platform === "win32" ? describe.skip : describe;

function recipe(name: string): Recipe {
  const found = recipes.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no recipe ${name}`);
  return found;
}

test("the lowest Node of the parts is the lowest that the package promises", () => {
  expect(engines.node).toBe(`>=${recipe("node20").version.replace(/\.0$/, "")}`);
});

test("CI runs the units on the same Nodes as the parts are", () => {
  const text = readFileSync(join(__dirname, "../../.github/workflows/ci.yml"), "utf8");
  const { jobs } = parse(text) as {
    jobs: { units: { strategy: { matrix: { node: readonly (string | number)[] } } } };
  };
  const [lowest, ...newer] = recipes.map(({ name, version }) => ({ name, version }));
  expect(jobs.units.strategy.matrix.node).toEqual([
    lowest?.version,
    ...newer.map(({ name }) => Number(name.replace("node", ""))),
  ]);
});

onUnix("a Node on PATH", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "avala-node-test-"));
    jest.replaceProperty(process, "env", { PATH: root });
    // Not the Node of the tests: PATH alone decides.
    jest.replaceProperty(process, "execPath", join(root, "absent", "node"));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(root, { recursive: true, force: true });
  });

  function onPath(file: string, version: string): void {
    writeFileSync(join(root, file), `#!/bin/sh\necho 'v${version}'\n`);
    chmodSync(join(root, file), 0o755);
  }

  test("is taken for any of its major", () => {
    onPath("node", "24.0.1");
    expect(recipe("node24").onPath()).toEqual({
      version: "24.0.1",
      command: join(root, "node"),
      binDir: root,
      env: {},
    });
    expect(recipe("node22").onPath()).toBeUndefined();
  });

  test("is not taken for the lowest one unless it is that very version", () => {
    onPath("node", "20.20.2");
    expect(recipe("node20").onPath()).toBeUndefined();
    onPath("node", recipe("node20").version);
    expect(recipe("node20").onPath()).toMatchObject({ command: join(root, "node") });
  });

  test("is passed over under another name, since what runs `node` would find the one beside it", () => {
    onPath("node", "20.20.2");
    onPath("node24", "24.0.1");
    expect(recipe("node24").onPath()).toBeUndefined();
  });
});
