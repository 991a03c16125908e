// Other versions of Node, from the npm package that carries the program itself.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { ask, npmCommand, which } = require("./run");

const VERSIONS = ["22.23.3", "24.9.0"];

/** @param {string} version @returns {import("./index").Recipe} */
function nodeRecipe(version) {
  const major = version.split(".")[0];
  return {
    name: `node${major}`,
    version,
    onPath() {
      const candidates = [process.execPath, which("node"), which(`node${major}`)];
      for (const command of candidates) {
        const printed = command && ask(command, ["--version"])?.trim();
        if (command && printed?.startsWith(`v${major}.`)) {
          return { version: printed.slice(1), command, binDir: path.dirname(command), env: {} };
        }
      }
      return undefined;
    },
    inFolder(folder) {
      const binDir = path.join(folder, "node_modules", "node", "bin");
      const file = process.platform === "win32" ? "node.exe" : "node";
      return { command: path.join(binDir, file), binDir, env: {} };
    },
    ways: [
      {
        what: "installing it with npm",
        takes: "under a minute",
        missing: () => (npmCommand() === undefined ? "no npm on PATH" : undefined),
        async install(folder, run) {
          const npm = npmCommand() ?? { command: "npm", args: [] };
          // Its own package.json, or npm would look for one further up.
          fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
          const flags = ["--no-audit", "--no-fund", "--ignore-scripts=false"];
          await run(npm.command, [...npm.args, "install", ...flags, `node@${version}`], {
            cwd: folder,
          });
        },
      },
    ],
    advice: `Put Node ${major} on PATH as node${major}, or npm.`,
  };
}

module.exports = VERSIONS.map(nodeRecipe);
