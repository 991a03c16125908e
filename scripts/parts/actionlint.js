// actionlint: checks workflow files and action.yml.
// @ts-check
"use strict";

const path = require("node:path");
const { GO_ENV, goBuildFlags, goMissing } = require("./go");
const { ask, which } = require("./run");
const { findVersion, isGoodEnough } = require("./versions");

const VERSION = "1.7.12";
/** The first one that knows `node24`. */
const MIN_VERSION = "1.7.8";

/** @type {import("./index").Recipe} */
module.exports = {
  name: "actionlint",
  version: VERSION,
  onPath() {
    const command = which("actionlint");
    const printed = command && ask(command, ["-version"]);
    if (!command || !printed || !isGoodEnough(printed, MIN_VERSION)) return undefined;
    return {
      version: findVersion(printed) ?? VERSION,
      command,
      binDir: path.dirname(command),
      env: {},
    };
  },
  inFolder: (folder) => ({ command: path.join(folder, "actionlint"), binDir: folder, env: {} }),
  ways: [
    {
      what: "building it with Go",
      takes: "under a minute",
      missing: () => goMissing("1.24.0"),
      install: (folder, run) =>
        run(
          "go",
          ["install", ...goBuildFlags(), `github.com/rhysd/actionlint/cmd/actionlint@v${VERSION}`],
          { env: { ...GO_ENV, GOBIN: folder } },
        ),
    },
  ],
  advice: `Put actionlint ${MIN_VERSION} or later, or Go 1.24 or later, on PATH.`,
};
