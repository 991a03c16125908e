// Many runs with one key in virtual time: each a pace and workers, on one server that limits them as the emulator does.
import { createPace, type Pace } from "../../src/flow/rate/pace";
import { runPool } from "../../src/flow/pool";
import { readRateLimit } from "../../src/api/reply/reply-headers";
import { AvalaError } from "../../src/errors";
import { delayFor, parseRetryAfter } from "../../src/flow/retry";
import { seeded, type Seeded } from "../simulation/seeded";
import { createTimeline, type Timeline } from "../simulation/timeline";
import { createLimiter, type Limiter, type LimiterPlan } from "./limiters";

export interface RunPlan {
  readonly calls: number;
  /** After the first. @default 0 */
  readonly startsAfterMs?: number;
}

interface Served {
  readonly atMs: number;
  readonly run: number;
}

export interface Shared {
  /** From the first call to the last. */
  readonly tookMs: number;
  /** The least that the server's limits allow for so many. */
  readonly boundMs: number;
  readonly refused: number;
  /** Of all calls. */
  readonly refusedShare: number;
  /** Of each run, from its start to its end. */
  readonly durationsMs: readonly number[];
  /** How many calls of each run were served in a span of time since the start. */
  servedIn(fromMs: number, untilMs: number): readonly number[];
  /** How many calls were refused in one. */
  refusedIn(fromMs: number, untilMs: number): number;
}

/** Runs of the same size that start at once. */
export const equal = (runs: number, calls: number): RunPlan[] =>
  Array<RunPlan>(runs).fill({ calls });

export function slowestToFastest({ durationsMs }: Shared): number {
  return Math.max(...durationsMs) / Math.min(...durationsMs);
}

/** The least to the most. */
export function evenness(counts: readonly number[]): number {
  return Math.min(...counts) / Math.max(...counts);
}

const WORKERS = 8;
const MAX_LATENCY_MS = 30;
const MAX_STORAGE_MS = 30;

interface World {
  readonly timeline: Timeline;
  readonly random: Seeded;
  readonly limiter: Limiter;
  readonly refusals: Served[];
  readonly served: Served[];
}

/** One call, again as long as it is refused. */
async function call(world: World, run: number, pace: Pace): Promise<void> {
  const { timeline, random, limiter } = world;
  for (let attempt = 1; ; attempt += 1) {
    const permit = await pace.acquire();
    await timeline.sleep(1 + random.integer(MAX_LATENCY_MS / 2));
    const { isRefused, headers } = limiter.take(timeline.now());
    (isRefused ? world.refusals : world.served).push({ atMs: timeline.now(), run });
    await timeline.sleep(1 + random.integer(MAX_LATENCY_MS / 2));
    const limits = readRateLimit(headers, timeline.now());
    if (!isRefused) {
      permit.done(limits);
      return;
    }
    const waitMs = parseRetryAfter(headers["retry-after"], timeline.now());
    permit.refuse(limits, timeline.now() + (waitMs ?? 0));
    // As the only loop that tries again does.
    const error = new AvalaError("rate_limited", "", { retryAfterMs: waitMs });
    await timeline.sleep(delayFor(attempt, error, random));
  }
}

async function playRun(world: World, run: number, plan: RunPlan): Promise<number> {
  const { timeline, random } = world;
  const pace = createPace({ clock: timeline, random: random.fork() });
  await timeline.sleep((plan.startsAfterMs ?? 0) + random.integer(50));
  const startMs = timeline.now();
  // As a run begins: it asks who it is, and how the first file goes.
  for (let first = 0; first < 3; first += 1) await call(world, run, pace);
  await runPool(Array(plan.calls - 3).keys(), { concurrency: WORKERS }, async () => {
    await call(world, run, pace);
    await timeline.sleep(random.integer(MAX_STORAGE_MS));
  });
  return timeline.now() - startMs;
}

export async function shareKey(
  plans: readonly RunPlan[],
  seed: number,
  limits: LimiterPlan = { perMinute: 600, perSecond: 20 },
): Promise<Shared> {
  const timeline = createTimeline();
  const limiter = createLimiter(limits);
  const world: World = { timeline, random: seeded(seed), limiter, served: [], refusals: [] };
  const startMs = timeline.now();
  const all = Promise.all(plans.map((plan, run) => playRun(world, run, plan)));
  const durationsMs = await timeline.play(all);
  const { served, refusals } = world;
  const first = served[0]?.atMs ?? startMs;
  return {
    tookMs: (served.at(-1)?.atMs ?? startMs) - first,
    boundMs: limiter.boundMs(served.length),
    refused: refusals.length,
    refusedShare: refusals.length / (refusals.length + served.length),
    durationsMs,
    refusedIn: (fromMs, untilMs) =>
      refusals.filter(({ atMs }) => atMs >= startMs + fromMs && atMs < startMs + untilMs).length,
    servedIn: (fromMs, untilMs) => {
      const counts = plans.map(() => 0);
      for (const { atMs, run } of served) {
        const sinceMs = atMs - startMs;
        if (sinceMs >= fromMs && sinceMs < untilMs) counts[run] = (counts[run] ?? 0) + 1;
      }
      return counts;
    },
  };
}
