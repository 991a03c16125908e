// How fast a run may send where replies say nothing of the limit, so that only refusals do. Pure; knows nothing of headers.
//
// A refusal lowers the rate by a factor. It rises again slowly at first, near the rate that was refused, and faster the longer
// none comes, so that what others leave is found (S. Ha, I. Rhee and L. Xu, "CUBIC", 2008, for a growth that depends on the
// time and not on the rate). So at a steady total each run is refused about once in `CYCLE_MS`, whatever its rate; and as all
// have the same part of their calls refused, this holds at equal rates alone. Of the calls of a run of r a second that is
// 1 ÷ 5r: runs cannot know of a full limit with fewer refusals, unless they find what others leave more slowly, since each has to
// try for more to see whether there is more, and where the limit is full a call is refused for it. In simulation, four runs on
// throttled-py's bucket of 10 calls a second have 9 % refused, and take 1.05 of what it allows; with 12 s in place of 5 it is 6 %
// and 1.11, and the slowest takes 1.5 in place of 1.2 times the fastest.

/** What a run remembers of refusals. */
export interface Refusals {
  readonly lastMs: number;
  /** Since when the rate has been rising. */
  readonly calmMs: number;
  /** Without a call in between that was served. */
  readonly inARow: number;
}

/** One refusal of a call that was sent at `startMs`; nothing is sent before `untilMs`, as the server asked. */
export interface Refusal {
  readonly startMs: number;
  readonly atMs: number;
  readonly untilMs: number;
  readonly chance: number;
}

/** A run, as far as refusals change it. */
export interface Held {
  readonly refusals: Refusals;
  readonly capacity: number;
  /** Calls a second; `Infinity`: nothing shows that others call. */
  readonly rate: number;
  readonly changedMs: number;
  readonly nextMs: number;
}

export const NO_REFUSALS: Refusals = {
  lastMs: Number.NEGATIVE_INFINITY,
  calmMs: 0,
  inARow: 0,
};

const CYCLE_MS = 5000;
const MAX_CYCLES = 3;
/** After so long without a refusal a rate rises as fast as it ever does. */
export const LONG_CALM_MS = MAX_CYCLES * CYCLE_MS;
// At once, whatever time has passed without a call.
const MAX_STEPS = 2;
const FACTOR = 0.5;
/** Of the capacity. */
const LEAST = 0.0025;
/** One refusal in so long may be by chance. */
const CHANCE_MS = 10_000;
/** A longer wait is for the minute, which is used up: that says nothing of a rate. */
export const MAX_SECOND_MS = 2500;
// Without a wait from the server: how long its second may take, and from the fourth in a row on twice as long, for it may be
// the minute.
const FIRST_HOLD_MS = 1000;
const MAX_HOLD_MS = 4000;

/** Whether the documented limits hold here, although no reply says so. */
export function hasBeenRefused({ lastMs }: Refusals): boolean {
  return lastMs !== Number.NEGATIVE_INFINITY;
}

/** By how many refusals' worth a rate has risen since the last: one in the first cycle, three in the second. */
function risen(calmMs: number, cycleMs: number): number {
  const cycles = Math.max(0, calmMs) / cycleMs;
  const steep = Math.max(0, cycles - MAX_CYCLES);
  return (cycles - steep) ** 2 + 2 * MAX_CYCLES * steep;
}

/** After a call that was served. From the capacity on it is as fast as if it were by itself. */
export function growBlindly<Run extends Held>(run: Run, atMs: number, cycleMs = CYCLE_MS): Run {
  const { rate, capacity, changedMs } = run;
  const refusals = { ...run.refusals, inARow: 0 };
  if (rate === Number.POSITIVE_INFINITY) return { ...run, refusals };
  const { calmMs } = refusals;
  const since = (ms: number): number => risen(ms - calmMs, cycleMs);
  const steps = Math.min(MAX_STEPS, since(atMs) - since(changedMs));
  const grown = rate * FACTOR ** -steps;
  const isHeld = grown < capacity;
  return {
    ...run,
    refusals,
    rate: isHeld ? grown : Number.POSITIVE_INFINITY,
    changedMs: atMs,
  };
}

/** For how long nothing will be sent that would have been: the same wait may be told more than once. */
export function pauseMs(
  { nextMs }: Held,
  { atMs, untilMs }: { readonly atMs: number; readonly untilMs: number },
): number {
  return Math.max(0, untilMs - Math.max(atMs, nextMs));
}

/** No calls, no refusals: that says nothing of a rate. */
export function pauseGrowth<Run extends Held>(run: Run, ms: number): Run {
  const { refusals, changedMs } = run;
  const calmMs = refusals.calmMs + ms;
  return { ...run, refusals: { ...refusals, calmMs }, changedMs: changedMs + ms };
}

function lowered({ rate, capacity }: Held): number {
  return Math.max(LEAST * capacity, Math.min(rate, capacity) * FACTOR);
}

/** How long nothing is sent. What may be chance asks for no wait that the server did not. */
function holdMs({ atMs, untilMs }: Refusal, inARow: number, isChance: boolean): number {
  if (untilMs > atMs || (isChance && inARow === 1)) return untilMs - atMs;
  return Math.min(MAX_HOLD_MS, FIRST_HOLD_MS * 2 ** Math.max(0, inARow - 3));
}

/** The first refusal only shows that there are limits, which the run then keeps by itself. One more, and others call as well. */
export function refuseBlindly<Run extends Held>(run: Run, refusal: Refusal): Run {
  const { refusals } = run;
  const { startMs, atMs, chance } = refusal;
  // Those that were under way together met the same second.
  const isNew = startMs > refusals.lastMs;
  const inARow = refusals.inARow + (isNew || refusals.inARow === 0 ? 1 : 0);
  const isAlone = run.rate === Number.POSITIVE_INFINITY;
  const isChance = isAlone && startMs > refusals.lastMs + CHANCE_MS;
  const heldMs = holdMs(refusal, inARow, isChance);
  const untilMs = atMs + heldMs;
  const next = (rate: number, calmMs: number): Run => ({
    ...run,
    refusals: { lastMs: isNew ? atMs : refusals.lastMs, calmMs, inARow },
    rate,
    changedMs: untilMs,
    nextMs: Math.max(run.nextMs, untilMs + (chance * 1000) / rate),
  });
  if (heldMs > MAX_SECOND_MS)
    return next(run.rate, refusals.calmMs + pauseMs(run, { atMs, untilMs }));
  return next(isNew && !isChance ? lowered(run) : run.rate, untilMs);
}
