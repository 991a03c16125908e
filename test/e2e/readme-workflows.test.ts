// The workflows of the README and the docs are workflows: actionlint reads them as GitHub would.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fencedBlocks } from "../support/markdown";
import { describeWithPart } from "../support/parts";

const ROOT = path.join(__dirname, "..", "..");

/** Steps or jobs alone get what a workflow has around them. */
function wholeWorkflow(snippet: string): string {
  const indented = (text: string, by: number): string =>
    text.replaceAll(/^(?=.)/gm, " ".repeat(by));
  if (/^on:/m.test(snippet)) return snippet;
  if (/^jobs:/m.test(snippet)) return `on: push\n${snippet}`;
  if (/^- /.test(snippet)) {
    return `on: push\njobs:\n  upload:\n    runs-on: ubuntu-latest\n    steps:\n${indented(snippet, 6)}`;
  }
  return `on: push\njobs:\n${indented(snippet, 2)}`;
}

describeWithPart("actionlint", (actionlint) => {
  const pages = readdirSync(path.join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  const snippets = ["README.md", ...pages.map((name) => `docs/${name}`)]
    .flatMap((file) => fencedBlocks(ROOT, file))
    .filter(({ language }) => language === "yaml");

  test("there are some", () => {
    expect(snippets.length).toBeGreaterThan(1);
  });

  test.each(snippets.map(({ where, text }) => [where, text]))(
    "%s passes actionlint",
    (_where, text) => {
      const checked = spawnSync(actionlint.command, ["-no-color", "-"], {
        input: `${wholeWorkflow(text)}\n`,
        encoding: "utf8",
      });
      expect(checked.stdout + checked.stderr).toBe("");
      expect(checked.status).toBe(0);
    },
  );
});
