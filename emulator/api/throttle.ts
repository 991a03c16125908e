// Requests a minute and a second, for each caller, and the headers that tell (contract, "Rate limits"). Pure but for its counters.
import { unixSeconds } from "../clock";

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

interface Usage {
  minuteEnds: number;
  minuteCount: number;
  secondEnds: number;
  secondCount: number;
}

interface Verdict {
  /** Set when the request is one too many: whole seconds to wait. */
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Fixed windows: a minute begins with the first request after the one before has ended, and at
 * `X-RateLimit-Reset` the whole limit is back. The burst is counted in seconds in the same way,
 * and shows in no header. A request that is refused is not counted, as in the framework.
 */
export class Throttle {
  private readonly usages = new Map<string, Usage>();

  constructor(
    private readonly perMinute: number,
    private readonly perSecond: number,
    private readonly showsHeaders: boolean,
  ) {}

  take(caller: string, now: number): Verdict {
    const usage = this.usageOf(caller, now);
    const waitMs = this.waitMs(usage, now);
    if (waitMs === 0) {
      usage.minuteCount += 1;
      usage.secondCount += 1;
    }
    const retryAfterSeconds = waitMs === 0 ? undefined : Math.max(1, Math.ceil(waitMs / 1000));
    return { retryAfterSeconds, headers: this.headers(usage) };
  }

  /** For a reply that was counted against nobody. */
  untouched(now: number): Readonly<Record<string, string>> {
    return this.headers({
      minuteEnds: now + MINUTE_MS,
      minuteCount: 0,
      secondEnds: 0,
      secondCount: 0,
    });
  }

  private usageOf(key: string, now: number): Usage {
    let usage = this.usages.get(key);
    if (usage === undefined) {
      usage = { minuteEnds: 0, minuteCount: 0, secondEnds: 0, secondCount: 0 };
      this.usages.set(key, usage);
    }
    if (now >= usage.minuteEnds)
      Object.assign(usage, { minuteEnds: now + MINUTE_MS, minuteCount: 0 });
    if (now >= usage.secondEnds)
      Object.assign(usage, { secondEnds: now + SECOND_MS, secondCount: 0 });
    return usage;
  }

  private waitMs(usage: Usage, now: number): number {
    if (this.perMinute > 0 && usage.minuteCount >= this.perMinute) return usage.minuteEnds - now;
    if (this.perSecond > 0 && usage.secondCount >= this.perSecond) return usage.secondEnds - now;
    return 0;
  }

  private headers(usage: Usage): Readonly<Record<string, string>> {
    // Without a limit there is no number to show.
    if (this.perMinute === 0 || !this.showsHeaders) return {};
    return {
      "X-RateLimit-Limit": String(this.perMinute),
      "X-RateLimit-Remaining": String(Math.max(0, this.perMinute - usage.minuteCount)),
      "X-RateLimit-Reset": String(unixSeconds(usage.minuteEnds)),
    };
  }
}
