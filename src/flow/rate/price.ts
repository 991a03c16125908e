// How a run comes to an equal share of what all take, where replies say how much that is. Pure: state → state.
//
// All runs see the same total, since each reply says what is left of the minute. Each changes the logarithm of its rate by
//   drift × ln(common rate ÷ own rate) − price,
// and the price rises while the total is above the target, falls while it is below. The price is the same for all, so it
// cancels out of the difference of two runs, which shrinks by e in 1 ÷ drift seconds (slow runs: twice that): that is how
// they come to equal shares (F. Kelly et al., "Rate control for communication networks", 1998; D.-M. Chiu and R. Jain,
// "Analysis of the increase and decrease algorithms", 1989, for why the drift must favour the slower). What a run adds to the
// price on its own fades. The numbers were found by simulation: test/flow/share.properties.test.ts holds what they reach.
import { LONG_RESET_MS } from "./budget";
import type { Rates, Traffic } from "./traffic";

/** A run, as far as the price changes it. */
interface Priced {
  readonly traffic: Traffic;
  readonly capacity: number;
  readonly rate: number;
  readonly price: number;
  readonly isStarting: boolean;
  readonly changedMs: number;
}

// As shares of the capacity. The room above the target takes in that calls are not evenly spread. Where the minute's budget is
// the tighter limit, it runs out before its reset anyway, and more room costs nothing.
export const TARGET = 0.92;
const TARGET_BELOW_MINUTE = 0.9;
// Of a small limit the minute's calls are spread over so long, so that all have the time to see each other.
const SPREAD_SECONDS = 10;
const LEAST_TARGET = 0.5;
const COMMON = 0.1;
export const LEAST = 0.0025;

// A second. The drift favours the slower; the other gains answer the total.
const DRIFT = 0.5;
const START_GROWTH = 1;
const STEP_ABOVE = 1;
const STEP_BELOW = 0.1;
const PRICE_GAIN = 0.8;
const PRICE_FADING = 0.15;
const MAX_PRICE = 1;

// The slower a run is, the more there are, and the less each sees of the total: then none is to answer chance.
const SLOW = 0.1;
const MIN_PROMPTNESS = 0.5;
const MAX_EXCESS = 0.3;
const NEAR_TARGET = -0.1;
const MAX_SECONDS = 3;
const MAX_STEP = 0.7;

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Calls a second that all of them aim at. */
export function targetOf({ capacity, traffic }: Priced): number {
  const { limit, longestResetMs } = traffic;
  if (limit >= 60 * capacity) return TARGET * capacity;
  const most = TARGET_BELOW_MINUTE * capacity;
  if (longestResetMs <= LONG_RESET_MS) return most;
  return clamp(limit / SPREAD_SECONDS, LEAST_TARGET * capacity, most);
}

/** By how much the total is above the target: what was measured, and what changes since then have made of it. */
function excessOf(run: Priced, { all, paceThen }: Rates): number {
  // All see the same, so others have changed as much; and half of the change is in what was measured.
  const lead = clamp(Math.sqrt(run.rate / paceThen), 0.5, 2);
  return clamp(Math.log((all * lead) / targetOf(run)), -MAX_EXCESS, MAX_EXCESS);
}

/** After a reply that shows the total. */
export function adjust<Run extends Priced>(run: Run, atMs: number): Run {
  const { rate, capacity, price, changedMs, traffic } = run;
  if (traffic.rates === undefined) return run;
  const excess = excessOf(run, traffic.rates);
  const seconds = Math.min(MAX_SECONDS, (atMs - changedMs) / 1000);
  const isStarting = run.isStarting && excess < NEAR_TARGET;
  // What is not used before all have begun says nothing of a price.
  if (isStarting) return { ...run, rate: changed(run, START_GROWTH * seconds) };
  const promptness = clamp(rate / (SLOW * capacity), MIN_PROMPTNESS, 1);
  const change = promptness * PRICE_GAIN * excess - PRICE_FADING * price;
  const nextPrice = clamp(price + seconds * change, -MAX_PRICE, MAX_PRICE);
  const drift = DRIFT * Math.log((COMMON * capacity) / rate) - nextPrice;
  const gain = excess > 0 ? STEP_ABOVE : STEP_BELOW;
  const step = (1 - Math.exp(-gain * promptness * seconds)) * excess;
  const growth = promptness * seconds * drift - step;
  return { ...run, rate: changed(run, growth), price: nextPrice, isStarting };
}

function changed({ rate, capacity }: Priced, growth: number): number {
  return clamp(rate * Math.exp(clamp(growth, -MAX_STEP, MAX_STEP)), LEAST * capacity, capacity);
}
