// How long one request may hold up others that would learn from its response. Knows nothing of what they send.
import { repeatEvery } from "./clock";
import type { Pace } from "./rate/pace";

// Twice what a small file takes on a slow way: a few round trips to each server, and 1 MiB at 4 Mbit a second. To wait in vain
// costs as long, once; not to wait costs that the file which is sent again to learn is not the smallest.
const PATIENCE_MS = 5_000;

/** Resolves when `work` has ended, or after five seconds in which it did not wait for the rate limit. */
export function unlessStalled(pace: Pick<Pace, "waitedMs">, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    let waitedMs = pace.waitedMs();
    const stop = repeatEvery(PATIENCE_MS, () => {
      if (pace.waitedMs() > waitedMs) waitedMs = pace.waitedMs();
      else end();
    });
    const end = (): void => {
      stop();
      resolve();
    };
    work.then(end, end);
  });
}
