// Reports of an upload in which nothing goes forward. Decides nothing.
import { repeatEvery } from "../flow/clock";
import { report } from "./progress";
import type { Run } from "./state";

const REPORT_WAIT_MS = 5000;

/** Reports also while nothing goes forward, as long as requests wait for the rate limit; returns how to end that. */
export function reportWaits(run: Run): () => void {
  const { pace } = run.avala;
  let waitedMs = pace.waitedMs();
  return repeatEvery(REPORT_WAIT_MS, () => {
    const isWaiting = pace.waitedMs() > waitedMs;
    waitedMs = pace.waitedMs();
    if (isWaiting) report(run.avala, run.batch.progress);
  });
}
