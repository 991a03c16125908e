// The cache folder of installed parts: each under its version, complete or not there at all.
// Knows nothing of what a part is or how it is installed.
// @ts-check
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");

/** A builder touches its lock this often; one silent for far longer was killed. */
const HEARTBEAT_MS = 2_000;
const DEAD_AFTER_MS = 20_000;
const LOOK_AGAIN_MS = 100;
/** A folder of a killed build is removed once no build can still be at work in it. */
const LEFTOVER_MS = 24 * 3_600_000;

/**
 * `AVALA_TOOLS_DIR`, else `avala-tools` in the user's cache folder by the platform's own rule.
 * @param {NodeJS.ProcessEnv} [env] @param {string} [platform] @param {string} [home]
 * @returns {string}
 */
function toolsDir(env = process.env, platform = process.platform, home = os.homedir()) {
  if (env.AVALA_TOOLS_DIR) return path.resolve(env.AVALA_TOOLS_DIR);
  if (platform === "darwin") return path.resolve(home, "Library", "Caches", "avala-tools");
  if (platform === "win32") {
    return path.resolve(env.LOCALAPPDATA || path.join(home, "AppData", "Local"), "avala-tools");
  }
  return path.resolve(env.XDG_CACHE_HOME || path.join(home, ".cache"), "avala-tools");
}

/**
 * The folder of a part, built when it is not there. `build` fills a folder beside it, which is then
 * renamed: so a kill leaves nothing half-made in place, and of two builders at once one wins.
 * The lock only saves the second builder its work; nothing goes wrong when it is lost.
 * @param {string} root @param {string} key
 * @param {(folder: string) => Promise<void>} build
 * @param {{ deadAfterMs?: number }} [options]
 * @returns {Promise<string>}
 */
async function cached(root, key, build, { deadAfterMs = DEAD_AFTER_MS } = {}) {
  const final = path.join(root, key);
  if (fs.existsSync(final)) return final;
  fs.mkdirSync(root, { recursive: true });
  removeLeftovers(root);
  const lockFile = path.join(root, `.${key}.lock`);
  const unlock = await lock(lockFile, deadAfterMs, () => fs.existsSync(final));
  try {
    if (!fs.existsSync(final)) await buildAndRename(root, key, build);
    return final;
  } finally {
    unlock();
  }
}

/** @param {string} root @param {string} key @param {(folder: string) => Promise<void>} build */
async function buildAndRename(root, key, build) {
  const final = path.join(root, key);
  const folder = fs.mkdtempSync(path.join(root, `.building-${key}-`));
  try {
    await build(folder);
    fs.renameSync(folder, final);
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    // Another builder was first: its folder is as good as ours.
    if (!fs.existsSync(final)) throw error;
  }
}

/**
 * Holds the lock file until the returned function is called, or returns early when `isDone`.
 * @param {string} file @param {number} deadAfterMs @param {() => boolean} isDone
 * @returns {Promise<() => void>}
 */
async function lock(file, deadAfterMs, isDone) {
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    if (isDone()) return () => undefined;
    if (ageMs(file) > deadAfterMs) fs.rmSync(file, { force: true });
    else await sleep(LOOK_AGAIN_MS);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    fs.rmSync(file, { force: true });
  };
}

/** @param {string} file */
function touch(file) {
  try {
    fs.utimesSync(file, new Date(), new Date());
  } catch {
    // Someone took it for dead and removed it: the rename still decides.
  }
}

/** @param {string} file @returns {number} */
function ageMs(file) {
  return Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** @param {string} root */
function removeLeftovers(root) {
  for (const name of fs.readdirSync(root)) {
    const folder = path.join(root, name);
    if (name.startsWith(".building-") && ageMs(folder) > LEFTOVER_MS) {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}

module.exports = { toolsDir, cached };
