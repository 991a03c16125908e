// Permits from the rate-limit headers: spends the whole budget, and shares it with other runs on the same key. By itself it never
// draws a 429. Knows nothing of what is sent, how many things are done at once, or of tries.
// By hand and not by bottleneck, which refills by fixed amounts and shares only through Redis: here each reply says what others left.
import { BURST_PER_SECOND } from "../../api/limits";
import type { AvalaError, RateLimit } from "../../errors";
import { createAlarm, type Alarm } from "../alarm";
import { SAME_WINDOW_MS, createBudget } from "./budget";
import { HUGE_LIMIT, createBurst, type Burst } from "./burst";
import { cancelled, systemRandom, type Clock, type Random } from "../clock";
import { pastDeadline } from "../deadline";
import { NOTHING_HEARD, hear, isDoubted, isOfMinute, isToBeTried, type Said } from "./heard";
import { hasBeenRefused } from "./refusals";
import { createWaited, sayWhile, type OnWait } from "./waited";
import { createShare, nextShare, othersOf, type Share, type ShareEvent } from "./share";

/** Leave to send one request. */
interface Permit {
  /** Called once, when the request has ended, with the rate limit that its response reported. */
  done(headers?: RateLimit): void;
  /** In place of `done`: the key's limit refused it, and nothing more is sent before `untilMs`, as the server asked. */
  refuse(headers: RateLimit | undefined, untilMs: number): void;
}

export interface Pace {
  /**
   * Resolves when a request may be sent, in their order; at once while no reply had the headers. {@link OnWait}
   * @throws AvalaError `cancelled` at once when `signal` aborts; that of `pastDeadline` when `deadlineMs`, in ms since the
   * epoch, comes first, as soon as that is known
   */
  acquire(signal?: AbortSignal, deadlineMs?: number, onWait?: OnWait): Promise<Permit>;
  /** What is known of the budget now. `undefined` while no reply carried the headers. */
  snapshot(): RateLimit | undefined;
  /** Own requests that were sent until now and not refused. */
  readonly made: () => number;
  /** Ms in which requests waited until now; of several at once each moment counts once. */
  readonly waitedMs: () => number;
  /** When the next request may go, as far as is known; `Infinity` while that is not. */
  readonly untilMs: () => number;
  /** Counts one more: that of a request which the limit refused, until it is tried again. */
  readonly countWait: (wait: Promise<unknown>) => void;
}

interface PaceOptions {
  readonly clock: Clock;
  /** Spreads the calls of runs that share the key. @default the system's */
  readonly random?: Pick<Random, "next"> | undefined;
  /** The burst that is documented (contract, "Rate limits"). @default 20 */
  readonly burstPerSecond?: number | undefined;
}

interface Waiter {
  readonly deadlineMs: number;
  readonly go: (permit: Permit) => void;
  readonly leave: (reason: AvalaError) => void;
}

type End = (atMs: number, headers: RateLimit | undefined) => void;

// A shorter wait for the budget is for single places that come back.
const MIN_EXHAUSTED_MS = 1000;
const WHAT = "Waiting for the rate limit";

/**
 * Two rules, each proved against a server that counts in fixed windows and one that counts in sliding ones: the minute's
 * budget ({@link createBudget}), and the second's burst ({@link createBurst}). Both count a request from the moment it
 * is sent to the moment its reply is here, since the server counted it somewhere in between. They keep a run by itself within
 * the limits; its part of them among others is a third ({@link nextShare}).
 */
export function createPace(options: PaceOptions): Pace {
  const { clock, random = systemRandom, burstPerSecond = BURST_PER_SECOND } = options;
  return new HeaderPace(clock, random, burstPerSecond);
}

class HeaderPace implements Pace {
  private readonly budget = createBudget();
  private readonly burst: Burst;
  private readonly alarm: Alarm;
  private readonly waited = createWaited(() => this.clock.now());
  readonly waitedMs = this.waited.ms;
  readonly countWait = this.waited.count;
  readonly snapshot = (): RateLimit | undefined => this.budget.snapshot();
  readonly untilMs = (): number => this.nextMs(this.clock.now());
  readonly made = (): number => this.started;
  private share: Share;
  private readonly waiters: Waiter[] = [];
  private heldUntilMs = 0;
  private exhaustedUntilMs = 0;
  private heard = NOTHING_HEARD;
  /** Whether the last reply that was no refusal had the headers. */
  private isShownWhenServed = true;
  private started = 0;
  private refused = 0;
  private underWay = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Pick<Random, "next">,
    private readonly burstPerSecond: number,
  ) {
    this.alarm = createAlarm(clock, () => this.pump());
    this.burst = createBurst(burstPerSecond);
    this.share = createShare(burstPerSecond);
  }

  async acquire(signal?: AbortSignal, deadlineMs?: number, onWait?: OnWait): Promise<Permit> {
    if (signal?.aborted === true) throw cancelled(WHAT);
    const nowMs = this.clock.now();
    if (this.waiters.length === 0 && this.nextMs(nowMs) <= nowMs) return this.permit(nowMs);
    const waiting = this.enqueue(signal, deadlineMs ?? Number.POSITIVE_INFINITY);
    this.waited.count(waiting);
    return sayWhile(waiting, onWait, () => this.nextMs(this.clock.now()));
  }

  /** When one more request may go; `Infinity`: when one under way has ended. */
  private nextMs(nowMs: number): number {
    const { burst, budget, share, heard, heldUntilMs } = this;
    const isTried = isToBeTried(heard);
    if (isTried && this.underWay > 0) return Number.POSITIVE_INFINITY;
    const isLimited = hasBeenRefused(share.refusals) || share.bucket !== undefined;
    const burstMs = burst.nextMs(budget.limit, isLimited || !isOfMinute(heard));
    if (isTried) return Math.max(heldUntilMs, burstMs);
    const budgetMs = budget.nextMs(nowMs, othersOf(share));
    return Math.max(heldUntilMs, burstMs, budgetMs, Math.ceil(share.nextMs));
  }

  private note(event: ShareEvent): void {
    this.share = nextShare(this.share, event);
  }

  private noteReply(limits: RateLimit | undefined, atMs: number): void {
    const { started, underWay, refused, heard } = this;
    if (limits === undefined || limits.limit > HUGE_LIMIT) this.note({ kind: "unmeasured", atMs });
    else if (heard.kind === "bucket") this.note({ kind: "level", atMs, limits });
    else this.note({ kind: "reply", seen: { atMs, limits, started, underWay, refused } });
  }

  private permit(startMs: number): Permit {
    this.burst.start();
    this.started += 1;
    this.underWay += 1;
    const request = this.budget.start(startMs);
    this.note({ kind: "start", atMs: startMs, chance: this.random.next() });
    let isDone = false;
    const end = (said: RateLimit | undefined, refusedUntilMs: number | undefined, then: End) => {
      if (isDone) return;
      isDone = true;
      const nowMs = this.clock.now();
      this.underWay -= 1;
      this.burst.end(nowMs);
      const limits = this.hear({ limits: said, refusedUntilMs, isProbe: request.isProbe }, nowMs);
      this.budget.end(request, this.heard.kind === "minute" ? limits : undefined, nowMs);
      // What is known of a minute is older, or may not be true.
      if (!isOfMinute(this.heard)) this.budget.forget();
      then(nowMs, limits);
      this.pump();
    };
    return {
      done: (reported) =>
        end(reported, undefined, (atMs, headers) => {
          this.isShownWhenServed = reported !== undefined;
          this.note({ kind: "served", atMs });
          this.noteReply(headers, atMs);
        }),
      refuse: (reported, untilMs) =>
        end(reported, untilMs, (atMs, headers) => {
          this.heldUntilMs = Math.max(this.heldUntilMs, untilMs);
          this.noteRefusal(headers, { startMs, atMs });
        }),
    };
  }

  private hear(said: Said, nowMs: number): RateLimit | undefined {
    const heard = hear(this.heard, said, this.burstPerSecond, nowMs);
    // What it showed of others is not true either.
    if (isDoubted(heard) && !isDoubted(this.heard)) this.share = createShare(this.burstPerSecond);
    this.heard = heard;
    return heard.limits;
  }

  private noteRefusal(
    headers: RateLimit | undefined,
    { startMs, atMs }: { readonly startMs: number; readonly atMs: number },
  ): void {
    this.started -= 1; // it was not counted
    this.refused += 1;
    // Where only refusals show it, what is left says nothing of how many others took since.
    if (headers !== undefined && this.isShownWhenServed) this.noteReply(headers, atMs);
    if ((headers?.limit ?? 0) > HUGE_LIMIT) return;
    const isOfSecond = headers?.remaining !== 0;
    const untilMs = Math.max(atMs, this.heldUntilMs);
    this.note({ kind: "refused", startMs, atMs, untilMs, chance: this.random.next(), isOfSecond });
  }

  private enqueue(signal: AbortSignal | undefined, deadlineMs: number): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        // Sets the timer for whoever is first now; none if the queue is empty.
        this.pump();
        reject(cancelled(WHAT));
      };
      const end = (settle: () => void): void => {
        signal?.removeEventListener("abort", stop);
        settle();
      };
      const waiter: Waiter = {
        deadlineMs,
        go: (permit) => end(() => resolve(permit)),
        leave: (reason) => end(() => reject(reason)),
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.waiters.push(waiter);
      this.pump();
    });
  }

  /** Lets go who may go now, sends away whose deadline comes first, and wakes up for the next. */
  private pump(): void {
    const nowMs = this.clock.now();
    for (let first = this.waiters[0]; first !== undefined; first = this.waiters[0]) {
      const atMs = this.nextMs(nowMs);
      if (atMs > nowMs) break;
      this.waiters.shift();
      first.go(this.permit(nowMs));
    }
    if (this.waiters.length > 0) this.noteExhausted(nowMs);
    // The reply to one under way may say that there is budget sooner: then only a wait that the server asked for is certain.
    const certainMs = Math.max(nowMs, this.underWay > 0 ? this.heldUntilMs : this.nextMs(nowMs));
    for (const late of this.waiters.filter(({ deadlineMs }) => deadlineMs <= certainMs)) {
      this.waiters.splice(this.waiters.indexOf(late), 1);
      late.leave(pastDeadline(WHAT));
    }
    this.alarm.set(this.wakesAtMs(nowMs), nowMs);
  }

  /** `Infinity`: when no one waits, or a request under way has to end first. */
  private wakesAtMs(nowMs: number): number {
    if (this.waiters.length === 0) return Number.POSITIVE_INFINITY;
    return Math.min(this.nextMs(nowMs), ...this.waiters.map(({ deadlineMs }) => deadlineMs));
  }

  /** All runs of a key wait for the same reset. */
  private noteExhausted(nowMs: number): void {
    const untilMs = this.budget.nextMs(nowMs, othersOf(this.share));
    const isNew = untilMs > this.exhaustedUntilMs + SAME_WINDOW_MS;
    if (!isNew || untilMs === Infinity || untilMs < nowMs + MIN_EXHAUSTED_MS) return;
    this.exhaustedUntilMs = untilMs;
    this.note({ kind: "exhausted", atMs: nowMs, untilMs, chance: this.random.next() });
  }
}
