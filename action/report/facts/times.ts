// Where a run's time goes, by the phases that it is in. Each moment counts once, so the parts add up to the whole.
// Knows nothing of what a phase does.
import type { Clock } from "../../../src/flow/clock";

/** The first that is under way has the moment: a dataset that Avala indexes while another is sent costs no time. */
export const PHASES = ["hashing", "sending", "ingest", "export", "download", "gate"] as const;

export type Phase = (typeof PHASES)[number];

export interface TimeSpent {
  readonly totalMs: number;
  readonly phases: Readonly<Record<Phase, number>>;
  /** In none of them. */
  readonly otherMs: number;
}

export interface Times {
  /** @returns what ends it; a second call does nothing */
  start(phase: Phase): () => void;
  spent(): TimeSpent;
}

export function createTimes({ now }: Pick<Clock, "now">): Times {
  const startedMs = now();
  const spentMs = { hashing: 0, sending: 0, ingest: 0, export: 0, download: 0, gate: 0 };
  const underWay = { ...spentMs };
  let lastMs = startedMs;
  const settle = (): void => {
    const nowMs = now();
    const phase = PHASES.find((one) => underWay[one] > 0);
    if (phase !== undefined) spentMs[phase] += nowMs - lastMs;
    lastMs = nowMs;
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
    spent() {
      settle();
      const totalMs = lastMs - startedMs;
      const inPhases = PHASES.reduce((sum, phase) => sum + spentMs[phase], 0);
      return { totalMs, phases: { ...spentMs }, otherMs: totalMs - inPhases };
    },
  };
}

export async function timed<T>(times: Times, phase: Phase, work: () => Promise<T>): Promise<T> {
  const end = times.start(phase);
  try {
    return await work();
  } finally {
    end();
  }
}
