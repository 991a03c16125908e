// Servers' limiters in virtual time, as the field builds them: windows, a log of the last minute, a bucket that refills. Each
// replies with what it lets a client see, which may be nothing.
import { Throttle } from "../../emulator/api/throttle";

interface Verdict {
  readonly isRefused: boolean;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Limiter {
  /** One call at `nowMs`. */
  take(nowMs: number): Verdict;
  /** The least time from the first to the last of so many calls. */
  boundMs(calls: number): number;
}

export interface Limits {
  readonly perMinute: number;
  readonly perSecond: number;
}

/** Which headers replies carry: all of them, all but on a 429 alone, on a 429 only how long to wait, or none. */
export type Signals = "all" | "refused" | "retry-after" | "none";

export interface LimiterPlan extends Limits {
  readonly kind?: "fixed" | "sliding" | "bucket" | "stepped bucket";
  readonly signals?: Signals;
  /** By how much a bucket's clock differs from the clients'. @default 0 */
  readonly clockAheadMs?: number;
  /** Another program takes whatever there is between these times since the first call. */
  readonly rival?: { readonly fromMs: number; readonly untilMs: number };
  /** How many replies show what is left; later ones do not. @default all */
  readonly shownReplies?: number;
}

interface Reply {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAtMs: number;
  readonly waitMs: number;
}

function headersOf(
  { limit, remaining, resetAtMs, waitMs }: Reply,
  signals: Signals,
): Record<string, string> {
  const retryAfter =
    waitMs === 0 ? {} : { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) };
  if (signals === "none" || (signals === "refused" && waitMs === 0)) return {};
  if (signals === "retry-after") return retryAfter;
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(resetAtMs / 1000)),
    ...retryAfter,
  };
}

/** Its headers are made when they are read: nobody reads those of a rival's calls, of which there are a hundred a second. */
class LazyVerdict implements Verdict {
  constructor(
    readonly isRefused: boolean,
    private readonly shown: () => Verdict["headers"],
  ) {}

  get headers(): Verdict["headers"] {
    return this.shown();
  }
}

function windowsBoundMs({ perMinute, perSecond }: Limits, calls: number): number {
  const inWindow = Math.min(perMinute, perSecond * 60);
  const windows = Math.floor((calls - 1) / inWindow);
  return windows * 60_000 + (((calls - 1) % inWindow) * 1000) / perSecond;
}

function fixed(limits: Limits, signals: Signals): Limiter {
  const isShown = signals === "all" || signals === "refused";
  const throttle = new Throttle(limits.perMinute, limits.perSecond, isShown);
  return {
    take: (nowMs) => {
      const { retryAfterSeconds, headers } = throttle.take("key", nowMs);
      const isRefused = retryAfterSeconds !== undefined;
      const shown = (): Record<string, string> => {
        if (signals === "refused" && !isRefused) return {};
        const lower: Record<string, string> = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
        );
        const retryAfter =
          isRefused && signals !== "none" ? { "retry-after": String(retryAfterSeconds) } : {};
        return { ...lower, ...retryAfter };
      };
      return new LazyVerdict(isRefused, shown);
    },
    boundMs: (calls) => windowsBoundMs(limits, calls),
  };
}

/** The last minute and the last second. A refused call is not counted. */
function sliding(limits: Limits, signals: Signals): Limiter {
  const { perMinute, perSecond } = limits;
  const log: number[] = [];
  return {
    take: (nowMs) => {
      while ((log[0] ?? nowMs) <= nowMs - 60_000) log.shift();
      const minuteMs = log.length < perMinute ? 0 : (log[0] ?? 0) + 60_000 - nowMs;
      const nth = log[log.length - perSecond];
      const secondMs = nth === undefined || nth <= nowMs - 1000 ? 0 : nth + 1000 - nowMs;
      const waitMs = Math.max(minuteMs, secondMs);
      if (waitMs === 0) log.push(nowMs);
      const remaining = Math.max(0, perMinute - log.length);
      const resetAtMs = (log[0] ?? nowMs) + 60_000;
      const reply = { limit: perMinute, remaining, resetAtMs, waitMs };
      return new LazyVerdict(waitMs > 0, () => headersOf(reply, signals));
    },
    boundMs: (calls) => windowsBoundMs(limits, calls),
  };
}

/** As many at once as in a second, and then as many a second as the minute allows, which come back at steps of so many ms. */
function bucket(
  { perMinute, perSecond, clockAheadMs = 0 }: LimiterPlan,
  signals: Signals,
  stepMs: number,
): Limiter {
  const perMs = perMinute / 60_000;
  let tokens = perSecond;
  let filledMs: number | undefined;
  return {
    take: (nowMs) => {
      const stepAtMs = Math.floor(nowMs / stepMs) * stepMs;
      tokens = Math.min(perSecond, tokens + (stepAtMs - (filledMs ?? stepAtMs)) * perMs);
      filledMs = stepAtMs;
      const isRefused = tokens < 1;
      const waitMs = isRefused ? (1 - tokens) / perMs : 0;
      if (!isRefused) tokens -= 1;
      const fullMs = Math.ceil((perSecond - tokens) / perMs / stepMs) * stepMs;
      const reply = {
        limit: perSecond,
        remaining: Math.floor(tokens),
        resetAtMs: nowMs + clockAheadMs + fullMs,
        waitMs,
      };
      return new LazyVerdict(isRefused, () => headersOf(reply, signals));
    },
    boundMs: (calls) => Math.max(0, calls - perSecond) / perMs,
  };
}

const RIVAL_EACH_MS = 10;

function besideRival(limiter: Limiter, rival: { fromMs: number; untilMs: number }): Limiter {
  let firstMs: number | undefined;
  let rivalMs = rival.fromMs;
  return {
    ...limiter,
    take: (nowMs) => {
      firstMs ??= nowMs;
      for (; firstMs + rivalMs < nowMs && rivalMs < rival.untilMs; rivalMs += RIVAL_EACH_MS)
        limiter.take(firstMs + rivalMs);
      return limiter.take(nowMs);
    },
  };
}

export function createLimiter({ shownReplies = Infinity, rival, ...plan }: LimiterPlan): Limiter {
  const limiter = rival ? besideRival(limiterOf(plan), rival) : limiterOf(plan);
  let replies = 0;
  return {
    ...limiter,
    take: (nowMs) => {
      const { isRefused, headers } = limiter.take(nowMs);
      replies += 1;
      if (replies <= shownReplies) return { isRefused, headers };
      const later = Object.entries(headers).filter(([name]) => !name.startsWith("x-ratelimit-"));
      return { isRefused, headers: Object.fromEntries(later) };
    },
  };
}

function limiterOf({ kind = "fixed", signals = "all", ...limits }: LimiterPlan): Limiter {
  switch (kind) {
    case "fixed":
      return fixed(limits, signals);
    case "sliding":
      return sliding(limits, signals);
    case "bucket":
      return bucket(limits, signals, 1);
    case "stepped bucket":
      return bucket(limits, signals, 1000);
  }
}
