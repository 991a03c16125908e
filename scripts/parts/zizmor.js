// zizmor: the auditor of workflows, for what an attacker could use in them.
// @ts-check
"use strict";

const path = require("node:path");
const { pipInstall, pipMissing } = require("./python");
const { ask, which } = require("./run");
const { findVersion } = require("./versions");

const VERSION = "1.32.0";

/** @type {import("./index").Recipe} */
module.exports = {
  name: "zizmor",
  version: VERSION,
  onPath() {
    const command = which("zizmor");
    const version = command && findVersion(ask(command, ["--version"]) ?? "");
    // Each minor version finds more: an untested one would fail workflows that did not change.
    if (!command || version !== VERSION) return undefined;
    return { version, command, binDir: path.dirname(command), env: {} };
  },
  inFolder(folder) {
    const binDir = path.join(folder, "bin");
    return { command: path.join(binDir, "zizmor"), binDir, env: {} };
  },
  ways: [
    {
      what: "installing it with pip",
      takes: "a few seconds",
      missing: pipMissing,
      install: (folder, run) => pipInstall(`zizmor==${VERSION}`, folder, run),
    },
  ],
  advice: "Put python3 with pip on PATH.",
};
