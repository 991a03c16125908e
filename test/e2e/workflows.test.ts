// The repository's own workflows and those of the examples, checked by the linter for workflows, also against action.yml.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { describeWithPart } from "../support/parts";
import { createTempTree } from "../support/temp-tree";

const ROOT = resolve(__dirname, "../..");
const FOLDER = join(ROOT, ".github", "workflows");
const workflows = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));
const examples = readdirSync(join(ROOT, "examples")).filter((name) =>
  existsSync(join(ROOT, "examples", name, ".github")),
);

describeWithPart("actionlint", (actionlint) => {
  test.each(workflows)("finds nothing wrong with %s", (name) => {
    const args = ["-no-color", join(FOLDER, name)];
    const { stdout, status } = spawnSync(actionlint.command, args, { cwd: ROOT, encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  test.each(examples)("finds nothing wrong with the workflows of examples/%s", (name) => {
    // In a repository of its own, so that what calls a workflow of the same repository finds it.
    const tree = createTempTree({ ".git": null });
    cpSync(join(ROOT, "examples", name, ".github"), tree.at(".github"), { recursive: true });
    const options = { cwd: tree.root, encoding: "utf8" } as const;
    const { stdout, status } = spawnSync(actionlint.command, ["-no-color"], options);
    tree.remove();
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

describeWithPart("zizmor", (zizmor) => {
  const config = join(ROOT, ".github", "zizmor.yml");
  const folders = examples.map((name) => join("examples", name, ".github"));

  test.each([".github", "action.yml", ...folders])(
    "finds nothing that an attacker could use in %s",
    (path) => {
      const plain = ["--offline", "--color", "never", "--format", "plain"];
      const args = [...plain, "--config", config, path];
      const { stdout, status } = spawnSync(zizmor.command, args, { cwd: ROOT, encoding: "utf8" });
      expect(stdout).toMatch(/^No findings to report\. Good job!/);
      expect(status).toBe(0);
    },
  );
});

describe("each workflow", () => {
  const texts = workflows.map((name) => ({ name, text: readFileSync(join(FOLDER, name), "utf8") }));

  test.each(texts)("$name names other actions by commit", ({ text }) => {
    const used = [...text.matchAll(/uses: (\S+)/g)].map((match) => match[1]);
    const loose = used.filter((use) => use !== "./" && !/@[0-9a-f]{40}$/.test(use ?? ""));
    expect(loose).toEqual([]);
  });

  test.each(texts)("$name may only read by default", ({ text }) => {
    expect(text).toContain("\npermissions:\n  contents: read\n");
  });
});

describe("a release", () => {
  const release = parse(readFileSync(join(FOLDER, "release.yml"), "utf8")) as {
    jobs: Record<
      string,
      { permissions?: Record<string, string>; environment?: string; steps: readonly unknown[] }
    >;
  };
  const privileged = Object.entries(release.jobs).filter(([, { permissions = {} }]) =>
    Object.values(permissions).includes("write"),
  );

  test("gives rights to write only in its environment, where nothing of a package is run", () => {
    expect(privileged.map(([name]) => name).sort()).toEqual(["attest", "npm", "release"]);
    for (const [, { environment, steps }] of privileged) {
      expect(environment).toBe("release");
      expect(JSON.stringify(steps)).not.toMatch(/npm (?:ci|install|run)|actions\/checkout/);
    }
  });

  test.each([
    ["npm", "npm publish"],
    ["attest", "actions/attest@"],
    ["release", "gh release create"],
  ])("of %s takes what was built, held against its digest before", (job, publishing) => {
    const steps = release.jobs[job]?.steps.map((step) => JSON.stringify(step)) ?? [];
    const checked = steps.findIndex((step) => step.includes("sha256sum --check"));
    const published = steps.findIndex((step) => step.includes(publishing));
    expect(checked).toBeGreaterThan(-1);
    expect(published).toBeGreaterThan(checked);
  });

  test("publishes without a script of the package", () => {
    const steps = release.jobs["npm"]?.steps.map((step) => JSON.stringify(step)) ?? [];
    expect(steps.find((step) => step.includes("npm publish"))).toContain("--ignore-scripts");
  });

  test("makes the major version that the README names", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      version: string;
    };
    const named = /avala\/upload-action@(v\d+)/.exec(readFileSync(join(ROOT, "README.md"), "utf8"));
    expect(named?.[1]).toBe(`v${version.split(".")[0]}`);
  });
});
