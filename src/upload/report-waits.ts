// Reports of an upload in which nothing goes forward. Decides nothing.
import type { Avala } from "../api/connection";
import { repeatEvery } from "../flow/clock";
import type { RetryTally } from "../flow/retry-tally";
import type { Batch } from "./batch-state";
import { report, silenceOf } from "./progress";

const REPORT_WAIT_MS = 5000;

interface Waiting {
  readonly avala: Pick<Avala, "pace" | "emit" | "unanswered">;
  /** The one of now. */
  readonly batch: Pick<Batch, "progress">;
  readonly retries: Pick<RetryTally, "total">;
}

/**
 * Reports also while nothing goes forward, as long as requests wait for the rate limit or for responses, or are refused and
 * repeated; returns how to end that.
 */
export function reportWaits(run: Waiting): () => void {
  const { pace } = run.avala;
  let [waitedMs, retried] = [pace.waitedMs(), run.retries.total];
  return repeatEvery(REPORT_WAIT_MS, () => {
    const isMoved = pace.waitedMs() > waitedMs || run.retries.total > retried;
    [waitedMs, retried] = [pace.waitedMs(), run.retries.total];
    const { progress } = run.batch;
    const isHeldUp = progress.isFailing() || silenceOf(run.avala, progress) !== undefined;
    if (isMoved || isHeldUp) report(run.avala, progress);
  });
}
