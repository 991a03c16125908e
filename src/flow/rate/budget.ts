// The rule of so many requests a minute, as the replies report it. Pure state: the time is passed in, and it sets no timer.
import { MINUTE_MS } from "../../api/limits";
import type { RateLimit } from "../../errors";

/** One request that was let go. */
interface Request {
  readonly startMs: number;
  /** How many requests had ended by then: the server had counted those. */
  readonly endedBefore: number;
  /** Whether by the server's word nothing was left, and nearly all was taken by others: its reply shows whether that is so. */
  readonly isProbe: boolean;
}

/** Other runs with the key. */
export interface Others {
  /** Calls that they are likely to have made since the last reply. */
  readonly perSecond: number;
  /** Whether places come back one by one, each to the run that took it. */
  readonly isSliding: boolean;
}

interface Budget {
  /** Requests a minute; `undefined` while nothing is known. */
  readonly limit: number | undefined;
  /** When one more may be sent; `Infinity`: when one under way has ended. */
  nextMs(nowMs: number, others: Others | undefined): number;
  start(nowMs: number): Request;
  end(request: Request, headers: RateLimit | undefined, nowMs: number): void;
  /** Nothing is known of a minute: newer headers are those of another limit. */
  forget(): void;
  snapshot(): RateLimit | undefined;
}

// One ms more than the minute: both clocks count whole ms.
const WINDOW_MS = MINUTE_MS + 1;
// `X-RateLimit-Reset` counts whole seconds, and servers round it either way.
const ROUNDING_MS = 1000;
// Resets further apart than this belong to different windows; nearer ones may be the same, rounded twice.
export const SAME_WINDOW_MS = 2000;
// Above this, waiting for single requests to fall out of the minute gains nothing, and remembering them would cost memory.
const MAX_LOGGED = 6000;

// Who has heard nothing for longer knows nothing of what others do.
const MAX_GUESSED_MS = 2000;
// Of the limit: of a small one, a guess would leave nothing, and who never calls never learns better.
const MAX_GUESSED = 0.25;
// Where places come back one by one: as many as others take in so long are left to them, so that each run has its own back.
const SLIDING_AHEAD_MS = 500;
// A server that ever named a later reset counts by the minute, and not by what a bucket gets back in seconds.
export const LONG_RESET_MS = 20_000;
// Of the limit: who has more of the places hears often enough what is left, and need not ask whether that is so.
const OWN_PART = 0.04;

interface Ended {
  readonly startMs: number;
  readonly endMs: number;
}

/** Own requests that the last known `remaining` has counted, oldest first. */
class Log {
  private entries: Ended[] = [];
  private first = 0;

  get size(): number {
    return this.entries.length - this.first;
  }

  get oldest(): Ended | undefined {
    return this.entries[this.first];
  }

  add(entry: Ended): void {
    this.entries.push(entry);
  }

  drop(): void {
    if (this.size === 0) return;
    this.first += 1;
    if (this.first < MAX_LOGGED) return;
    this.entries = this.entries.slice(this.first);
    this.first = 0;
  }
}

/**
 * Works without knowing how the server counts. What is left is the last `remaining` less the requests under way, since
 * that reply may or may not have counted them. It grows again in two ways: one by one, as our own requests turn a minute
 * old, which holds in sliding windows and in fixed ones; and at the reset time, when a single request is sent and its
 * reply shows whether the whole budget is back. Other clients of the same key show in `remaining`.
 */
export function createBudget(): Budget {
  return new ToldBudget();
}

class ToldBudget implements Budget {
  private readonly log = new Log();
  private known: RateLimit | undefined;
  private ended = 0;
  /** How many had ended when the reply came that `known` is from. */
  private endedAtKnown = 0;
  private underWay = 0;
  private lastStartMs = 0;
  private knownAtMs = 0;
  /** How many own requests have turned a minute old since then. */
  private regained = 0;
  private longestResetMs = 0;

  get limit(): number | undefined {
    return this.known?.limit;
  }

  nextMs(nowMs: number, others: Others | undefined): number {
    this.expire(nowMs);
    const { known, underWay } = this;
    if (known === undefined || this.left(known, nowMs, others) > underWay) return 0;
    const oldestMs = this.log.oldest?.endMs ?? Number.POSITIVE_INFINITY;
    // One that was sent since the reset is the probe, whatever it was sent for: its reply will tell.
    const isProbing = underWay > 0 && this.lastStartMs >= known.resetAtMs - ROUNDING_MS;
    const hasProbe = !isProbing && !this.isOthersReset(others, known.limit);
    const probeMs = hasProbe ? known.resetAtMs + ROUNDING_MS : Number.POSITIVE_INFINITY;
    return Math.min(probeMs, oldestMs + WINDOW_MS);
  }

  /** The place that comes back is one that another run took, and will take again; and there will be own ones. */
  private isOthersReset(others: Others | undefined, limit: number): boolean {
    const { log, longestResetMs } = this;
    return (
      others?.isSliding === true && log.size > OWN_PART * limit && longestResetMs > LONG_RESET_MS
    );
  }

  /** What others took since the last reply is not left; what has come back since then by time is. */
  private left({ limit, remaining }: RateLimit, nowMs: number, others: Others | undefined): number {
    if (others === undefined) return remaining;
    const aheadMs = others.isSliding ? SLIDING_AHEAD_MS : 0;
    const sinceMs = aheadMs + Math.min(MAX_GUESSED_MS, nowMs - this.knownAtMs);
    const taken = Math.min(MAX_GUESSED * limit, 2 + (others.perSecond * sinceMs) / 1000);
    return Math.max(this.regained, remaining - taken);
  }

  start(nowMs: number): Request {
    const request = { startMs: nowMs, endedBefore: this.ended, isProbe: this.isProbing() };
    this.underWay += 1;
    this.lastStartMs = nowMs;
    return request;
  }

  private isProbing(): boolean {
    const { known, regained, underWay, log } = this;
    if (known === undefined || known.remaining - regained > underWay) return false;
    return log.size <= OWN_PART * known.limit;
  }

  end(request: Request, headers: RateLimit | undefined, nowMs: number): void {
    this.underWay -= 1;
    this.ended += 1;
    if (headers === undefined) {
      this.endUnmeasured(nowMs);
      return;
    }
    const wasSentAfter = request.endedBefore >= this.endedAtKnown;
    if (this.known === undefined || isNewer(headers, this.known, wasSentAfter)) {
      this.learn(headers, nowMs);
    }
    if (headers.limit <= MAX_LOGGED) this.log.add({ startMs: request.startMs, endMs: nowMs });
    this.forgetUncounted();
  }

  private endUnmeasured(nowMs: number): void {
    const isOver = this.known !== undefined && nowMs > this.known.resetAtMs + ROUNDING_MS;
    // A server that shows its limit only as it refuses says nothing of the minute that has begun.
    if (isOver) this.known = undefined;
    // It may have been counted or not.
    else this.gain(-1);
  }

  private learn(headers: RateLimit, nowMs: number): void {
    this.forgetEarlier(headers);
    this.known = headers;
    this.knownAtMs = nowMs;
    this.longestResetMs = Math.max(this.longestResetMs, headers.resetAtMs - nowMs);
    this.regained = 0;
    this.endedAtKnown = this.ended;
    // These may be free again already in what the reply said: they must not be counted as a gain once more.
    const { log } = this;
    while (log.oldest !== undefined && log.oldest.startMs + WINDOW_MS <= nowMs) log.drop();
  }

  forget(): void {
    this.known = undefined;
  }

  snapshot(): RateLimit | undefined {
    return this.known;
  }

  private gain(count: number): void {
    const { known } = this;
    if (known === undefined) return;
    const remaining = Math.max(0, Math.min(known.limit, known.remaining + count));
    this.known = { ...known, remaining };
  }

  private expire(nowMs: number): void {
    while (this.log.oldest !== undefined && this.log.oldest.endMs + WINDOW_MS <= nowMs) {
      this.log.drop();
      this.regained += 1;
      this.gain(1);
    }
  }

  /**
   * In a new window that has counted fewer than half of ours, they were of the one before: what others have used would hide
   * that later. What turns a minute old then gives nothing back.
   */
  private forgetEarlier({ limit, remaining, resetAtMs }: RateLimit): void {
    const { known, log } = this;
    if (known === undefined || resetAtMs - known.resetAtMs <= SAME_WINDOW_MS) return;
    if ((limit - remaining) * 2 >= log.size) return;
    const beganMs = resetAtMs - WINDOW_MS - ROUNDING_MS;
    while (log.oldest !== undefined && log.oldest.startMs < beganMs) log.drop();
  }

  /** More of ours than the server has counted at all: the oldest belong to a window that is over. */
  private forgetUncounted(): void {
    const { known, log } = this;
    if (known === undefined) return;
    // A server may say that more is left than the limit.
    const counted = Math.max(0, known.limit - known.remaining);
    while (log.size > counted) log.drop();
  }
}

/** Whether the server gave `headers` after `known`, as far as replies that overtook each other let one tell. */
function isNewer(headers: RateLimit, known: RateLimit, wasSentAfter: boolean): boolean {
  const laterMs = headers.resetAtMs - known.resetAtMs;
  if (wasSentAfter || laterMs > SAME_WINDOW_MS) return true;
  // Of two that were under way together, the smaller is right in one window, and safe between windows.
  return headers.remaining <= known.remaining && laterMs >= -SAME_WINDOW_MS;
}
