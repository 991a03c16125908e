import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { envWith, type Part } from "../../scripts/parts/index";
import pulumi from "../../scripts/parts/pulumi";

const SCRIPT = resolve(__dirname, "../../scripts/parts.mjs");
const onUnix = process.platform === "win32" ? describe.skip : describe;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "avala-parts-test-"));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

function parts(...names: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [SCRIPT, ...names], {
    encoding: "utf8",
    env: { PATH: root, AVALA_TOOLS_DIR: join(root, "tools") },
  });
}

function programOnPath(name: string, prints: string): void {
  writeFileSync(join(root, name), `#!/bin/sh\necho '${prints}'\n`);
  chmodSync(join(root, name), 0o755);
}

describe("node scripts/parts.mjs", () => {
  test("says what was tried and what to do when a part can't be had", () => {
    const { status, stdout, stderr } = parts("actionlint");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({});
    expect(stderr).toMatch(/can't be had here\. Tried:\n {2}- .*no go on PATH\nPut actionlint/);
  });

  test("names the parts that there are", () => {
    expect(parts("docker").stderr).toContain("No part is called docker: there are pulumi, act,");
    expect(parts().status).toBe(2);
  });
});

onUnix("a program on PATH", () => {
  test("is taken when its version serves", () => {
    programOnPath("actionlint", "1.7.10");
    expect(JSON.parse(parts("actionlint").stdout)).toEqual({
      actionlint: {
        name: "actionlint",
        version: "1.7.10",
        source: "path",
        command: join(root, "actionlint"),
        binDir: root,
        env: {},
      },
    });
  });

  test("is passed over when it is too old", () => {
    programOnPath("actionlint", "1.6.0");
    expect(parts("actionlint").status).toBe(1);
  });

  test("is passed over for Pulumi when its host for Node is not beside it", () => {
    programOnPath("pulumi", "v3.260.0");
    jest.replaceProperty(process, "env", { PATH: root });
    expect(pulumi.onPath()).toBeUndefined();
    programOnPath("pulumi-language-nodejs", "");
    expect(pulumi.onPath()).toMatchObject({ version: "3.260.0", command: join(root, "pulumi") });
  });
});

describe("Pulumi", () => {
  test("comes from its own release first, which is given up at once where it can't be reached", async () => {
    jest.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed"));
    const [first, second] = pulumi.ways;
    expect(first?.what).toContain("release");
    expect(await first?.missing()).toContain("can't be reached");
    expect(second?.what).toContain("Go");
  });

  test("comes from its release where that answers, though Go is there", async () => {
    jest.spyOn(globalThis, "fetch").mockResolvedValue(new Response("", { status: 200 }));
    expect(await pulumi.ways[0]?.missing()).toBeUndefined();
  });
});

describe("the environment to run parts in", () => {
  const part = (name: string, env: Record<string, string>): Part => ({
    name,
    version: "1.0.0",
    source: "cache",
    command: `/tools/${name}/run`,
    binDir: `/tools/${name}`,
    env,
  });

  test("has their folders first on PATH, and what else they need", () => {
    const env = envWith([part("a", { A: "1" }), part("b", { B: "2" })], { PATH: "/bin", C: "3" });
    const path = ["/tools/a", "/tools/b", "/bin"].join(delimiter);
    expect(env).toEqual({ PATH: path, A: "1", B: "2", C: "3" });
  });

  test("keeps the spelling of PATH that is there", () => {
    expect(Object.keys(envWith(part("a", {}), { Path: "C:\\" }))).toEqual(["Path"]);
  });
});
