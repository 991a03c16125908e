// Limiters of other makers for Python: Django REST framework's throttles, and throttled-py's token bucket. What the benchmark of
// a shared key puts in front of the emulator.
// @ts-check
"use strict";

const path = require("node:path");
const { pipInstall, pipMissing, python } = require("./python");

const PACKAGES = ["djangorestframework==3.16.1", "Django==5.2.4", "throttled-py==3.5.0"];

/** @type {import("./index").Recipe & {packages: readonly string[]}} */
module.exports = {
  packages: PACKAGES,
  name: "limiters",
  version: "1",
  // Their versions are part of what is measured: what happens to be installed will not do.
  onPath: () => undefined,
  inFolder(folder) {
    const command = python() ?? "python3";
    return { command, binDir: path.dirname(command), env: { PYTHONPATH: folder } };
  },
  ways: [
    {
      what: "installing them with pip",
      takes: "under a minute",
      missing: pipMissing,
      install: (folder, run) => pipInstall(PACKAGES, folder, run),
    },
  ],
  advice: "Put python3 with pip on PATH.",
};
