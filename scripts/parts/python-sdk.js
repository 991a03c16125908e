// Avala's own Python SDK: another client of the same API, to hold the emulator against.
// @ts-check
"use strict";

const path = require("node:path");
const { pipInstall, pipMissing, python } = require("./python");
const { ask } = require("./run");
const { findVersion } = require("./versions");

const VERSION = "0.10.0";
const PRINT_VERSION = "import importlib.metadata as m, avala; print(m.version('avala'))";
const PRINT_PYTHON = "import sys; print('%d.%d' % sys.version_info[:2])";

/** @type {import("./index").Recipe} */
module.exports = {
  name: "python-sdk",
  version: VERSION,
  // It has compiled packages, which fit one minor version of Python.
  variant: () => `py${ask(python() ?? "python3", ["-c", PRINT_PYTHON])?.trim() ?? ""}`,
  onPath() {
    const command = python();
    const version = command && findVersion(ask(command, ["-c", PRINT_VERSION]) ?? "");
    // Its minor versions change what it sends, so no other will do.
    if (!command || !version?.startsWith("0.10.")) return undefined;
    return { version, command, binDir: path.dirname(command), env: {} };
  },
  inFolder(folder) {
    const command = python() ?? "python3";
    return { command, binDir: path.dirname(command), env: { PYTHONPATH: folder } };
  },
  ways: [
    {
      what: "installing it with pip",
      takes: "under a minute",
      missing: pipMissing,
      install: (folder, run) => pipInstall(`avala==${VERSION}`, folder, run),
    },
  ],
  advice: "Put python3 with pip on PATH.",
};
