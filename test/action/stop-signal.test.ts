// The end of a step that was cancelled while the disk does not answer: a thread of the process never returns from it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { createTempTree } from "../support/temp-tree";

const source = readFileSync(resolve("action/github/stop-signal.ts"), "utf8");
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
});

const onUnix = process.platform === "win32" ? test.skip : test;

onUnix(
  "a cancel ends the process within seconds, whatever a disk does",
  async () => {
    const tree = createTempTree({});
    try {
      const pipe = join(tree.root, "pipe");
      execFileSync("mkfifo", [pipe]);
      const stuck = `${outputText}
      stopSignal();
      require("node:fs").open(${JSON.stringify(pipe)}, "r", () => undefined);
      setTimeout(() => process.stdout.write("ready"), 200);`;
      const child = spawn(process.execPath, ["-e", stuck], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      await once(child.stdout, "data");
      child.kill("SIGINT");
      const timer = setTimeout(() => child.kill("SIGTERM"), 1_000);
      const overdue = setTimeout(
        () => execFileSync("sh", ["-c", `: > ${JSON.stringify(pipe)}`]),
        9_000,
      );
      const begun = Date.now();
      await ended;
      clearTimeout(timer);
      clearTimeout(overdue);
      expect(Date.now() - begun).toBeLessThan(8_000);
    } finally {
      tree.remove();
    }
  },
  20_000,
);
