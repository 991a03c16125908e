// How soon after one another a host is sent requests: at once, until it refuses what is no more at once than it has served. Then
// further apart, but never further than it has served them: it may refuse for another reason, which no gap mends. Knows nothing
// of rests.
import type { Clock } from "../../flow/clock";

const MIN_GAP_MS = 50;
const MAX_GAP_MS = 1000;
const GAP_GROWTH = 1.5;
/** Slow, for where it has become too narrow the host may ask for a long rest. */
const GAP_DECAY = 0.99;
/** What is served tells the pace from a refusal on, where nothing is left of what a host takes beyond it. Fewer may be chance. */
const SAMPLE = 8;

interface Sample {
  readonly sinceMs: number;
  /** How many requests had begun. */
  readonly begun: number;
  served: number;
}

interface Spacing {
  readonly gapMs: () => number;
  /** @param number of the request, in the order in which they began */
  readonly served: (number: number) => void;
  /** @param begun how many requests had */
  readonly refused: (begun: number, isTooFast: boolean) => void;
}

export function createSpacing(clock: Clock): Spacing {
  let gapMs = 0;
  let samples: readonly Sample[] = [];
  /** Ms for each that was served, at the best. */
  let fastestMs: number | undefined;
  const paceOf = ({ sinceMs, served }: Sample): number =>
    (clock.now() - sinceMs) / Math.max(1, served);
  return {
    gapMs: () => gapMs,
    served: (number) => {
      gapMs *= GAP_DECAY;
      for (const sample of samples) if (number > sample.begun) sample.served += 1;
      const isDone = ({ served }: Sample): boolean => served === SAMPLE;
      for (const done of samples.filter(isDone))
        fastestMs = Math.min(fastestMs ?? MAX_GAP_MS, paceOf(done));
      samples = samples.filter((sample) => !isDone(sample));
      gapMs = Math.min(gapMs, fastestMs ?? gapMs);
    },
    refused: (begun, isTooFast) => {
      samples = [...samples, { sinceMs: clock.now(), begun, served: 0 }];
      if (!isTooFast) return;
      const mostMs = fastestMs ?? Math.min(MAX_GAP_MS, ...samples.slice(0, 1).map(paceOf));
      gapMs = Math.min(mostMs, Math.max(MIN_GAP_MS, gapMs * GAP_GROWTH));
    },
  };
}
