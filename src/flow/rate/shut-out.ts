// What a run does whose every call is refused: others have all of the limit, for as long as they do. Pure.
//
// A share comes of refusals among calls that are served. Those in a row say nothing of it, and by lowering the rate they would keep
// a run from seeing for most of a minute that there is room again. So it asks every few seconds, and begins anew once it is served.
import type { Refusal } from "./refusals";

/** Refusals of calls that were sent one after the other, since the last that was served. */
export interface Row {
  readonly count: number;
  readonly lastMs: number;
}

/** A run, as far as they change it. */
interface Held {
  readonly row: Row;
  readonly nextMs: number;
}

export const NO_ROW: Row = { count: 0, lastMs: Number.NEGATIVE_INFINITY };

// So many are no chance, even among thirty runs.
const SHUT_OUT = 6;
// Half of it to all of it, by chance, so that runs do not ask in the same moment.
const ASK_EACH_MS = 5000;

export function isShutOut({ row }: Held): boolean {
  return row.count >= SHUT_OUT;
}

/** After a refusal, whatever rate it leaves: never before the server said. */
export function askInTime<Run extends Held>(run: Run, refusal: Refusal): Run {
  const { startMs, atMs, untilMs, chance } = refusal;
  const { row } = run;
  const isNew = startMs > row.lastMs;
  const next = isNew ? { ...run, row: { count: row.count + 1, lastMs: atMs } } : run;
  if (!isShutOut(next)) return next;
  const asksAtMs = Math.max(untilMs, atMs + (ASK_EACH_MS * (1 + chance)) / 2);
  return { ...next, nextMs: Math.min(run.nextMs, asksAtMs) };
}
