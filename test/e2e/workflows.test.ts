// The repository's own workflows, checked by the linter for workflows, also against action.yml.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeWithPart } from "../support/parts";

const ROOT = resolve(__dirname, "../..");
const FOLDER = join(ROOT, ".github", "workflows");
const workflows = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));

describeWithPart("actionlint", (actionlint) => {
  test.each(workflows)("finds nothing wrong with %s", (name) => {
    const args = ["-no-color", join(FOLDER, name)];
    const { stdout, status } = spawnSync(actionlint.command, args, { cwd: ROOT, encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
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
