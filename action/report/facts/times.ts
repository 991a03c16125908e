// Where a run's time goes, by the phases that it is in. Each moment counts once, so the parts add up to the whole.
// Knows nothing of what a phase does.
import type { Clock } from "../../../src/flow/clock";

/** The first that is under way has the moment: a dataset that Avala indexes while another is sent costs no time. */
export const PHASES = [
  "hashing",
  "sending",
  "comparing",
  "ingest",
  "export",
  "download",
  "gate",
] as const;

export type Phase = (typeof PHASES)[number];

type ByPhase = Readonly<Record<Phase, number>>;

export interface TimeSpent {
  readonly totalMs: number;
  readonly phases: ByPhase;
  /** In none of them. */
  readonly otherMs: number;
  /** Of the time in each phase, how much was waiting for the rate limit. */
  readonly limitMs: ByPhase;
  readonly otherLimitMs: number;
}

export interface Times {
  /** @returns what ends it; a second call does nothing */
  start(phase: Phase): () => void;
  /** From now on `waitedMs` says how long requests have waited for the rate limit. */
  watchLimit(waitedMs: () => number): void;
  spent(): TimeSpent;
}

const NONE = { hashing: 0, sending: 0, comparing: 0, ingest: 0, export: 0, download: 0, gate: 0 };

export function createTimes({ now }: Pick<Clock, "now">): Times {
  const [startedMs, underWay] = [now(), { ...NONE }];
  const [phases, limitMs] = [{ ...NONE }, { ...NONE }];
  let [otherMs, otherLimitMs] = [0, 0];
  let [lastMs, lastWaitedMs] = [startedMs, 0];
  let waited = (): number => 0;
  const settle = (): void => {
    const [nowMs, waitedMs] = [now(), waited()];
    const [ms, limit] = [nowMs - lastMs, waitedMs - lastWaitedMs];
    const phase = PHASES.find((one) => underWay[one] > 0);
    if (phase === undefined) {
      otherMs += ms;
      otherLimitMs += limit;
    } else {
      phases[phase] += ms;
      limitMs[phase] += limit;
    }
    [lastMs, lastWaitedMs] = [nowMs, waitedMs];
  };
  return {
    start(phase) {
      settle();
      underWay[phase] += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        settle();
        underWay[phase] -= 1;
      };
    },
    watchLimit(waitedMs) {
      settle();
      waited = waitedMs;
      lastWaitedMs = waited();
    },
    spent() {
      settle();
      const totalMs = lastMs - startedMs;
      return { totalMs, phases: { ...phases }, otherMs, limitMs: { ...limitMs }, otherLimitMs };
    },
  };
}

/** How long the run waited for the rate limit, in all phases. */
export function limitTotalMs({ limitMs, otherLimitMs }: TimeSpent): number {
  return PHASES.reduce((sum, phase) => sum + limitMs[phase], otherLimitMs);
}

export async function timed<T>(times: Times, phase: Phase, work: () => Promise<T>): Promise<T> {
  const end = times.start(phase);
  try {
    return await work();
  } finally {
    end();
  }
}
