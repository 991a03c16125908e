// Versions of Node, from the npm package that carries the program itself.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { ask, npmCommand, which } = require("./run");

/** The lowest that package.json promises: exactly it, since a later one of its major says nothing about it. */
const LOWEST = "20.19.0";
const VERSIONS = [LOWEST, "22.23.3", "24.21.0", "26.10.0"];

const FILE = process.platform === "win32" ? "node.exe" : "node";

/** @param {string} version @returns {import("./index").Recipe} */
function nodeRecipe(version) {
  const major = version.split(".")[0];
  const isExact = version === LOWEST;
  return {
    name: `node${major}`,
    version,
    onPath() {
      for (const command of [process.execPath, which("node")]) {
        // What a part runs asks PATH for `node`: a Node of another name would leave it to whatever stands beside it.
        if (command === undefined || path.basename(command) !== FILE) continue;
        const found = ask(command, ["--version"])?.trim().slice(1);
        if (found === version || (!isExact && found?.startsWith(`${major}.`))) {
          return { version: found, command, binDir: path.dirname(command), env: {} };
        }
      }
      return undefined;
    },
    inFolder(folder) {
      const binDir = path.join(folder, "node_modules", "node", "bin");
      return { command: path.join(binDir, FILE), binDir, env: {} };
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
    advice: `Put Node ${isExact ? version : major} first on PATH, or npm.`,
  };
}

module.exports = VERSIONS.map(nodeRecipe);
