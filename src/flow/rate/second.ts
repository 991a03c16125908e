// Whether a server takes fewer calls a second than is documented. No header speaks of it: it shows in refusals while the total is
// clearly below, and what each run may have of it only refusals show (`refusals.ts`). Pure.
import { growBlindly, type Held } from "./refusals";
import type { Traffic } from "./traffic";

/** A run, as far as such a limit changes it. */
interface Limited extends Held {
  readonly traffic: Traffic;
  /** Calls a second that the server took as it last refused one, where those are clearly fewer than documented. */
  readonly taken: number | undefined;
}

// Of the documented burst.
const CLEARLY_FEWER = 0.8;
// One refusal may come of many runs that begin at once; two within so long are no chance.
const AGAIN_MS = 5000;
// Of what it took when it refused: from there on a run tries for more only slowly, since what is left shows in the total.
const NEARLY_ALL = 0.6;
const SLOW_CYCLE_MS = 30_000;

/** Calls a second that the server takes, if those are clearly fewer than documented. */
function fewer({ traffic, capacity, taken }: Limited): number | undefined {
  const seen = traffic.rates?.taken ?? taken;
  // Places that come back one by one leave no more than the minute's limit.
  const most = traffic.isSliding ? Math.min(capacity, traffic.limit / 60) : capacity;
  return seen !== undefined && seen < CLEARLY_FEWER * most ? seen : undefined;
}

/** What a refusal of a call that was sent at `startMs` shows. */
export function fewerByRefusal(run: Limited, startMs: number): number | undefined {
  const { lastMs } = run.refusals;
  const isAgain = startMs > lastMs && startMs < lastMs + AGAIN_MS;
  return run.taken !== undefined || isAgain ? fewer(run) : undefined;
}

/** After a call that was served. */
export function growBelow<Run extends Limited>(run: Run, taken: number, atMs: number): Run {
  if (run.rate === Number.POSITIVE_INFINITY || fewer(run) === undefined)
    return { ...run, taken: undefined };
  const isNear = (run.traffic.rates?.taken ?? taken) >= NEARLY_ALL * taken;
  return growBlindly(run, atMs, isNear ? SLOW_CYCLE_MS : undefined);
}
