// Ends with 0 where lib/ is newer than all that it is made from, so that `npm test` right after `npm ci` does not make it again.
// @ts-check
"use strict";

const { readdirSync, statSync } = require("node:fs");
const path = require("node:path");

const ROOT = path.resolve(__dirname, "..");
/** What is built last. */
const BUILT = "lib/core.js";
const SOURCES = ["src", "provider", "action", "emulator"];
const SETTINGS = [
  ...["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"],
  "scripts/bundle-package.js",
];

/** With the folders, of which each tells when a file in it was removed. @param {string} folder @returns {string[]} */
const under = (folder) => [
  folder,
  ...readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    path.join(folder, name),
  ),
];

/** @param {string} root @returns {boolean} */
function isCurrent(root) {
  const files = [
    ...SETTINGS.map((file) => path.join(root, file)),
    ...SOURCES.flatMap((folder) => under(path.join(root, folder))),
  ];
  const built = statSync(path.join(root, BUILT), { throwIfNoEntry: false });
  return built !== undefined && files.every((file) => statSync(file).mtimeMs < built.mtimeMs);
}

module.exports = { isCurrent };

if (require.main === module) process.exitCode = isCurrent(ROOT) ? 0 : 1;
