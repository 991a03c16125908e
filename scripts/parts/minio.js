// MinIO: an object store that enforces signed upload forms as S3 does.
// @ts-check
"use strict";

const path = require("node:path");
const { GO_ENV, goBuildFlags, goMissing } = require("./go");
const { ask, which } = require("./run");

/** Its releases are no Go versions: this is the commit, as Go names it. */
const VERSION = "0.0.0-20260212201848-7aac2a2c5b7c";

/** @type {import("./index").Recipe} */
module.exports = {
  name: "minio",
  version: VERSION,
  onPath() {
    const command = which("minio");
    // Any will do: signed forms have worked the same way for years.
    const release = command && /RELEASE\.\S+/.exec(ask(command, ["--version"]) ?? "")?.[0];
    if (!command || !release) return undefined;
    return { version: release, command, binDir: path.dirname(command), env: {} };
  },
  inFolder: (folder) => ({ command: path.join(folder, "minio"), binDir: folder, env: {} }),
  ways: [
    {
      what: "building it with Go",
      takes: "two to seven minutes",
      missing: () => goMissing("1.24.0"),
      install: (folder, run) =>
        run("go", ["install", ...goBuildFlags(), `github.com/minio/minio@v${VERSION}`], {
          env: { ...GO_ENV, GOBIN: folder },
        }),
    },
  ],
  advice: "Put minio, or Go 1.24 or later, on PATH.",
};
