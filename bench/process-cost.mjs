// What a process has cost so far, as the kernel counts it. Knows nothing of what it does.
// @ts-check
import { execFileSync } from "node:child_process";

// The number of another process's clock is made as clock_getcpuclockid(3) of Linux makes it. What the files of /proc say is whole
// hundredths of a second, or of the threads that have not ended.
const CLOCK = "import sys, time; print(time.clock_gettime(~int(sys.argv[1]) << 3 | 2))";

/**
 * The processor time of a process by now, that of threads that have ended included, in ms; `undefined` where there is no such
 * process, or the system has no such clock.
 * @param {number | undefined} pid
 */
export function cpuMsOf(pid) {
  try {
    const args = ["-I", "-S", "-c", CLOCK, String(pid)];
    const printed = execFileSync("python3", args, { stdio: ["ignore", "pipe", "ignore"] });
    return Number(printed) * 1000;
  } catch {
    return undefined;
  }
}

/** @param {readonly (number | undefined)[]} pids @returns {number} NaN where one of them is not known */
function cpuMsOfAll(pids) {
  return pids.map((pid) => cpuMsOf(pid) ?? NaN).reduce((sum, ms) => sum + ms, 0);
}

/**
 * On how many cores these processes are busy while something runs: what is far from all of them does not bound it. None, where
 * that is not known.
 * @template T @param {readonly (number | undefined)[]} pids @param {() => Promise<T>} action
 * @returns {Promise<{result: T, cores: readonly number[]}>}
 */
export async function busyCores(pids, action) {
  const before = cpuMsOfAll(pids);
  const startedMs = performance.now();
  const result = await action();
  const durationMs = performance.now() - startedMs;
  const cores = (cpuMsOfAll(pids) - before) / durationMs;
  return { result, cores: Number.isNaN(cores) ? [] : [cores] };
}
