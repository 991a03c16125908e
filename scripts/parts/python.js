// What the parts that come as Python packages share.
// @ts-check
"use strict";

const { ask, which } = require("./run");

/** @returns {string | undefined} */
function python() {
  return which("python3") ?? which("python");
}

/** @returns {string | undefined} */
function pipMissing() {
  const command = python();
  if (command === undefined) return "no python3 on PATH";
  return ask(command, ["-m", "pip", "--version"]) === undefined ? "python3 has no pip" : undefined;
}

/**
 * Installs packages and what they need into a separate folder. Not a virtual environment: the
 * scripts in one name its folder, so it could not be renamed into place.
 * @param {string | readonly string[]} requirements @param {string} folder @param {import("./index").Run} run
 */
async function pipInstall(requirements, folder, run) {
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-compile"];
  await run(python() ?? "python3", [...args, "--target", folder, ...[requirements].flat()]);
}

module.exports = { python, pipMissing, pipInstall };
