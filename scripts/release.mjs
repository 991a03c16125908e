// `node scripts/release.mjs notes VERSION`: prints the version's notes, or says why it can't be released.
// `node scripts/release.mjs cut VERSION`: moves what is unreleased under the version, in CHANGELOG.md.
// `node scripts/release.mjs files FOLDER`: gathers the files of the version in package.json.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import changelog from "./release/changelog.js";
import files from "./release/files.js";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const CHANGELOG = path.join(ROOT, "CHANGELOG.md");

function main(command, given) {
  const text = readFileSync(CHANGELOG, "utf8");
  if (given !== undefined && command === "notes")
    process.stdout.write(changelog.notesOf(text, given));
  else if (given !== undefined && command === "cut")
    writeFileSync(CHANGELOG, changelog.cut(text, given));
  else if (given !== undefined && command === "files") files.gather(ROOT, given);
  else
    throw new Error("usage: node scripts/release.mjs notes VERSION | cut VERSION | files FOLDER");
}

try {
  main(...process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
