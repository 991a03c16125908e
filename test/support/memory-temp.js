// Temporary folders of tests in memory, where the system has a file system there with room: on a disk that discards what is
// removed, a small tree costs 13 ms and in memory 0.8, and the tests make tens of thousands. `TMPDIR` decides otherwise.
// @ts-check
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const MEMORY = "/dev/shm";
// The largest files of a run need one; in a container there may be 64 MiB.
const MIN_FREE_BYTES = 4 * 1024 ** 3;

/** Tests run programs that they have written. */
function mayRunPrograms() {
  const mounts = fs.readFileSync("/proc/mounts", "utf8").split("\n");
  const options = mounts.find((line) => line.split(" ")[1] === MEMORY)?.split(" ")[3];
  return options !== undefined && !options.split(",").includes("noexec");
}

function hasRoom() {
  try {
    const { bavail, bsize } = fs.statfsSync(MEMORY);
    fs.accessSync(MEMORY, fs.constants.W_OK);
    return bavail * bsize >= MIN_FREE_BYTES && mayRunPrograms();
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A run that was killed could not remove its own. */
function removeAbandoned() {
  for (const name of fs.readdirSync(MEMORY)) {
    const pid = /^avala-tests-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      fs.rmSync(path.join(MEMORY, name), { recursive: true, force: true });
  }
}

/** For this process and all that it starts; what they leave is removed at its end. */
function useMemoryForTemp() {
  if (process.env["TMPDIR"] !== undefined || !hasRoom()) return;
  removeAbandoned();
  const folder = fs.mkdtempSync(path.join(MEMORY, `avala-tests-${process.pid}-`));
  // As `/tmp` is: some tests look at their files as another user.
  fs.chmodSync(folder, 0o1777);
  process.env["TMPDIR"] = folder;
  process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
}

module.exports = { useMemoryForTemp };
