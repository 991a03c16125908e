// Reports of an upload in which nothing goes forward. Decides nothing.
import { repeatEvery } from "../flow/clock";
import { report, silenceOf } from "./progress";
import type { Run } from "./state";

const REPORT_WAIT_MS = 5000;

/** Reports also while nothing goes forward, as long as requests wait for the rate limit or for responses; returns how to end that. */
export function reportWaits(run: Run): () => void {
  const { pace } = run.avala;
  let waitedMs = pace.waitedMs();
  return repeatEvery(REPORT_WAIT_MS, () => {
    const isLimited = pace.waitedMs() > waitedMs;
    waitedMs = pace.waitedMs();
    const { progress } = run.batch;
    if (isLimited || silenceOf(run.avala, progress) !== undefined) report(run.avala, progress);
  });
}
