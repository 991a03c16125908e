// The files of a release: the package, the Action's bundle, their checksums and the notes, in one folder.
// Runs where there is no secret and no identity; whoever publishes checks the folder by the digest of CONTENTS.
// @ts-check
"use strict";

const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { notesOf } = require("./changelog");

/** What `uses:` needs; with its licence, and with the README for whoever unpacks it. */
const OF_THE_ACTION = ["action.yml", "dist", "LICENSE", "README.md"];

/** @param {string} file */
function sha256Of(file) {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}

/** Lines as `sha256sum --check` reads them. @param {string} root @param {readonly string[]} names */
function sums(root, names) {
  return names.map((name) => `${sha256Of(path.join(root, name))}  ${name}\n`).join("");
}

/** @param {string} root */
function actionFiles(root) {
  const listed = execFileSync("git", ["ls-files", "-z", "--", "action.yml", "dist"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed.split("\0").filter((name) => name !== "");
}

/**
 * Fills `folder`, which it makes:
 * - the package as `npm publish` takes it, and an archive with the Action for servers that can't reach GitHub,
 * - SHA256SUMS of both, for whoever downloads them,
 * - subjects.txt: these, and each file of the Action in the repository, to be attested,
 * - notes.md,
 * - CONTENTS: the sums of all of these.
 * @param {string} root @param {string} folder
 */
function gather(root, folder) {
  const { version } = /** @type {{ version: string }} */ (
    JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))
  );
  const notes = notesOf(fs.readFileSync(path.join(root, "CHANGELOG.md"), "utf8"), version);
  fs.mkdirSync(folder, { recursive: true });
  const into = path.resolve(folder);
  /** @param {string} name @param {string} text */
  const write = (name, text) => fs.writeFileSync(path.join(into, name), text);

  const packed = execFileSync(
    "npm",
    ["pack", "--ignore-scripts", "--json", "--pack-destination", into],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  const [{ filename }] = /** @type {[{ filename: string }]} */ (JSON.parse(packed));
  const name = `upload-action-${version}`;
  const archive = `${name}.tar.gz`;
  const archiving = [
    "archive",
    "--format=tar.gz",
    `--prefix=${name}/`,
    "-o",
    path.join(into, archive),
  ];
  execFileSync("git", [...archiving, "HEAD", ...OF_THE_ACTION], { cwd: root });

  const assets = sums(into, [filename, archive]);
  write("SHA256SUMS", assets);
  write("subjects.txt", assets + sums(root, actionFiles(root)));
  write("notes.md", notes);
  write("CONTENTS", sums(into, [filename, archive, "SHA256SUMS", "subjects.txt", "notes.md"]));
}

module.exports = { gather };
