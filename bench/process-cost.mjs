// What a process has cost so far, as the kernel counts it. Knows nothing of what it does.
// @ts-check
import { readFileSync, readdirSync } from "node:fs";

/** The processor time of all threads by now, in ms; 0 where the system has no /proc. @param {number | undefined} pid */
export function cpuMsOf(pid) {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const times = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]),
    );
    return times.reduce((sum, time) => sum + time, 0) / 1e6;
  } catch {
    return 0;
  }
}

/**
 * On how many cores these processes are busy while something runs: what is far from all of them does not bound it.
 * @template T @param {readonly (number | undefined)[]} pids @param {() => Promise<T>} action
 * @returns {Promise<{result: T, cores: number}>}
 */
export async function busyCores(pids, action) {
  const used = () => pids.map(cpuMsOf).reduce((sum, ms) => sum + ms, 0);
  const before = used();
  const startedMs = performance.now();
  const result = await action();
  return { result, cores: (used() - before) / (performance.now() - startedMs) };
}
