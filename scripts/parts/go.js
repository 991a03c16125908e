// What the parts that are built with Go share.
// @ts-check
"use strict";

const { ask, which } = require("./run");
const { compareVersions, findVersion } = require("./versions");

/**
 * Why Go can't build here, or undefined when it can.
 * @param {string} min @returns {string | undefined}
 */
function goMissing(min) {
  const go = which("go");
  if (go === undefined) return "no go on PATH";
  // `go1.26.8`, and `go1.26` for the first of a line.
  const printed = ask(go, ["env", "GOVERSION"]) ?? "";
  const version = findVersion(printed) ?? findVersion(`${printed.trim()}.0`) ?? "0.0.0";
  return compareVersions(version, min) < 0
    ? `go is ${version}, ${min} or later is needed`
    : undefined;
}

/** Static: it runs wherever the cache is carried. */
const GO_ENV = { CGO_ENABLED: "0" };

/** Small, and no trace of this machine's folders in it. @param {string} [linking] @returns {string[]} */
const goBuildFlags = (linking = "") => ["-trimpath", "-ldflags", `-s -w ${linking}`.trim()];

module.exports = { goMissing, GO_ENV, goBuildFlags };
