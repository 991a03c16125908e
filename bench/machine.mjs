// The machine and the versions of the programs that figures were taken with. Knows nothing of the figures.
// @ts-check
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, release, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { PartUnavailable, ensurePart } from "../scripts/parts.mjs";
import limiters from "../scripts/parts/limiters.js";

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
// What a benchmark writes itself is not a change of what is measured.
const WRITTEN = [":(exclude)bench/results", ":(exclude)docs/benchmarks.md"];

const MISSING = "not there";

/** What a program prints, or nothing where there is none. @param {string} command @param {readonly string[]} args */
function ask(command, args) {
  try {
    return execFileSync(command, args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

function system() {
  const names = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(names)?.[1] ?? process.platform;
}

/** Where the benchmarks' files are. */
function disk() {
  const found = ask("findmnt", ["-n", "-o", "SOURCE,FSTYPE", "-T", tmpdir()]);
  const [source = "", type] = found?.split(/\s+/) ?? [];
  if (type === undefined) return "unknown";
  return `${type} on ${source}`;
}

/** @returns {Readonly<Record<string, string>>} */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: String(availableParallelism()),
    memory: `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`,
    system: system(),
    kernel: release(),
    disk: disk(),
  };
}

/** A version number in what a program prints. @param {string | undefined} text */
function versionIn(text) {
  return /\d+(\.\d+)+\w*/.exec(text ?? "")?.[0] ?? MISSING;
}

/** Also installs it, so that no benchmark's time has that in it. @param {string} name */
async function versionOfPart(name) {
  try {
    return (await ensurePart(name)).version;
  } catch (error) {
    if (!(error instanceof PartUnavailable)) throw error;
    return MISSING;
  }
}

/** Of the limiters, by the names of their packages. They are installed together, in these versions. @returns {Promise<Record<string, string>>} */
async function versionsOfLimiters() {
  const isThere = (await versionOfPart("limiters")) !== MISSING;
  const pinned = limiters.packages.map((pin) => pin.split("=="));
  return Object.fromEntries(
    pinned.map(([name = "", version = MISSING]) => [name, isThere ? version : MISSING]),
  );
}

/** @returns {Promise<Readonly<Record<string, string>>>} */
export async function describeVersions() {
  return {
    Node: process.versions.node,
    "Node of the Action": await versionOfPart("node24"),
    curl: versionIn(ask("curl", ["--version"])),
    OpenSSL: versionIn(ask("openssl", ["version"])),
    Go: versionIn(ask("go", ["version"])),
    Python: versionIn(ask("python3", ["--version"])),
    "Avala's Python SDK": await versionOfPart("python-sdk"),
    ...(await versionsOfLimiters()),
    MinIO: await versionOfPart("minio"),
    Pulumi: await versionOfPart("pulumi"),
  };
}

/** Of this project, its emulator and its benchmarks. */
export function describeCommit() {
  const commit = ask("git", ["rev-parse", "--short=10", "HEAD"]) ?? "unknown";
  const changes = ask("git", [
    "status",
    "--porcelain",
    "--untracked-files=no",
    "--",
    ".",
    ...WRITTEN,
  ]);
  return changes === "" ? commit : `${commit}, with changes`;
}
