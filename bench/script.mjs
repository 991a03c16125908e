// Runs one benchmark's script in a group of processes of its own, which ends with it. Knows nothing of what it measures.
// @ts-check
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

// From the signal that it can clean up at to the one that it can't.
const GRACE_MS = 5000;
const MAX_REASON = 200;

/** To all that is left of a group. @param {number | undefined} group @param {NodeJS.Signals} signal */
function signalGroup(group, signal) {
  try {
    if (group !== undefined) process.kill(-group, signal);
  } catch {
    // It has ended.
  }
}

/** The line that says what went wrong: that of the error, or else the last. @param {string} log */
function reasonIn(log) {
  const lines = log
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const said =
    lines.findLast((line) => /^(Uncaught )?\w*Error\b.*:/.test(line)) ?? lines.at(-1) ?? "";
  return said.slice(0, MAX_REASON);
}

/**
 * What it prints goes where ours does. An interrupt of ours is one of its.
 * @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @param {number} minutes
 * @returns {Promise<string | undefined>} why it failed, if it did
 */
export async function runScript(args, env, minutes) {
  const child = spawn(process.execPath, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log = (log + String(chunk)).slice(-10_000);
    process.stderr.write(chunk);
  });
  const interrupt = () => signalGroup(child.pid, "SIGINT");
  process.once("exit", interrupt);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void endGroup(child.pid);
  }, minutes * 60_000);
  const [code, signal] = await new Promise((resolve) =>
    child.once("exit", (...end) => resolve(end)),
  );
  clearTimeout(timer);
  process.removeListener("exit", interrupt);
  signalGroup(child.pid, "SIGKILL");
  if (isLate) return `it took more than ${minutes} minutes`;
  if (code === 0) return undefined;
  const reason = reasonIn(log);
  return `it ended with ${code ?? signal}${reason === "" ? "" : `: ${reason}`}`;
}

/** @param {number | undefined} group */
async function endGroup(group) {
  signalGroup(group, "SIGINT");
  await sleep(GRACE_MS, undefined, { ref: false });
  signalGroup(group, "SIGKILL");
}
