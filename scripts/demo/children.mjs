// The programs that the demo starts, and that none of them outlives it. Knows nothing of what they do.
// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** How long a program has to end by itself when the demo is stopped. */
const GRACE_MS = 10_000;

/** What the demo runs on has ended, or failed: so does the demo, and the message says all there is to say. */
export class Ended extends Error {}

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
let isStopping = false;

/** @param {string} program @param {readonly string[]} args @param {import("node:child_process").SpawnOptions} options */
export function start(program, args, options) {
  if (isStopping) throw new Error("stopped");
  const child = spawn(program, [...args], options);
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** The exit code; a program that a signal ended has 1. @param {import("node:child_process").ChildProcess} child @returns {Promise<number>} */
export function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? 1);
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // `close` and not `exit`: what it said has then been read.
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Asks every program to end, and ends what does not. */
export async function stopAll() {
  isStopping = true;
  const left = [...running];
  for (const child of left) child.kill("SIGTERM");
  const timer = setTimeout(() => left.forEach((child) => child.kill("SIGKILL")), GRACE_MS);
  await Promise.allSettled(left.map(ended));
  clearTimeout(timer);
}

/**
 * Stops everything on Ctrl-C and on a plain kill. A terminal sends Ctrl-C to the programs as well, and a second one
 * would make Pulumi drop what it is at: so they get time first.
 * @param {() => void} onStop
 */
export function stopOnSignals(onStop) {
  /** @param {NodeJS.Signals} signal */
  const stop = async (signal) => {
    if (isStopping) return;
    isStopping = true;
    onStop();
    if (signal === "SIGINT" && process.stdin.isTTY) await allEndedWithin(GRACE_MS);
    await stopAll();
    process.exit(128 + constants.signals[signal]);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // The terminal was closed.
  process.on("SIGHUP", stop);
}

/** @param {number} ms */
async function allEndedWithin(ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const timeUp = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([Promise.allSettled([...running].map(ended)), timeUp]);
  clearTimeout(timer);
}
