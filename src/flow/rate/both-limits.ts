// How long the limits of the minute and of the second together make calls take, as the pace keeps them. Pure.
import { BURST_PER_SECOND, MINUTE_MS } from "../../api/limits";
import { HUGE_LIMIT } from "./burst";

/** By the limit of the second alone, where one holds beside `limit` calls a minute. */
export function msBySecond(calls: number, limit: number): number {
  return limit > HUGE_LIMIT ? 0 : (1000 * calls) / BURST_PER_SECOND;
}

/** How many calls it lets through in so long; `Infinity`: none holds. */
export function callsBySecond(ms: number, limit: number): number {
  return limit > HUGE_LIMIT ? Number.POSITIVE_INFINITY : (ms * BURST_PER_SECOND) / 1000;
}

/** What one window of a minute lets through. */
export function callsByMinute(limit: number): number {
  return Math.min(limit, callsBySecond(MINUTE_MS, limit));
}

/** What this window, which ends in `untilResetMs`, has no place for goes in the next ones, each as soon as it begins. */
export function msByWindows(over: number, limit: number, untilResetMs: number): number {
  const whole = Math.max(0, Math.ceil(over / callsByMinute(limit)) - 1);
  const last = over - whole * callsByMinute(limit);
  return untilResetMs + whole * MINUTE_MS + msBySecond(last, limit);
}
