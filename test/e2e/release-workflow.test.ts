// The release workflow's own commands, run as the runner runs them, with a `gh` and an `npm` that only say what they were asked.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { createTempTree, type TempTree } from "../support/temp-tree";

// GNU's sha256sum and sort, as on the runner.
const onLinux = process.platform === "linux" ? describe : describe.skip;

interface Step {
  readonly name?: string;
  readonly run?: string;
}
const { jobs } = parse(
  readFileSync(resolve(__dirname, "../../.github/workflows/release.yml"), "utf8"),
) as { jobs: Record<string, { steps: readonly Step[] }> };

onLinux("the release workflow", () => {
  let tree: TempTree;
  beforeEach(() => {
    tree = createTempTree({ bin: null, work: null });
  });
  afterEach(() => tree.remove());

  /** A program that writes down how it was called, one call a line, and then does what `script` says. */
  function stub(name: string, script: string): void {
    const text = `#!/usr/bin/env bash\necho "${name} $*" >> "${tree.at("calls")}"\n${script}\n`;
    writeFileSync(tree.at(`bin/${name}`), text, { mode: 0o755 });
  }

  const calls = (): string[] =>
    existsSync(tree.at("calls"))
      ? readFileSync(tree.at("calls"), "utf8").trimEnd().split("\n")
      : [];

  function runStep(job: string, name: string, env: Record<string, string> = {}): number | null {
    const step = jobs[job]?.steps.find((one) => one.name?.startsWith(name) === true);
    tree.write({ "step.sh": step?.run ?? "exit 99" });
    // As the runner starts `shell: bash`.
    const options = ["--noprofile", "--norc", "-eo", "pipefail", tree.at("step.sh")];
    return spawnSync("bash", options, {
      cwd: tree.at("work"),
      env: {
        PATH: `${tree.at("bin")}:${process.env["PATH"] ?? ""}`,
        GITHUB_REPOSITORY: "avala/upload-action",
        GITHUB_REF_NAME: "v1.2.0",
        GITHUB_SHA: "c0ffee",
        ...env,
      },
    }).status;
  }

  describe("the major tag", () => {
    const REFS = "repos/avala/upload-action/git/refs";

    function tags(names: readonly string[]): void {
      const lines = names.map((name) => `refs/tags/${name}`).join("\\n");
      stub(
        "gh",
        `case "$*" in *matching-refs*) printf '${lines}\\n' ;; *tags/v1) ${names.includes("v1") ? "exit 0" : "exit 1"} ;; esac`,
      );
    }
    const changes = (): string[] => calls().filter((call) => call.includes("--method"));

    test("moves to the newest version, by number and not by letter", () => {
      tags(["v1", "v1.2.0", "v1.10.0"]);
      expect(runStep("release", "Move the major tag", { GITHUB_REF_NAME: "v1.10.0" })).toBe(0);
      expect(changes()).toEqual([
        `gh api --method PATCH ${REFS}/tags/v1 -f sha=c0ffee -F force=true`,
      ]);
    });

    test("stays where it is when an older minor version is fixed", () => {
      tags(["v1", "v1.2.0", "v1.10.0"]);
      expect(runStep("release", "Move the major tag")).toBe(0);
      expect(changes()).toEqual([]);
    });

    test("is made by the first version", () => {
      tags(["v1.0.0"]);
      expect(runStep("release", "Move the major tag", { GITHUB_REF_NAME: "v1.0.0" })).toBe(0);
      expect(changes()).toEqual([`gh api --method POST ${REFS} -f ref=refs/tags/v1 -f sha=c0ffee`]);
    });

    test("counts no version that is not a release", () => {
      tags(["v1", "v1.2.0", "v1.3.0-rc.1"]);
      expect(runStep("release", "Move the major tag")).toBe(0);
      expect(changes()).toHaveLength(1);
    });

    test("fails when GitHub does not say which versions there are", () => {
      stub("gh", "exit 1");
      expect(runStep("release", "Move the major tag")).not.toBe(0);
      expect(changes()).toEqual([]);
    });
  });

  describe("the release", () => {
    beforeEach(() => {
      for (const name of ["a.tgz", "b.tar.gz", "SHA256SUMS", "notes.md"])
        tree.write({ [`work/${name}`]: name });
    });

    test("is made of the tag that is there, with its notes and files", () => {
      stub("gh", '[ "$2" != view ]');
      expect(runStep("release", "Make the release")).toBe(0);
      expect(calls()[1]).toBe(
        "gh release create v1.2.0 --verify-tag --title v1.2.0 --notes-file notes.md ./a.tgz ./b.tar.gz SHA256SUMS",
      );
    });

    test("is not made twice when the job runs again", () => {
      stub("gh", "exit 0");
      expect(runStep("release", "Make the release")).toBe(0);
      expect(calls()).toEqual(["gh release view v1.2.0"]);
    });
  });

  describe("npm", () => {
    test("gets the package that was built", () => {
      stub("npm", '[ "$1" != view ]');
      expect(runStep("npm", "Publish")).toBe(0);
      expect(calls()[1]).toMatch(/^npm publish \.\/avala-pulumi-1\.2\.0\.tgz --provenance/);
    });

    test("does not get it twice when the job runs again", () => {
      stub("npm", "echo 1.2.0");
      expect(runStep("npm", "Publish")).toBe(0);
      expect(calls()).toEqual(["npm view @avala/pulumi@1.2.0 version"]);
    });
  });

  describe.each(["npm", "attest", "release"])("what %s takes", (job) => {
    const sum = (text: string): string => createHash("sha256").update(text).digest("hex");
    const contents = `${sum("the package")}  a.tgz\n`;

    function check(file: string, listed: string): number | null {
      tree.write({ "work/a.tgz": file, "work/CONTENTS": listed });
      return runStep(job, "The files are those", { SHA256: sum(contents) });
    }

    test("is what was built", () => {
      expect(check("the package", contents)).toBe(0);
    });

    test("is refused when a file is another, and when the list is", () => {
      expect(check("another", contents)).not.toBe(0);
      expect(check("another", `${sum("another")}  a.tgz\n`)).not.toBe(0);
    });
  });
});
