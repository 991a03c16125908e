// Mermaid: draws charts as GitHub does, in a page. Only the one file that a page loads, and none of what it was built from.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { npmCommand, which } = require("./run");

const VERSION = "11.17.2";
const FILE = "mermaid.min.js";

/** @param {string} folder @param {import("./index").Run} run */
async function install(folder, run) {
  const npm = npmCommand() ?? { command: "npm", args: [] };
  await run(npm.command, [...npm.args, "pack", `mermaid@${VERSION}`], { cwd: folder });
  const archive = `mermaid-${VERSION}.tgz`;
  await run("tar", ["-xzf", archive, `package/dist/${FILE}`], { cwd: folder });
  fs.renameSync(path.join(folder, "package", "dist", FILE), path.join(folder, FILE));
  fs.rmSync(path.join(folder, "package"), { recursive: true });
  fs.rmSync(path.join(folder, archive));
}

function missing() {
  if (npmCommand() === undefined) return "no npm on PATH";
  return which("tar") === undefined ? "no tar on PATH" : undefined;
}

/** @type {import("./index").Recipe} */
module.exports = {
  name: "mermaid",
  version: VERSION,
  // Nothing on PATH draws in a page.
  onPath: () => undefined,
  inFolder: (folder) => ({ command: path.join(folder, FILE), binDir: folder, env: {} }),
  ways: [{ what: "fetching it with npm", takes: "a few seconds", missing, install }],
  advice: "Put npm and tar on PATH.",
};
