// The Pulumi engine and its host for Node programs.
// @ts-check
"use strict";

const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const { GO_ENV, goBuildFlags, goMissing } = require("./go");
const { ask, which } = require("./run");
const { findVersion, isGoodEnough } = require("./versions");

const VERSION = "3.259.0";
/** Older engines were not tried with a provider that is loaded by a constant `require`. */
const MIN_VERSION = "3.150.0";

/** No call home, and a passphrase, for a stack in a local folder can't be made without one. */
const ENV = { PULUMI_SKIP_UPDATE_CHECK: "1", PULUMI_CONFIG_PASSPHRASE: "avala" };
const EXE = process.platform === "win32" ? ".exe" : "";

/**
 * What is built, each from a small module beside this file. The host for Node comes from an older
 * version: the last one that is served as a Go module; newer engines take it.
 */
const COMMANDS = [
  {
    module: "engine",
    command: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    linking: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${VERSION}`,
  },
  {
    module: "host",
    command: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    linking: "",
  },
];

/** What Pulumi's own release has as shell scripts: they start what the program's SDK carries. */
const SCRIPTS = {
  "pulumi-language-nodejs-exec": "run",
  "pulumi-resource-pulumi-nodejs": "dynamic-provider",
};

/** @type {import("./index").Way} */
const buildWithGo = {
  what: "building it with Go",
  takes: "about five minutes",
  missing: () =>
    process.platform === "win32"
      ? "its helpers are shell scripts, which Windows does not run"
      : goMissing("1.25.0"),
  async install(folder, run) {
    const bin = path.join(folder, "bin");
    fs.mkdirSync(bin);
    for (const { module, command, linking } of COMMANDS) {
      const cwd = path.join(folder, module);
      fs.cpSync(path.join(__dirname, "pulumi-module", module), cwd, { recursive: true });
      const args = ["build", ...goBuildFlags(linking), "-o", bin + path.sep, command];
      await run("go", args, { cwd, env: GO_ENV });
    }
    for (const [name, entry] of Object.entries(SCRIPTS)) {
      fs.writeFileSync(path.join(bin, name), startScript(entry), { mode: 0o755 });
    }
  },
};

/** @param {string} entry @returns {string} */
function startScript(entry) {
  const resolve = `require.resolve('@pulumi/pulumi/cmd/${entry}',{paths:[process.cwd()]})`;
  return `#!/bin/sh\nexec node "$(node -p "${resolve}")" "$@"\n`;
}

const RELEASES = "https://get.pulumi.com/install.sh";
const REACH_MS = 4_000;

/** Why Pulumi's releases can't be fetched from here, known within seconds. @returns {Promise<string | undefined>} */
async function releaseMissing() {
  try {
    require.resolve("@pulumi/pulumi/automation");
  } catch {
    return "@pulumi/pulumi is not installed (npm ci)";
  }
  try {
    const reply = await fetch(RELEASES, { method: "HEAD", signal: AbortSignal.timeout(REACH_MS) });
    return reply.ok ? undefined : `get.pulumi.com answers ${reply.status}`;
  } catch {
    return "get.pulumi.com can't be reached from here";
  }
}

/** @type {import("./index").Way} */
const download = {
  what: "downloading Pulumi's own release",
  takes: "under a minute",
  missing: releaseMissing,
  async install(folder) {
    const { PulumiCommand } = require("@pulumi/pulumi/automation");
    // The SDK's own copy: it is not a dependency of ours.
    const { SemVer } = createRequire(require.resolve("@pulumi/pulumi"))("semver");
    await PulumiCommand.install({ root: folder, version: new SemVer(VERSION) });
  },
};

/** @type {import("./index").Recipe} */
module.exports = {
  name: "pulumi",
  version: VERSION,
  onPath() {
    const command = which("pulumi");
    const host = which("pulumi-language-nodejs");
    const printed = command && host && ask(command, ["version"], ENV);
    if (!command || !printed || !isGoodEnough(printed, MIN_VERSION)) return undefined;
    const version = findVersion(printed) ?? VERSION;
    return { version, command, binDir: path.dirname(command), env: { ...ENV } };
  },
  inFolder(folder) {
    const binDir = path.join(folder, "bin");
    return { command: path.join(binDir, `pulumi${EXE}`), binDir, env: { ...ENV } };
  },
  ways: [download, buildWithGo],
  advice:
    `Put Pulumi ${MIN_VERSION} or later on PATH (with the pulumi-language-nodejs that comes with it), ` +
    "or Go 1.25 or later to build it.",
};
